"""Planned against actual: the plan in force at a date, never a sum of plans, and no small group shown by it."""

from typing import Any

from service.core.statement.plans import Planned, plan_in_force, planned_against_actual
from tests.book import Book, day, document
from tests.builders import EXAM, a_contract, read
from tests.builders_shares import passed


def expected(period: str, outcomes: int, **fields: Any) -> dict[str, Any]:
    return {"metric": "exam", "period": period, "outcomes": outcomes, **fields}


FIRST = {
    "from": "2022-01-01",
    "reason": "as signed",
    "expected": [expected("2022", 8, amount="80000.00"), expected("2023", 12)],
}
SECOND = {"from": "2023-07-01", "reason": "fewer came than planned", "expected": [expected("2023", 6)]}


def planned_book(*plans: dict[str, Any]) -> Book:
    return Book(a_contract(EXAM, plans=list(plans or (FIRST, SECOND))))


def learn(book: Book, count: int, year: str) -> Book:
    for number in range(count):
        book.learn(*passed(f"P{year}-{number}", f"{year}-05-01"))
    return book


def test_e2_the_plan_that_began_last_is_in_force_and_plans_are_never_added_up() -> None:
    terms = read(a_contract(EXAM, plans=[FIRST, SECOND]))
    assert plan_in_force(terms, day("2021-12-31")) is None
    in_2022, in_2023 = plan_in_force(terms, day("2023-06-30")), plan_in_force(terms, day("2023-07-01"))
    assert in_2022 is not None
    assert in_2023 is not None
    assert (in_2022.reason, in_2023.reason) == ("as signed", "fewer came than planned")
    assert [one.outcomes for one in in_2023.expected] == [6]


def test_a_statement_shows_what_was_planned_and_what_was_achieved_in_its_period() -> None:
    book = learn(planned_book(), 5, "2022")
    assert document(book.issue("2022")["a"])["plan"] == {
        "from": "2022-01-01",
        "reason": "as signed",
        "metrics": [{"metric": "exam", "planned": 8, "achieved": 5, "planned_amount": "80000.00"}],
    }
    learn(book, 7, "2023")
    assert document(book.issue("2023")["a"])["plan"]["metrics"] == [{"metric": "exam", "planned": 6, "achieved": 7}]
    assert "plan" not in document(book.issue("2024")["a"])


def test_a_plan_does_not_tell_how_few_achieved_an_outcome() -> None:
    shown = document(learn(planned_book(), 4, "2022").issue("2022")["a"])
    assert shown["plan"]["metrics"][0]["achieved"] is None


def test_nobody_at_all_may_be_told() -> None:
    assert document(planned_book().issue("2022")["a"])["plan"]["metrics"][0]["achieved"] == 0


def test_findings_stand_beside_every_metric_and_period_of_the_plan() -> None:
    book = learn(learn(planned_book(FIRST), 2, "2022"), 3, "2023")
    findings = book.calculate("2023").findings
    assert planned_against_actual(book.terms, findings, day("2023-12-31")) == (
        Planned("exam", "2022", 8, 8_000_000, 2),
        Planned("exam", "2023", 12, None, 3),
    )


def test_an_amendment_brings_its_own_plan_from_its_first_day() -> None:
    book = planned_book(FIRST)
    less = {**FIRST, "reason": "amended", "expected": [expected("2023", 3)]}
    amended = a_contract(EXAM, plans=[less], version=2, effective_from="2023-01-01", reason="amended")
    book.amend(amended)
    assert [row.outcomes for row in planned_against_actual(book.terms, (), day("2022-12-31"))] == [8, 12]
    assert [row.outcomes for row in planned_against_actual(book.terms, (), day("2023-12-31"))] == [3]
