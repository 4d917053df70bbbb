"""What is stated beside outcomes: netting, adjustments, the guarantee, what is let go, and settling for good again."""

from typing import Any

import pytest

from service.core.books import RecordedDrawdown
from service.core.pipeline import Draft, Occasion
from service.core.statement.netting import netted
from tests.book import Book, day, document, pending
from tests.builders import a_fact, retraction, started
from tests.builders_shares import a_shared_contract, drawdown, passed

FINAL, AGAIN = Occasion(1, True), Occasion(2, True)


@pytest.mark.parametrize(
    ("balances", "is_final", "payable", "carried"),
    [
        ({"city": 300, "region": 200}, False, {"city": 300, "region": 200}, {}),
        ({"city": 300, "region": -100}, False, {"city": 200}, {}),
        ({"city": 300, "region": 100, "fund": -101}, False, {"city": 224, "region": 75}, {}),
        ({"city": 100, "region": -300}, False, {}, {"city": 100, "region": -300}),
        ({"city": 100, "region": -300}, True, {"region": -200}, {}),
        ({"city": 100, "region": -100}, False, {}, {}),
        ({"city": 0}, False, {}, {}),
    ],
)
def test_negative_balances_are_set_off_before_anything_is_paid(
    balances: dict[str, int], is_final: bool, payable: dict[str, int], carried: dict[str, int]
) -> None:
    found = netted(balances, is_final=is_final)
    assert (found.payable, found.carried) == (payable, carried)
    assert found.payable_minor + found.carried_minor == sum(balances.values())


def guaranteed(cap: str, drawn: tuple[str, str], **changes: Any) -> Book:
    """A contract whose exam pays 50.00 to each of two investors who have drawn so much, guaranteed up to a cap."""
    drawdowns = [drawdown(who, "2022-02-01", amount) for who, amount in zip("ab", drawn, strict=True)]
    contract = a_shared_contract(drawdowns=drawdowns)
    contract["parties"]["fund"] = {"name": "The fund", "roles": ["guarantor"]}
    return Book({**contract, "guarantee": {"party": "fund", "amount": cap}, **changes})


def guarantees(drafts: dict[str, Draft]) -> dict[str, list[str]]:
    """What is stated of the guarantee to each investor."""
    return {
        who: [line["amount"] for line in document(draft).get("beside", []) if line["kind"] == "guarantee"]
        for who, draft in drafts.items()
    }


def test_w11_the_guarantee_is_a_line_of_the_final_statement_and_is_posted() -> None:
    book = guaranteed("20.00", ("40.00", "85.00")).learn(*passed("P1", "2022-05-01"))
    drafts = book.issue("2022", FINAL)
    assert guarantees(drafts) == {"a": [], "b": ["20.00"]}
    told = document(drafts["b"])
    assert told["final_settlement"] == {
        "shortfall": "35.00",
        "guaranteed": "20.00",
        "written_off": "0.00",
        "due_from_investor": "0.00",
    }
    assert {posting["account"]: posting["amount"] for posting in told["postings"]} == {
        "investor:b:receivable": "70.00",
        "guarantor:fund:due": "-20.00",
        "payer:city:due": "-50.00",
    }


def test_settled_again_after_a_reopening_only_the_difference_of_the_guarantee_is_stated() -> None:
    book = guaranteed("20.00", ("0.00", "85.00")).learn(*passed("P1", "2022-05-01"))
    assert guarantees(book.issue("2022", FINAL)) == {"a": [], "b": ["20.00"]}
    assert guarantees(book.preview("2022", AGAIN)) == {"a": [], "b": []}
    book.adjust("b", "city", 2_500)
    again = book.issue("2022", AGAIN)
    assert guarantees(again) == {"a": [], "b": ["-10.00"]}
    told = document(again["b"])
    assert (told["totals"]["lines"], told["totals"]["stated_to_date"]) == ("15.00", "85.00")
    assert {row["party"]: row["amount"] for row in told["due_from"]} == {"city": "25.00", "fund": "-10.00"}
    assert "payable_from" not in told
    assert guarantees(book.preview("2022", Occasion(3, True))) == {"a": [], "b": []}


def test_w15_a_negative_balance_is_carried_period_after_period_until_it_is_earned() -> None:
    first, second, third = (passed(f"P{place}", f"{2022 + place}-05-01") for place in (0, 2, 3))
    book = Book(a_shared_contract()).learn(*first)
    book.issue("2022")
    book.learn(retraction(first[1]))
    for period, lines in (("2023", "-50.00"), ("2024", "0.00")):
        totals = document(book.issue(period)["a"])["totals"]
        assert (totals["lines"], totals["payable"], totals["carried_forward"]) == (lines, "0.00", "-50.00")
    book.learn(*second, *third)
    totals = document(book.issue("2025")["a"])["totals"]
    assert (totals["carried_in"], totals["payable"], totals["carried_forward"]) == ("-50.00", "50.00", "0.00")


@pytest.mark.parametrize("floor", [0, None])
def test_what_is_owed_at_the_end_is_due_from_the_investor_or_let_go(floor: int | None) -> None:
    first = passed("P1", "2022-05-01")
    contract = a_shared_contract()
    book = Book(contract if floor is None else {**contract, "floor": 0}).learn(*first)
    book.issue("2022")
    book.learn(retraction(first[1]))
    told = document(book.issue("2023", FINAL)["a"])
    assert told["totals"]["payable"] == ("-50.00" if floor is None else "0.00")
    assert told["totals"]["carried_forward"] == "0.00"
    assert told["final_settlement"]["written_off"] == ("0.00" if floor is None else "50.00")
    book.learn(*passed("P2", "2022-06-01"))
    again = document(book.issue("2023", AGAIN)["a"])
    # What was let go is set off first against what is earned later.
    assert again["totals"]["payable"] == ("50.00" if floor is None else "0.00")
    assert again["totals"]["stated_to_date"] == "50.00"


def test_at_final_settlement_nothing_stays_pending() -> None:
    waiting = a_fact("milestone", "P1", "2022-05-01", name="exam_passed")
    book = Book(a_shared_contract()).learn(waiting)
    assert pending(book.preview("2022")["a"])
    assert pending(book.preview("2022", FINAL)["a"]) == []
    book.issue("2022", FINAL)
    book.learn(started("P1", "2022-01-01"))
    assert document(book.preview("2022", AGAIN)["a"])["totals"]["lines"] == "50.00"


def test_an_adjustment_is_stated_once_whatever_the_size_of_the_groups() -> None:
    book = Book({**a_shared_contract(), "smallest_group": 5}).learn(*passed("P1", "2022-05-01")).adjust("a", "city", 77)
    told = document(book.issue("2022")["a"])
    assert [line["amount"] for line in told["beside"]] == ["0.77"]
    assert told["totals"]["lines"] == "50.77"
    assert [metric["total"] for metric in told["metrics"]] == ["50.00"]
    assert "beside" not in document(book.issue("2023")["a"])


def test_recorded_drawdowns_replace_those_that_the_terms_list() -> None:
    book = guaranteed("20.00", ("40.00", "85.00"))
    assert document(book.preview("2022")["a"])["capital"]["drawn"] == "40.00"
    book.drawdowns.append(RecordedDrawdown("a", day("2022-03-01"), 1_234, book.sequence))
    shown = {who: document(draft)["capital"]["drawn"] for who, draft in book.preview("2022").items()}
    assert shown == {"a": "12.34", "b": "85.00"}
