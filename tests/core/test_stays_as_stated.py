"""What was stated stays as it was stated: the period it fills, how it was shared, and the part later lines build on."""

from typing import Any

import pytest

from tests.book import Book, amounts, document, lines, total
from tests.builders import EXAM, a_contract, correction, retraction
from tests.builders_shares import JOB, a_shared_contract, drawdown, in_job, passed, tranche, weights

STATED = {"period": {"amount": "10000.00", "counts_in": "stated"}}


def graded(ordinary: str, flexjob: str) -> dict[str, Any]:
    return {**JOB, "tariff": {"kind": "graded", "prices": {"ordinary": ordinary, "flexjob": flexjob, "small_job": "1"}}}


@pytest.mark.parametrize("how", ["amended", "corrected"])
def test_an_outcome_goes_on_filling_the_period_that_stated_it_when_its_version_or_date_moves(how: str) -> None:
    book = Book(a_contract(EXAM, limits=STATED)).learn(*passed("P1", "2022-06-01"))
    book.issue("2022")
    if how == "amended":
        book.amend(a_contract(EXAM, limits=STATED, version=2, effective_from="2022-03-01", reason="a title"))
    else:
        book.learn(correction(passed("P1", "2022-06-01")[1], on="2022-06-02"))
    stated = lines(book.learn(*passed("P2", "2023-06-01")).issue("2023")["a"])
    assert [(line["participant"], line["amount"]) for line in stated] == [
        ("P1", "-5000.00"),
        ("P1", "5000.00"),
        ("P2", "5000.00"),
    ]


def test_an_outcome_that_was_taken_back_and_came_again_fills_the_period_in_which_it_came_again() -> None:
    book = Book(a_contract(EXAM, limits=STATED)).learn(*passed("P1", "2022-06-01"))
    book.issue("2022")
    book.learn(retraction(passed("P1", "2022-06-01")[1])).issue("2023")
    again = correction(passed("P1", "2022-06-01")[1], on="2022-06-01")
    fresh = again.model_copy(update={"id": "again", "replaces": None, "reason": None})
    issued = book.learn(fresh, *passed("P2", "2024-06-01")).issue("2024")["a"]
    assert [line[-1] for line in amounts(issued)] == ["5000.00", "0.00"]


def test_a_line_shared_by_capital_keeps_its_shares_when_an_amendment_reaches_back_over_it() -> None:
    first = drawdown("a", "2022-01-01", "100")
    book = Book(a_shared_contract(by="drawn", drawdowns=[first])).learn(*passed("P1", "2022-08-01"))
    book.issue("2022")
    later = a_shared_contract(by="drawn", drawdowns=[first, drawdown("b", "2023-06-01", "100")])
    book.amend({**later, "version": 2, "effective_from": "2022-07-01", "reason": "second drawdown"})
    issued = book.issue("2023")
    assert [line["amount"] for line in lines(issued["a"])] == ["-100.00", "100.00"]
    assert {investor: total(draft) for investor, draft in issued.items()} == {"a": 0, "b": 0}


def test_only_the_increase_of_a_line_that_moved_is_shared_by_the_capital_drawn_since() -> None:
    drawn = [drawdown("a", "2022-01-01", "100"), drawdown("b", "2023-06-01", "100")]
    book = Book(a_shared_contract(graded("100.00", "60.00"), by="drawn", drawdowns=drawn))
    started, job = in_job("P1", "flexjob")
    book.learn(started, job).issue("2022")
    book.learn(correction(started, on="2022-01-02"), correction(job, value="ordinary"))
    assert {investor: total(draft) for investor, draft in book.issue("2023").items()} == {"a": 20, "b": 20}


def test_an_increase_above_a_full_cap_is_told_with_nothing_and_not_given_when_room_returns() -> None:
    contract = a_shared_contract(
        graded("150.00", "100.00"), investors=weights("a"), return_caps=[{"party": "a", "amount": "100.00"}]
    )
    book = Book(contract).learn(*in_job("P1", "flexjob"), *in_job("P2", "flexjob"))
    book.issue("2022")
    book.learn(correction(in_job("P2", "flexjob")[1], value="ordinary"))
    (told,) = lines(book.issue("2023")["a"])
    assert (told["participant"], told["amount"], told["price"]["payer_part"]) == ("P2", "0.00", "150.00")
    book.learn(retraction(in_job("P1", "flexjob")[1]))
    assert [line[2] for line in amounts(book.issue("2024")["a"])] == ["P1"]
    assert lines(book.issue("2025")["a"]) == []


def test_a_line_of_nothing_takes_nothing_back_from_an_investor_whose_cap_is_full() -> None:
    caps = [{"party": "a", "amount": "20.00"}]
    book = Book(a_shared_contract(graded("150.00", "100.00"), return_caps=caps)).learn(*in_job("P1", "flexjob"))
    book.issue("2022")
    book.learn(correction(in_job("P1", "flexjob")[1], value="ordinary"))
    assert [line["amount"] for draft in book.issue("2023").values() for line in lines(draft)] == ["0.00", "25.00"]
    assert [lines(draft) for draft in book.issue("2024").values()] == [[], []]


def test_what_is_left_of_a_tranche_after_a_decrease_follows_the_order_of_its_own_list() -> None:
    contract = a_shared_contract(graded("0.02", "0.01"), by="tranches", tranches=[tranche("s", "b", "a")])
    book = Book(contract).learn(*in_job("P1", "ordinary"))
    book.issue("2022")
    book.learn(correction(in_job("P1", "ordinary")[1], value="flexjob"))
    stated = {who: document(draft)["totals"]["stated_to_date"] for who, draft in book.issue("2023").items()}
    assert stated == {"a": "0.00", "b": "0.01"}
