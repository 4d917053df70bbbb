"""Every cause that a detail names is true: no fact is named that did not bring the line about."""

from typing import Any

from service.core.events import Fact
from service.core.price import Clip
from service.core.statement.causes import _grown
from tests.book import Book, lines
from tests.builders import EXAM, a_contract, a_fact, correction, covered, measured, retraction, started, withdrew
from tests.builders_shares import JOB, a_shared_contract, in_job, passed

UNRELATED = measured("P1", "2023-02-01", "60", id="unrelated")
CHECK = covered(None, "2022-01-01", "2022-12-31", id="check-all")


def causes(book: Book, label: str) -> list[tuple[str, str, list[str]]]:
    """Each line of investor A as (participant, code of its cause, ids of the facts it names)."""
    stated = lines(book.issue(label)["a"])
    return [
        (one["participant"], one["cause"]["code"], [fact["id"] for fact in one["cause"]["facts"]]) for one in stated
    ]


def after(metric: str, name: str, **changes: Any) -> dict[str, Any]:
    rule, tariff = {"kind": "milestone", "milestone": name}, {"kind": "flat", "price": "7000.00"}
    return {**EXAM, "id": metric, "rule": rule, "tariff": tariff, **changes}


def test_an_outcome_waited_for_a_statement_also_where_other_news_of_the_participant_came() -> None:
    second = after("second", "job", requires=[{"metric": "exam", "already": "stated"}])
    limits = {"participant": {"amount": "17000.00"}}
    book = Book(a_contract(EXAM, second, after("third", "third"), limits=limits)).learn(*passed("P1", "2022-06-01"))
    book.learn(
        a_fact("milestone", "P1", "2022-07-01", name="job"), a_fact("milestone", "P1", "2022-08-01", name="third")
    )
    book.issue("2022")
    stated = lines(book.learn(UNRELATED).issue("2023")["a"])
    assert [line["cause"]["code"] for line in stated] == ["outcome-stated", "limit-filled"]
    assert stated[1]["cause"]["sentence"].endswith("by second (reached), which waited for an earlier statement")


def test_a_price_that_follows_enrolments_names_the_enrolments_and_nothing_else() -> None:
    book = Book(a_contract({**EXAM, "deadweight": {"expected_rate": "0.5"}}))
    for number in range(1, 5):
        book.learn(*passed(f"P{number}", "2022-05-01"))
    book.issue("2022")
    book.learn(UNRELATED, CHECK, started("N1", "2023-01-01", id="n1"), started("N2", "2023-01-01", id="n2"))
    assert causes(book, "2023") == [("P3", "count-moved", ["n1", "n2"])]


def test_a_price_that_moves_because_a_cohort_closed_names_no_fact() -> None:
    metric = {**EXAM, "deadweight": {"expected_rate": "0.5", "cohorts": ["all"]}}
    cohorts = [{"id": "all", "planned": 4, "closes_on": "2023-06-30"}]
    book = Book(a_contract(metric, cohorts=cohorts)).learn(*passed("P1", "2022-05-01"), *passed("P2", "2022-05-01"))
    book.issue("2022")
    (line,) = lines(book.learn(CHECK).issue("2023")["a"])
    assert line["cause"]["facts"] == []
    assert line["cause"]["sentence"].endswith("has moved on with the period")


def test_who_owes_a_line_instead_is_told_by_the_payers_limit_and_what_filled_or_freed_it() -> None:
    limits = {"payers": [{"party": "city", "amount": "100.00", "then": "region"}]}
    contract = {**a_shared_contract(), "limits": limits}
    contract["parties"]["region"] = {"name": "The region", "roles": ["outcome_payer"]}
    book = Book(contract).learn(*passed("P1", "2022-06-01"))
    book.issue("2022")
    enrolled, exam = passed("P2", "2022-05-01")
    moved = [line for line in causes(book.learn(enrolled, exam, UNRELATED, CHECK), "2023") if line[0] == "P1"]
    assert moved == [("P1", "limit-filled", [enrolled.id, "exam-P2"])] * 2
    back = [line for line in causes(book.learn(retraction(exam)), "2024") if line[0] == "P1"]
    assert back == [("P1", "limit-freed", ["retract-exam-P2"])] * 2


def test_room_in_a_limit_is_explained_by_what_ended_the_outcome_that_held_it() -> None:
    book = Book(a_contract(EXAM, limits={"contract": {"amount": "10000.00"}}))
    book.learn(*passed("P1", "2022-05-01"), *passed("P2", "2022-05-01")).issue("2022")
    left: Fact = withdrew("P1", "2022-03-01")
    assert causes(book.learn(UNRELATED, left), "2023")[1] == ("P2", "limit-freed", [left.id])


def test_the_limit_that_took_more_is_found_though_two_payers_limits_took_before() -> None:
    before = (Clip("payer", 300, "city"), Clip("payer", 100, "region"))
    assert _grown((*before, Clip("contract", 50)), before) == "contract"


def test_a_fact_that_was_corrected_is_not_said_to_be_taken_back() -> None:
    job = in_job("P1", "flexjob")
    book = Book(a_shared_contract(JOB)).learn(*job)
    book.issue("2022")
    (line,) = lines(book.learn(correction(job[1], value="ordinary")).issue("2023")["a"])
    told = "a fact it rested on was corrected by correct-job-P1 of case-system"
    assert line["cause"]["sentence"] == told
