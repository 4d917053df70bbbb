"""Positions: what was stated, paid, is outstanding and carried; capital, limits, guarantee; as of a date, as known."""

from decimal import Decimal
from typing import Any

import pytest

from service.core.life.positions import Capital, Room
from tests.book import Book
from tests.builders import EXAM, a_contract, retraction
from tests.builders_shares import a_shared_contract, drawdown, passed, weights
from tests.lived import Lived, owed

YESTERDAY, TODAY = "2023-03-09", "2023-03-10"


def one_payer(**changes: Any) -> Lived:
    """An exam that pays 100.00, shared by a and b; one participant passed in 2022, and 2022 is issued."""
    book = Book({**a_shared_contract(), **changes})
    lived = Lived(book.learn(*passed("P1", "2022-05-01")))
    lived.issue("2022", "2023-02-01")
    return lived


def test_a_statement_that_is_paid_in_part_leaves_the_rest_outstanding() -> None:
    lived = one_payer()
    lived.pay("w.2022.a.1", "city", "20.00", TODAY)
    assert owed(lived.investor("a")) == ("50.00", "20.00", "30.00", "0.00")
    assert owed(lived.investor("b")) == ("50.00", "0.00", "50.00", "0.00")
    assert owed(lived.payer("city")) == ("100.00", "20.00", "80.00", "0.00")
    by_investor = lived.payer("city").by_party
    assert {party: one.outstanding_minor for party, one in by_investor.items()} == {"a": 3000, "b": 5000}


def test_as_of_yesterday_todays_payment_is_not_made_yet() -> None:
    lived = one_payer()
    lived.pay("w.2022.a.1", "city", "20.00", TODAY)
    assert owed(lived.investor("a", YESTERDAY)) == ("50.00", "0.00", "50.00", "0.00")
    assert owed(lived.investor("a", TODAY)) == ("50.00", "20.00", "30.00", "0.00")
    assert owed(lived.investor("a", "2022-12-30")) == ("0.00", "0.00", "0.00", "0.00")
    assert owed(lived.investor("a", "2022-12-31")) == ("50.00", "0.00", "50.00", "0.00")


def test_as_known_before_it_was_recorded_a_payment_is_not_in_the_figures() -> None:
    lived = one_payer()
    before = lived.book.sequence
    number = lived.pay("w.2022.a.1", "city", "20.00", TODAY)
    lived.take_back(number, TODAY)
    assert owed(lived.investor("a", known_at=before)) == ("50.00", "0.00", "50.00", "0.00")
    assert owed(lived.investor("a", known_at=number)) == ("50.00", "20.00", "30.00", "0.00")
    assert owed(lived.investor("a")) == ("50.00", "0.00", "50.00", "0.00")


def test_a_payment_that_is_taken_back_counts_until_the_day_it_was() -> None:
    lived = one_payer()
    lived.take_back(lived.pay("w.2022.a.1", "city", "50.00", YESTERDAY), TODAY)
    assert owed(lived.investor("a", YESTERDAY)) == ("50.00", "50.00", "0.00", "0.00")
    assert owed(lived.investor("a", TODAY)) == ("50.00", "0.00", "50.00", "0.00")


def test_too_much_paid_stands_as_a_negative_amount_outstanding() -> None:
    lived = one_payer()
    lived.pay("w.2022.a.1", "city", "65.00", TODAY)
    assert owed(lived.investor("a")) == ("50.00", "65.00", "-15.00", "0.00")
    lived.pay("w.2022.a.1", "city", "-15.00", TODAY)
    assert owed(lived.investor("a")) == ("50.00", "50.00", "0.00", "0.00")


def test_w15_a_negative_balance_is_carried_and_neither_paid_nor_outstanding() -> None:
    enrolled, exam = passed("P1", "2022-05-01")
    lived = Lived(Book(a_shared_contract()).learn(enrolled, exam))
    lived.issue("2022", "2023-02-01")
    lived.pay("w.2022.a.1", "city", "50.00", TODAY)
    lived.book.learn(retraction(exam))
    lived.issue("2023", "2024-02-01")
    assert owed(lived.investor("a")) == ("0.00", "50.00", "0.00", "-50.00")
    assert owed(lived.investor("a", "2023-12-30")) == ("50.00", "50.00", "0.00", "0.00")
    lived.book.learn(*passed("P2", "2024-05-01"), *passed("P3", "2024-05-01"))
    lived.issue("2024", "2025-02-01")
    assert owed(lived.investor("a")) == ("100.00", "50.00", "50.00", "0.00")


def test_what_is_set_off_against_another_payer_is_carried_by_both_and_by_the_investor_not_at_all() -> None:
    other = {**EXAM, "id": "other", "payers": weights("region"), "tariff": {"kind": "flat", "price": "300.00"}}
    other["rule"] = {"kind": "milestone", "milestone": "other_passed"}
    exam = {**EXAM, "tariff": {"kind": "flat", "price": "100.00"}}
    contract = a_shared_contract(exam, other, payers=weights("city"))
    contract["parties"]["region"] = {"name": "The region", "roles": ["outcome_payer"]}
    enrolled, first = passed("P1", "2022-05-01")
    lived = Lived(Book(contract).learn(enrolled, first))
    lived.issue("2022", "2023-02-01")
    another = passed("P2", "2023-05-01")
    lived.book.learn(retraction(first), another[0], another[1].model_copy(update={"name": "other_passed"}))
    lived.issue("2023", "2024-02-01")
    assert owed(lived.payer("city")) == ("0.00", "0.00", "100.00", "-100.00")
    assert owed(lived.payer("region")) == ("300.00", "0.00", "200.00", "100.00")
    assert owed(lived.investor("a")) == ("150.00", "0.00", "150.00", "0.00")


def test_capital_is_what_was_recorded_and_beside_it_what_was_agreed() -> None:
    listed = [drawdown("a", "2022-02-01", "150.00"), drawdown("a", "2023-06-01", "70.00")]
    investors = [{"party": "a", "weight": 1, "committed": "500.00"}, {"party": "b", "weight": 1}]
    lived = Lived(Book(a_shared_contract(drawdowns=listed, investors=investors)))
    first = lived.draw("a", "140.00", "2022-02-03")
    lived.draw("a", "60.00", "2023-06-05")
    assert lived.investor("a", "2022-12-31").capital == Capital(50_000, 15_000, 14_000)
    assert lived.investor("a").capital == Capital(50_000, 22_000, 20_000)
    assert lived.investor("b").capital == Capital(None, 0, 0)
    lived.take_back(first, "2023-07-01")
    assert lived.investor("a", "2023-06-30").capital == Capital(50_000, 22_000, 20_000)
    assert lived.investor("a").capital == Capital(50_000, 22_000, 6_000)


def test_what_is_left_of_the_contracts_limit_is_what_its_last_statement_says() -> None:
    lived = one_payer(limits={"contract": {"amount": "250.00"}})
    assert lived.position().cap == Room(25_000, 10_000)
    assert lived.position("2022-06-01").cap == Room(25_000, 0)
    assert one_payer().position().cap is None
    assert one_payer(limits={"contract": {"count": 3}}).position().cap is None


def test_a_limit_that_is_lowered_below_what_is_used_leaves_nothing() -> None:
    lived = one_payer(limits={"contract": {"amount": "250.00"}})
    lower = {**lived.book.contract, "limits": {"contract": {"amount": "60.00"}}}
    lived.book.amend({**lower, "version": 2, "effective_from": "2023-01-01", "reason": "fewer"})
    found = lived.position("2023-01-01").cap
    assert found == Room(6_000, 10_000)
    assert found.left_minor == 0
    assert lived.position("2022-12-31").cap == Room(25_000, 10_000)


def test_what_is_left_below_a_return_cap_follows_what_is_stated_to_the_investor() -> None:
    capped = a_shared_contract(return_caps=[{"party": "a", "amount": "80.00"}])
    lived = Lived(Book(capped).learn(*passed("P1", "2022-05-01")))
    lived.issue("2022", "2023-02-01")
    assert lived.investor("a").return_cap == Room(8_000, 5_000)
    assert lived.investor("b").return_cap is None


def guaranteed() -> Lived:
    contract = a_shared_contract(
        drawdowns=[drawdown("a", "2022-02-01", "150.00"), drawdown("b", "2022-02-01", "150.00")]
    )
    contract["parties"]["fund"] = {"name": "The foundation", "roles": ["guarantor"]}
    contract |= {"guarantee": {"party": "fund", "amount": "180.00"}, "outcomes_until": "2023-12-31"}
    contract |= {"evidence_until": "2024-06-30"}
    lived = Lived(Book(contract).learn(*passed("P1", "2022-05-01")))
    lived.issue("2022", "2023-02-01")
    return lived


def test_w11_what_the_guarantor_pays_at_final_settlement_is_stated_owed_and_used_up() -> None:
    lived = guaranteed()
    assert lived.position().guarantee == Room(18_000, 0)
    lived.issue("2023", "2024-08-01", is_final=True)
    assert lived.position().guarantee == Room(18_000, 18_000)
    assert lived.position("2023-12-30").guarantee == Room(18_000, 0)
    assert owed(lived.payer("fund")) == ("180.00", "0.00", "180.00", "0.00")
    assert owed(lived.investor("a")) == ("140.00", "0.00", "140.00", "0.00")
    lived.pay("w.2023.a.1", "fund", "90.00", "2024-09-01")
    assert owed(lived.investor("a")) == ("140.00", "90.00", "50.00", "0.00")


PLAN = {
    "from": "2022-01-01",
    "reason": "as signed",
    "expected": [
        {"metric": "exam", "period": "2022", "outcomes": 2},
        {"metric": "exam", "period": "2023", "outcomes": 4, "amount": "350.00"},
        {"metric": "exam", "period": "2024", "outcomes": 1},
    ],
}


def test_expected_is_what_is_stated_and_what_the_plan_expects_of_the_periods_to_come_at_80_percent() -> None:
    lived = one_payer(plans=[PLAN])
    mine = lived.investor("a")
    assert mine.planned_minor == (20_000 + 35_000 + 10_000) // 2
    assert mine.expected_minor == 5_000 + (28_000 + 8_000) // 2
    assert lived.payer("city").expected_minor == 10_000 + 28_000 + 8_000
    assert lived.investor("a", "2022-06-01").expected_minor == (16_000 + 28_000 + 8_000) // 2


def test_figures_that_count_on_a_part_of_the_effect_already_are_not_cut_again() -> None:
    lived = one_payer(plans=[{**PLAN, "effect": "0.80"}])
    assert lived.investor("a").planned_minor == (20_000 + 35_000 + 10_000) // 2
    assert lived.investor("a").expected_minor == 5_000 + (35_000 + 10_000) // 2


def test_without_a_plan_or_a_single_price_nothing_is_known_to_be_expected() -> None:
    assert one_payer().investor("a").expected_minor is None
    lived = one_payer(plans=[PLAN], indexation=[{"from": "2023-01-01", "factor": "1.1"}])
    assert (lived.investor("a").planned_minor, lived.payer("city").expected_minor) == (None, None)


def test_where_tranches_decide_an_investor_expects_what_nobody_knows_and_the_payer_what_the_plan_says() -> None:
    tranches = [
        {"id": "senior", "investors": weights("a"), "cap": "10.00"},
        {"id": "junior", "investors": weights("b")},
    ]
    contract = a_shared_contract(by="tranches", tranches=tranches) | {"plans": [PLAN]}
    lived = Lived(Book(contract))
    assert lived.investor("a").expected_minor is None
    assert lived.payer("city").expected_minor == 52_000


def test_a_contract_that_is_settled_for_good_expects_what_is_stated() -> None:
    lived = guaranteed()
    assert lived.investor("a").expected_minor is None
    lived.issue("2023", "2024-08-01", is_final=True)
    assert lived.investor("a").expected_minor == 14_000


@pytest.mark.parametrize("share", ["0.333333", "1"])
def test_what_is_expected_is_whole_minor_units_and_adds_up_over_the_investors(share: str) -> None:
    plan = {**PLAN, "effect": share}
    lived = Lived(Book(a_shared_contract(investors=weights("a", "b", "c")) | {"plans": [plan]}))
    parts = [lived.investor(party).expected_minor or 0 for party in "abc"]
    assert sum(parts) == lived.payer("city").expected_minor
    assert Decimal(parts[0]) - parts[2] <= 3


def test_a_contract_of_which_nothing_was_issued_stands_at_nothing() -> None:
    lived = Lived(Book(a_contract()))
    assert owed(lived.investor("a")) == owed(lived.payer("city")) == ("0.00", "0.00", "0.00", "0.00")


def test_once_no_evidence_is_taken_any_more_of_what_is_to_be_stated_nothing_more_is_expected() -> None:
    lived = one_payer(outcomes_until="2022-12-31", evidence_until="2022-12-31")
    assert lived.investor("a", "2023-03-01").expected_minor == 5_000
    assert lived.investor("a", "2022-06-30").expected_minor is None
