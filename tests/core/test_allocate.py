"""Who is due what of an outcome: fixed shares, capital drawn, tranches in order, return caps, providers (terms 5)."""

from typing import Any

from service.core.allocate import recipients_of
from service.core.pipeline import Draft
from service.core.statement.explain import explain
from tests.book import Book, amounts, document, lines, pending, total
from tests.builders import EXAM, a_fact, a_timeline, correction, retraction
from tests.builders_shares import JOB, a_shared_contract, drawdown, in_job, passed, tranche, weights


def totals(book: Book, label: str) -> dict[str, str]:
    """What the period states to each recipient."""
    return {investor: str(total(draft)) for investor, draft in book.issue(label).items()}


def by_drawn(*drawdowns: dict[str, str]) -> Book:
    return Book(a_shared_contract(by="drawn", drawdowns=drawdowns))


def by_tranches(*tranches: dict[str, Any], **shares: Any) -> Book:
    return Book(a_shared_contract(by="tranches", tranches=list(tranches), **shares))


def exams(first: int, last: int, on: str = "2022-05-01") -> list[Any]:
    return [fact for number in range(first, last + 1) for fact in passed(f"P{number}", on)]


def test_m1_outcomes_are_shared_by_the_capital_drawn_when_they_are_stated() -> None:
    book = by_drawn(drawdown("a", "2022-03-01", "3000.00"), drawdown("b", "2022-12-31", "1000.00"))
    assert totals(book.learn(*exams(1, 1)), "2022") == {"a": "75.00", "b": "25.00"}


def test_capital_drawn_after_a_line_was_stated_does_not_move_it() -> None:
    book = by_drawn(drawdown("a", "2022-03-01", "3000.00"), drawdown("b", "2023-01-01", "3000.00"))
    assert totals(book.learn(*exams(1, 1)), "2022") == {"a": "100.00", "b": "0.00"}
    late = exams(2, 2, "2022-06-01")
    assert totals(book.learn(*late), "2023") == {"a": "50.00", "b": "50.00"}
    assert lines(book.preview("2024")["a"]) == []


def test_before_anybody_has_drawn_the_weights_of_the_contract_decide() -> None:
    assert totals(by_drawn(drawdown("a", "2023-01-01", "1.00")).learn(*exams(1, 1)), "2022") == {
        "a": "50.00",
        "b": "50.00",
    }


def test_a_reversal_takes_back_what_each_was_given_whatever_is_drawn_since() -> None:
    book = by_drawn(drawdown("a", "2022-03-01", "3000.00"), drawdown("b", "2023-01-01", "9000.00"))
    exam = exams(1, 1)
    assert totals(book.learn(*exam), "2022") == {"a": "100.00", "b": "0.00"}
    book.learn(retraction(exam[1]))
    assert totals(book, "2023") == {"a": "-100.00", "b": "0.00"}
    assert [line["kind"] for line in lines(book.preview("2023")["b"])] == []


def test_m4_tranches_are_served_in_order_up_to_their_caps() -> None:
    book = by_tranches(tranche("senior", "a", cap="150.00"), tranche("junior", "b"))
    assert totals(book.learn(*exams(1, 1)), "2022") == {"a": "100.00", "b": "0.00"}
    assert totals(book.learn(*exams(2, 3, "2023-05-01")), "2023") == {"a": "50.00", "b": "150.00"}
    assert totals(book.learn(*exams(4, 4, "2024-05-01")), "2024") == {"a": "0.00", "b": "100.00"}


def test_m5_what_no_tranche_may_take_stays_with_the_payer() -> None:
    book = by_tranches(tranche("senior", "a", cap="60.00"), tranche("junior", "b", cap="30.00"))
    assert totals(book.learn(*exams(1, 1)), "2022") == {"a": "60.00", "b": "30.00"}
    assert totals(book.learn(*exams(2, 2, "2023-05-01")), "2023") == {"a": "0.00", "b": "0.00"}
    assert lines(book.issue("2024")["a"]) == []


def test_m5_a_waterfall_shows_what_each_tranche_has_been_given() -> None:
    book = by_tranches(tranche("senior", "a", cap="150.00"), tranche("junior", "b"))
    book.learn(*exams(1, 2)).issue("2022")
    shown = document(book.learn(*exams(3, 3, "2023-05-01")).issue("2023")["a"])["tranches"]
    assert shown == [
        {"id": "senior", "stated_to_date": "150.00", "cap": "150.00", "left": "0.00"},
        {"id": "junior", "stated_to_date": "150.00"},
    ]


def test_a_late_outcome_does_not_move_a_tranche_that_was_stated() -> None:
    book = by_tranches(tranche("senior", "a", cap="100.00"), tranche("junior", "b"))
    assert totals(book.learn(*exams(5, 5)), "2022") == {"a": "100.00", "b": "0.00"}
    assert totals(book.learn(*exams(1, 1, "2022-02-01")), "2023") == {"a": "0.00", "b": "100.00"}


def test_room_given_back_by_a_reversal_is_there_for_what_the_same_statement_states() -> None:
    book = by_tranches(tranche("senior", "a", cap="100.00"), tranche("junior", "b"))
    first = exams(1, 1)
    book.learn(*first).issue("2022")
    book.learn(retraction(first[1]), *exams(2, 2, "2023-05-01"))
    assert totals(book, "2023") == {"a": "0.00", "b": "0.00"}
    assert [amount[4] for amount in amounts(book.preview("2024")["a"])] == []


def jobs(**shares: Any) -> Book:
    """A contract whose price follows the kind of job, so that a correction changes a line under its key."""
    return Book(a_shared_contract(JOB, **shares))


SENIOR_FIRST = {"by": "tranches", "tranches": [tranche("senior", "a", cap="50.00"), tranche("junior", "b")]}


def pieces(draft: Draft) -> list[tuple[int, str, str]]:
    return [
        (piece["layer"], piece["given_by"], piece["amount"])
        for line in lines(draft)
        for piece in line["share"]["pieces"]
    ]


def test_a_decrease_takes_back_the_latest_layer_first() -> None:
    _, job = in_job("P1", "ordinary")
    book = jobs(**SENIOR_FIRST).learn(*in_job("P1", "ordinary"))
    assert totals(book, "2022") == {"a": "50.00", "b": "10.00"}
    book.learn(correction(job, value="flexjob"))
    issued = book.issue("2023")
    assert (pieces(issued["a"]), pieces(issued["b"])) == (
        [(1, "tranche senior", "-5.00")],
        [(2, "tranche junior", "-10.00")],
    )


def test_an_increase_is_given_like_a_new_line_and_taken_back_before_the_first() -> None:
    _, job = in_job("P1", "small_job")
    book = jobs(by="drawn", drawdowns=[drawdown("a", "2022-01-01", "1.00"), drawdown("b", "2023-01-01", "3.00")])
    assert totals(book.learn(*in_job("P1", "small_job")), "2022") == {"a": "10.00", "b": "0.00"}
    more = correction(job, value="ordinary")
    assert totals(book.learn(more), "2023") == {"a": "12.50", "b": "37.50"}
    assert totals(book.learn(correction(more, value="flexjob")), "2024") == {"a": "-3.75", "b": "-11.25"}
    less = correction(correction(more, value="flexjob"), value="small_job")
    assert totals(book.learn(less), "2025") == {"a": "-8.75", "b": "-26.25"}


def test_a_part_of_a_layer_is_taken_back_as_the_difference_of_two_splits() -> None:
    drawn = [drawdown(party, "2022-01-01", "1.00") for party in ("a", "b", "c")]
    _, job = in_job("P1", "small_job")
    book = jobs(by="drawn", drawdowns=drawn, investors=weights("a", "b", "c")).learn(*in_job("P1", "small_job"))
    assert totals(book, "2022") == {"a": "3.34", "b": "3.33", "c": "3.33"}
    gone = retraction(job)
    assert totals(book.learn(gone), "2023") == {"a": "-3.34", "b": "-3.33", "c": "-3.33"}


def test_l10_above_a_return_cap_the_rest_goes_where_the_contract_says() -> None:
    caps = [{"party": "a", "amount": "70.00", "beyond": "provider"}]
    book = Book(a_shared_contract(return_caps=caps))
    assert totals(book.learn(*exams(1, 1)), "2022") == {"a": "50.00", "b": "50.00", "provider": "0.00"}
    issued = book.learn(*exams(2, 2, "2023-05-01")).issue("2023")
    assert {party: str(total(draft)) for party, draft in issued.items()} == {
        "a": "20.00",
        "b": "50.00",
        "provider": "30.00",
    }
    assert pieces(issued["provider"]) == [(2, "above the return cap of a", "30.00")]
    assert document(issued["a"])["return_cap"] == {
        "amount": "70.00",
        "stated_to_date": "70.00",
        "left": "0.00",
        "beyond": "provider",
    }


def test_l10_above_a_return_cap_without_a_recipient_the_rest_stays_with_the_payer() -> None:
    book = jobs(return_caps=[{"party": "a", "amount": "20.00"}]).learn(*in_job("P1", "ordinary"))
    assert totals(book, "2022") == {"a": "20.00", "b": "30.00"}
    _, job = in_job("P1", "ordinary")
    less = correction(job, value="flexjob")
    assert totals(book.learn(less), "2023") == {"a": "-2.00", "b": "-3.00"}


def test_what_stayed_with_the_payer_is_the_first_to_go() -> None:
    caps = [{"party": party, "amount": "20.00"} for party in ("a", "b")]
    book = jobs(return_caps=caps).learn(*in_job("P1", "ordinary"))
    assert totals(book, "2022") == {"a": "20.00", "b": "20.00"}
    _, job = in_job("P1", "ordinary")
    assert totals(book.learn(correction(job, value="flexjob")), "2023") == {"a": "0.00", "b": "0.00"}
    assert totals(book.learn(retraction(correction(job, value="flexjob"))), "2024") == {"a": "-20.00", "b": "-20.00"}


def test_above_two_return_caps_the_rest_goes_to_the_end_of_the_chain() -> None:
    caps = [{"party": "a", "amount": "10.00", "beyond": "b"}, {"party": "b", "amount": "60.00", "beyond": "provider"}]
    book = Book(a_shared_contract(return_caps=caps))
    assert totals(book.learn(*exams(1, 1)), "2022") == {"a": "10.00", "b": "60.00", "provider": "30.00"}


def test_m6_a_provider_that_is_paid_for_outcomes_has_an_account_of_its_own() -> None:
    book = Book(a_shared_contract(investors=weights("a", "provider"))).learn(*exams(1, 1))
    issued = book.issue("2022")
    assert [posting.account for posting in issued["provider"].transaction.postings] == [
        "provider:provider:receivable",
        "payer:city:due",
    ]
    assert total(issued["provider"]) == 50


def test_a18_what_investors_owe_is_taken_from_the_tranche_served_last() -> None:
    fine = {**EXAM, "id": "fine", "rule": {"kind": "milestone", "milestone": "fined"}}
    fine["tariff"] = {"kind": "flat", "price": "-80.00"}
    exam = {**EXAM, "tariff": {"kind": "flat", "price": "100.00"}}
    book = Book(a_shared_contract(exam, fine, **SENIOR_FIRST)).learn(*exams(1, 1))
    assert totals(book, "2022") == {"a": "50.00", "b": "50.00"}
    book.learn(a_fact("milestone", "P1", "2023-05-01", name="fined", id="fined"))
    assert totals(book, "2023") == {"a": "-30.00", "b": "-50.00"}
    assert totals(book.learn(*exams(2, 2, "2024-05-01")), "2024") == {"a": "30.00", "b": "70.00"}


def test_w6_a_negative_outcome_splits_as_the_mirror_of_a_positive() -> None:
    fine = {**EXAM, "tariff": {"kind": "flat", "price": "-100.00"}}
    book = Book(a_shared_contract(fine, investors=weights("a", "b", "c"))).learn(*exams(1, 1))
    assert totals(book, "2022") == {"a": "-33.34", "b": "-33.33", "c": "-33.33"}


def test_m2_a_fund_as_payer_has_its_own_share_and_the_waterfall_is_one_over_all_payers() -> None:
    payers = [{"party": "city", "weight": 60}, {"party": "region", "weight": 40}]
    book = Book(a_shared_contract(payers=payers, **SENIOR_FIRST)).learn(*exams(1, 1))
    told = {
        (line["payer"], line["amount"])
        for investor, draft in book.issue("2022").items()
        for line in lines(draft)
        if investor == "a"
    }
    assert told == {("city", "50.00"), ("region", "0.00")}


def test_what_is_pending_is_told_only_where_it_is_known_who_would_be_due() -> None:
    waiting = exams(1, 1)[0]
    drawn = by_drawn(drawdown("a", "2022-03-01", "3000.00"), drawdown("b", "2022-12-31", "1000.00")).learn(waiting)
    assert [item["would_be_due"] for item in pending(drawn.issue("2022")["a"])] == ["75.00"]
    served = by_tranches(tranche("senior", "a", cap="150.00"), tranche("junior", "b")).learn(waiting)
    assert [item["would_be_due"] for item in pending(served.issue("2022")["a"])] == [None]


def test_an_entry_of_a_waterfall_is_explained_by_its_pieces() -> None:
    book = jobs(**SENIOR_FIRST).learn(*in_job("P1", "ordinary"))
    issued = book.issue("2022")["b"]
    told = explain(lines(issued)[0], book.terms, document(issued))["paragraphs"]
    assert "10.00 of it is due to Investor B; stated here: 10.00 by tranche junior." in " ".join(told)


def test_everybody_whom_any_version_lets_share_is_sent_statements() -> None:
    first = a_shared_contract(return_caps=[{"party": "a", "amount": "1.00", "beyond": "provider"}])
    second = {
        **a_shared_contract(by="tranches", tranches=[tranche("all", "b", "c")]),
        **{"version": 2, "effective_from": "2023-01-01", "reason": "tranches"},
    }
    assert recipients_of(a_timeline(first, second)) == ("a", "b", "provider", "c")
