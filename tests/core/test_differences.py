"""What a statement says has changed since the one before, and which fact or version brought it about."""

from dataclasses import replace
from typing import Any

from service.core.events import Fact
from service.core.pipeline import draft_statements
from tests.book import AnyKey, Book, amounts, document, lines, total
from tests.builders import (
    EMPLOYMENT,
    EXAM,
    HOUSING,
    NO_VISIT,
    a_contract,
    a_fact,
    correction,
    covered,
    employed,
    housed,
    retraction,
    started,
    visit,
    with_rule,
)

PAYER_PRICE = {"kind": "flat", "price": "8000.00"}


def passed(participant: str, on: str, **fields: Any) -> Fact:
    return a_fact("milestone", participant, on, name="exam_passed", **fields)


def exam(participant: str, on: str, enrolled: str = "2022-01-01") -> tuple[Fact, Fact]:
    return started(participant, enrolled), passed(participant, on, id=f"exam-{participant}")


def causes(book: Book, label: str) -> list[tuple[str, str, list[str]]]:
    """Each line of investor A as (kind, code of its cause, ids of the facts it names)."""
    issued = book.issue(label)["a"]
    return [
        (line["kind"], line["cause"]["code"], [fact["id"] for fact in line["cause"]["facts"]]) for line in lines(issued)
    ]


def test_an_outcome_of_the_period_is_new_and_of_an_earlier_one_late() -> None:
    book = Book(a_contract(EXAM)).learn(*exam("P1", "2022-05-01"), started("P2", "2022-01-01"))
    assert causes(book, "2022") == [("new", "outcome", [])]
    book.learn(passed("P2", "2022-06-01", id="exam-P2"), *exam("P3", "2023-02-01"))
    assert causes(book, "2023") == [("late", "late-fact", ["exam-P2"]), ("new", "outcome", [])]


def test_the_first_statement_takes_up_what_was_achieved_before_it() -> None:
    book = Book(a_contract(EXAM, first_statement_period="2023")).learn(*exam("P1", "2022-05-01"))
    assert causes(book, "2023") == [("late", "first-statement", [])]


def test_a_retraction_and_a_later_fact_reverse_and_are_named() -> None:
    metric = with_rule(NO_VISIT, anchor="enrolled", windows={"months": 3})
    book = Book(a_contract(EXAM, metric)).learn(*exam("P1", "2022-05-01"), covered(None, "2022-01-01", "2022-12-31"))
    book.issue("2022")
    book.learn(retraction(exam("P1", "2022-05-01")[1]), visit("P1", "2022-02-01", id="seen"))
    assert causes(book, "2023") == [
        ("reversal", "retraction", ["retract-exam-P1"]),
        ("reversal", "later-fact", ["seen"]),
    ]


def test_what_a_retraction_lets_through_is_late_because_of_it() -> None:
    metric = with_rule(NO_VISIT, anchor="enrolled", windows={"months": 3})
    seen = visit("P1", "2022-02-01", id="seen")
    book = Book(a_contract(metric)).learn(started("P1", "2022-01-01"), covered(None, "2022-01-01", "2022-12-31"), seen)
    assert causes(book, "2022") == []
    assert causes(book.learn(retraction(seen)), "2023") == [("late", "retraction", ["retract-seen"])]


def test_a_correction_changes_the_price_under_the_same_key_and_the_date_under_another() -> None:
    job = employed("P1", "2022-12-15", "flexjob", id="job")
    book = Book(a_contract(EMPLOYMENT)).learn(started("P1", "2022-01-01"), job)
    book.issue("2022")
    assert total(book.issue("2023")["a"]) == 22_500
    book.learn(correction(job, value="small_job"))
    assert causes(book, "2024") == [("change", "correction", ["correct-job"])]
    moved = started("P1", "2022-01-01")
    book.learn(correction(moved, on="2021-12-20"))
    assert [kind for kind, _, _ in causes(book, "2025")] == ["late", "reversal"]


def test_what_was_taken_back_and_comes_again_is_a_change_from_zero() -> None:
    book = Book(a_contract(EXAM)).learn(*exam("P1", "2022-05-01"))
    book.issue("2022")
    book.learn(retraction(exam("P1", "2022-05-01")[1]))
    assert [line["amount"] for line in lines(book.issue("2023")["a"])] == ["-5000.00"]
    book.learn(passed("P1", "2022-05-01", id="again"))
    (line,) = lines(book.issue("2024")["a"])
    assert (line["kind"], line["stated_before"], line["due"]) == ("change", "0.00", "5000.00")
    assert [fact["id"] for fact in line["cause"]["facts"]] == ["again"]


def test_a_late_outcome_under_a_full_limit_displaces_and_is_named() -> None:
    book = Book(a_contract(EXAM, limits={"contract": {"amount": "10000.00"}})).learn(*exam("P1", "2022-05-01"))
    book.issue("2022")
    book.learn(*exam("P2", "2022-04-01"))
    assert causes(book, "2023") == [
        ("late", "late-fact", ["P2-2022-01-01-started", "exam-P2"]),
        ("displaced", "limit-filled", ["P2-2022-01-01-started", "exam-P2"]),
    ]


def test_a_corrected_price_that_fills_a_limit_is_named_by_what_it_displaces() -> None:
    job = employed("P1", "2022-12-15", "small_job", id="job")
    book = Book(a_contract(EMPLOYMENT, limits={"contract": {"amount": "60000.00"}})).learn(
        started("P1", "2022-01-01"), job, started("P2", "2022-01-02"), employed("P2", "2022-12-16", "flexjob")
    )
    book.issue("2022")
    assert total(book.issue("2023")["a"]) == 27_500
    book.learn(correction(job, value="ordinary"))
    assert causes(book, "2024") == [
        ("change", "correction", ["correct-job"]),
        ("displaced", "limit-filled", ["correct-job"]),
    ]


def test_room_that_becomes_free_is_stated_again_and_says_because_of_what() -> None:
    book = Book(a_contract(EXAM, limits={"contract": {"amount": "10000.00"}}))
    book.learn(*exam("P1", "2022-04-01"), *exam("P2", "2022-05-01"))
    assert amounts(book.issue("2022")["a"])[1][4] == "0.00"
    book.learn(retraction(exam("P1", "2022-04-01")[1]))
    assert causes(book, "2023") == [
        ("reversal", "retraction", ["retract-exam-P1"]),
        ("change", "limit-freed", ["retract-exam-P1"]),
    ]


def test_room_freed_by_a_lower_price_names_its_correction() -> None:
    job = employed("P1", "2022-12-15", "ordinary", id="job")
    book = Book(a_contract(EMPLOYMENT, limits={"contract": {"amount": "60000.00"}})).learn(
        started("P1", "2022-01-01"), job, started("P2", "2022-01-02"), employed("P2", "2022-12-16", "flexjob")
    )
    book.issue("2022")
    book.issue("2023")
    assert causes(book.learn(correction(job, value="flexjob")), "2024") == [
        ("change", "correction", ["correct-job"]),
        ("change", "limit-freed", ["correct-job"]),
    ]


def amended_later(**changes: Any) -> dict[str, Any]:
    cheaper = {**EXAM, "tariff": PAYER_PRICE}
    return a_contract(cheaper, **{"version": 2, "effective_from": "2022-03-01", "reason": "as agreed", **changes})


def test_an_amendment_of_stated_periods_states_the_difference_as_amendment_lines() -> None:
    book = Book(a_contract(EXAM)).learn(*exam("P1", "2022-02-01"), *exam("P2", "2022-05-01"))
    book.issue("2022")
    book.amend(amended_later())
    issued = lines(book.issue("2023")["a"])
    assert [(line["kind"], line["version"], line["amount"]) for line in issued] == [
        ("amendment", 1, "-5000.00"),
        ("amendment", 2, "4000.00"),
    ]
    assert {line["participant"] for line in issued} == {"P2"}
    assert issued[0]["cause"]["sentence"] == "terms version 2, effective from 2022-03-01: as agreed"
    assert lines(book.issue("2024")["a"]) == []


def test_a_late_fact_beside_an_amendment_stays_late() -> None:
    book = Book(a_contract(EXAM)).learn(*exam("P1", "2022-05-01"))
    book.issue("2022")
    book.amend(amended_later())
    book.learn(*exam("P2", "2022-06-01"))
    kinds = {(line["participant"], line["kind"]) for line in lines(book.issue("2023")["a"])}
    assert kinds == {("P1", "amendment"), ("P2", "late")}


def test_an_investor_who_joins_by_an_amendment_of_stated_periods_sees_amendment_lines() -> None:
    parties = {**a_contract()["parties"], "c": {"name": "Investor C", "roles": ["investor"]}}
    investors = [{"party": "a", "weight": 1}, {"party": "c", "weight": 1}]
    shares = {**a_contract()["shares"], "investors": investors}
    book = Book(a_contract(EXAM)).learn(*exam("P1", "2022-05-01"))
    book.issue("2022")
    book.amend(amended_later(parties=parties, shares=shares))
    issued = book.issue("2023")
    assert [(line["kind"], line["amount"]) for line in lines(issued["c"])] == [("amendment", "4000.00")]
    assert [(line["kind"], line["amount"]) for line in lines(issued["b"])] == [("amendment", "-5000.00")]
    assert document(issued["b"])["totals"]["carried_forward"] == "-5000.00"


def test_without_news_there_is_a_zero_statement_that_names_the_one_before() -> None:
    book = Book(a_contract(HOUSING)).learn(started("P1", "2022-01-01"), housed("P1", "2022-01-01", id="in"))
    first = document(book.issue("2022")["a"])
    second = document(book.issue("2023")["a"])
    assert second["totals"]["lines"] == "0.00"
    assert second["previous"]["number"] == first["number"] == "w/2022/a/1"


def test_a_cause_names_no_fact_that_was_learned_after_the_statement() -> None:
    metric = with_rule(NO_VISIT, anchor="enrolled", windows={"months": 3})
    seen = visit("P1", "2022-02-01", id="seen")
    book = Book(a_contract(metric)).learn(started("P1", "2022-01-01"), covered(None, "2022-01-01", "2022-12-31"), seen)
    book.issue("2022")
    book.learn(retraction(seen))
    closed, before = book.inputs(), book.preview("2023")["a"]
    book.learn(housed("P1", "2022-03-01"))
    again = draft_statements(replace(closed, facts=tuple(book.facts)), book.period("2023"), book.histories, AnyKey())
    assert again[0] == before


def test_who_is_displaced_by_an_outcome_of_other_investors_is_told_by_which_facts() -> None:
    basis = {"price_basis": "enrolled_on", "limits": {"contract": {"amount": "10000.00"}}}
    payers = a_contract()["shares"]["payers"]
    only_a = {"payers": payers, "investors": [{"party": "a", "weight": 1}]}
    only_b = {"payers": payers, "investors": [{"party": "b", "weight": 1}]}
    book = Book(a_contract(EXAM, shares=only_a, **basis))
    book.amend(a_contract(EXAM, version=2, effective_from="2023-01-01", reason="b for a", shares=only_b, **basis))
    book.learn(*exam("P1", "2023-05-01"))
    book.issue("2022")
    assert total(book.issue("2023")["a"]) == 10_000
    book.learn(*exam("P2", "2023-04-01", enrolled="2023-01-01"))
    assert causes(book, "2024") == [("displaced", "limit-filled", ["P2-2023-01-01-started", "exam-P2"])]


def test_what_comes_again_into_a_fuller_limit_is_a_change_from_zero_and_nothing_displaced() -> None:
    book = Book(a_contract(EXAM, limits={"contract": {"amount": "15000.00"}})).learn(*exam("P1", "2022-05-01"))
    book.issue("2022")
    book.learn(retraction(exam("P1", "2022-05-01")[1]))
    book.issue("2023")
    book.learn(*exam("P2", "2022-04-01"), passed("P1", "2022-05-01", id="again"))
    assert [(line["kind"], line["amount"]) for line in lines(book.issue("2024")["a"])] == [
        ("late", "5000.00"),
        ("change", "2500.00"),
    ]
