"""The worked examples of the terms by number, to the minor unit, checked on the detail."""

import pytest

from service.core import money
from service.core.allocate import InvestorSplitter
from service.core.price.payers import PayerSplitter
from service.core.terms import Terms
from tests.book import Book, amounts, lines, pending, total
from tests.builders import (
    HBA1C,
    NO_VISIT,
    a_contract,
    completed,
    covered,
    housed,
    measured,
    read,
    retraction,
    started,
    visit,
)
from tests.core.worked import W1_FACTS, net_and_clips


def test_w1_sustained_housing_pays_each_step_once_and_restarts_on_a_break() -> None:
    book = Book().learn(*W1_FACTS)
    for period, amount, sentence in (
        ("2022", "7500.00", "own_tenancy 2022-08-31 to 2022-11-30, 3 months; confirmed 2022-12-05"),
        ("2023", "7500.00", "own_tenancy 2022-08-31 to 2023-02-28, 6 months; confirmed 2023-03-01"),
        ("2024", "15000.00", "own_tenancy 2023-07-01 to 2024-07-01, 12 months; confirmed 2024-07-02"),
    ):
        issued = book.issue(period)
        assert [(line["amount"], line["sentence"]) for line in lines(issued["a"])] == [(amount, sentence)]
        assert [(line["amount"], line["sentence"]) for line in lines(issued["b"])] == [(amount, sentence)]


def test_w2_late_facts_are_stated_in_the_next_period_with_their_own() -> None:
    book = Book().learn(*W1_FACTS[:2])
    first = book.issue("2022")
    assert total(first["a"]) == 0
    waiting = {item["step"]: item["sentence"] for item in pending(first["a"])}
    assert waiting["3 months"] == "no housing status known on or after 2022-11-30"
    second = book.learn(*W1_FACTS[2:]).issue("2023")
    assert amounts(second["a"]) == [
        ("late", "3 months", "P1", "2022-11-30", "7500.00"),
        ("new", "6 months", "P1", "2023-02-28", "7500.00"),
    ]
    assert [line["outcome_period"] for line in lines(second["a"])] == ["2022", "2023"]
    assert total(second["a"]) + total(second["b"]) == 30_000


def test_w3_retraction_after_issue_reverses_and_states_the_steps_of_the_next_spell() -> None:
    book = Book().learn(*W1_FACTS)
    for period in ("2022", "2023", "2024"):
        book.issue(period)
    book.learn(*(retraction(W1_FACTS[place]) for place in (1, 2, 3)))
    issued = book.issue("2025")
    assert amounts(issued["a"]) == [
        ("reversal", "3 months", "P1", "2022-11-30", "-7500.00"),
        ("late", "3 months", "P1", "2023-10-01", "7500.00"),
        ("reversal", "6 months", "P1", "2023-02-28", "-7500.00"),
        ("late", "6 months", "P1", "2024-01-01", "7500.00"),
    ]
    assert total(issued["a"]) == 0
    assert lines(issued["a"])[0]["cause"]["code"] == "retraction"
    assert lines(issued["a"])[1]["sentence"].endswith("confirmed 2024-07-02")


@pytest.mark.parametrize(
    ("baseline", "follow_up", "state", "told"),
    [
        (("80", "mmol/mol"), ("73.2", "mmol/mol"), "achieved", "down 8.5 %, 8.5 % wanted"),
        (("80", "mmol/mol"), ("73.3", "mmol/mol"), "refused", "down 8.375 %, 8.5 % wanted"),
        (("9.5", "%"), ("73.0", "mmol/mol"), "achieved", "down 9.1176 %, 8.5 % wanted"),
        (("9.47", "%"), ("8.85", "%"), "refused", "down 8.4723 %, 8.5 % wanted"),
    ],
)
def test_w4_hba1c_is_compared_as_an_exact_fraction(
    baseline: tuple[str, str], follow_up: tuple[str, str], state: str, told: str
) -> None:
    book = Book(a_contract(HBA1C)).learn(
        started("P1", "2022-03-01"), measured("P1", "2022-03-01", *baseline), measured("P1", "2023-03-10", *follow_up)
    )
    finding = book.finding("2023", "hba1c", "12 months")
    assert (finding.state, finding.sentence.split("; ")[-1]) == (state, told)
    assert total(book.issue("2022")["a"]) == 0
    assert total(book.issue("2023")["a"]) == (10_000 if state == "achieved" else 0)


def test_w4_a_missing_follow_up_is_pending_in_2022_and_refused_in_2023() -> None:
    book = Book(a_contract(HBA1C)).learn(started("P1", "2022-03-01"), measured("P1", "2022-03-01", "80"))
    assert book.finding("2022", "hba1c", "12 months").state == "pending"
    refused = book.finding("2023", "hba1c", "12 months")
    assert (refused.state, refused.sentence) == ("refused", "no measurement within 45 days of 2023-03-01")


def w5_book() -> Book:
    return Book(a_contract(NO_VISIT)).learn(started("P1", "2021-12-01"), completed("P1", "2022-03-10"))


def test_w5a_a_covered_window_without_a_visit_is_achieved_at_its_end() -> None:
    finding = w5_book().learn(covered("P1", "2022-03-10", "2023-03-09")).finding("2023", "no-visit", "window 1")
    assert (finding.state, str(finding.on)) == ("achieved", "2023-03-10")


def test_w5b_without_coverage_silence_proves_nothing() -> None:
    assert w5_book().finding("2023", "no-visit", "window 1").state == "pending"
    one_day_short = w5_book().learn(covered("P1", "2022-03-10", "2023-03-08"))
    assert one_day_short.finding("2023", "no-visit", "window 1").state == "pending"


def test_w5c_a_visit_on_the_last_day_of_the_window_refuses() -> None:
    book = w5_book().learn(covered(None, "2022-03-10", "2023-03-09"), visit("P1", "2023-03-09"))
    assert book.finding("2023", "no-visit", "window 1").state == "refused"


def test_w5d_a_visit_on_the_day_after_lies_outside() -> None:
    book = w5_book().learn(covered(None, "2022-03-10", "2023-03-09"), visit("P1", "2023-03-10"))
    assert book.finding("2023", "no-visit", "window 1").state == "achieved"


def test_w5e_a_visit_posted_after_issue_takes_the_payment_back() -> None:
    book = w5_book().learn(covered("P1", "2022-03-10", "2023-03-09"))
    book.issue("2022")
    assert total(book.issue("2023")["a"]) == 20_000
    issued = book.learn(visit("P1", "2022-07-01", id="late-visit")).issue("2024")
    assert amounts(issued["a"]) == [("reversal", "window 1", "P1", "2023-03-10", "-20000.00")]
    assert total(issued["a"]) + total(issued["b"]) == -40_000
    assert lines(issued["a"])[0]["cause"]["facts"] == [{"source": "case-system", "id": "late-visit"}]


def test_w6_splits_are_exact() -> None:
    assert money.split(10_000, (1, 1, 1)) == (3334, 3333, 3333)
    assert money.split(-10_000, (1, 1, 1)) == (-3334, -3333, -3333)


def test_w6_payers_first_then_investors_within_each_payers_part() -> None:
    payers = [{"party": "city", "weight": 60}, {"party": "region", "weight": 40}]
    investors = [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}]
    terms: Terms = read(a_contract(shares={"payers": payers, "investors": investors}))
    assert PayerSplitter().parts(terms, terms.metrics[0], 5) == (("city", 3), ("region", 2))
    assert InvestorSplitter().dues(terms, 3) == (("a", 2), ("b", 1))
    assert InvestorSplitter().dues(terms, 2) == (("a", 1), ("b", 1))


def test_w7_a_participant_cap_clips_and_shows_what_would_have_been_paid() -> None:
    book = Book(a_contract(limits={"participant": {"amount": "20000.00"}})).learn(*W1_FACTS)
    assert net_and_clips(book, "2024") == [
        ("P1", "3 months", 15_000, []),
        ("P1", "6 months", 5_000, [("participant", 10_000)]),
        ("P1", "12 months", 0, [("participant", 30_000)]),
    ]
    for period, amount, clipped in (("2022", 15_000, []), ("2023", 5_000, [10_000]), ("2024", 0, [30_000])):
        issued = book.issue(period)
        assert total(issued["a"]) + total(issued["b"]) == amount
        shown = [clip for line in lines(issued["a"]) for clip in line["price"]["clipped"]]
        assert shown == [{"limit": "participant", "amount": f"{taken}.00"} for taken in clipped]


def test_w7_a_contract_cap_is_filled_in_the_order_of_achievement() -> None:
    second = (started("P2", "2022-08-15"), housed("P2", "2022-08-15"), housed("P2", "2022-11-15"))
    left = housed("P2", "2022-11-20", "shelter")
    book = Book(a_contract(limits={"contract": {"amount": "24000.00"}})).learn(*W1_FACTS, *second, left)
    assert net_and_clips(book, "2024") == [
        ("P2", "3 months", 15_000, []),
        ("P1", "3 months", 9_000, [("contract", 6_000)]),
        ("P1", "6 months", 0, [("contract", 15_000)]),
        ("P1", "12 months", 0, [("contract", 30_000)]),
    ]
