"""The worked examples of the terms on amendments, late facts, limits over time and re-enrolment, by number."""

import pytest

from tests.book import Book, amounts, document, lines, pending, total
from tests.builders import (
    EMPLOYMENT,
    HOUSING,
    a_contract,
    correction,
    employed,
    housed,
    retraction,
    started,
    with_rule,
    withdrew,
)
from tests.core.worked import P1_THREE_MONTHS, W1_FACTS, net_and_clips, three_months
from tests.erasing import ErasingBook


def amended_w8(basis: str) -> Book:
    prices = {"3 months": "15000.00", "6 months": "12000.00", "12 months": "30000.00"}
    cheaper = {**HOUSING, "tariff": {"kind": "flat", "price": prices}}
    book = Book(a_contract(price_basis=basis))
    book.amend(a_contract(cheaper, price_basis=basis, version=2, effective_from="2023-01-01", reason="cheaper"))
    return book.learn(*W1_FACTS)


@pytest.mark.parametrize(("basis", "six_months"), [("achieved_on", 12_000), ("enrolled_on", 15_000)])
def test_w8_the_price_basis_decides_which_version_pays(basis: str, six_months: int) -> None:
    book = amended_w8(basis)
    assert net_and_clips(book, "2024")[:2] == [("P1", "3 months", 15_000, []), ("P1", "6 months", six_months, [])]
    book.issue("2022")
    issued = book.issue("2023")
    assert [line["kind"] for line in lines(issued["a"])] == ["new"]
    assert total(issued["a"]) + total(issued["b"]) == six_months


def amended_w13(start: str, **changes: str) -> Book:
    steps = [{"months": 3}, {"months": 6}, {"id": "12 months", "months": 9}]
    shorter = {**with_rule(HOUSING, steps=steps), **changes}
    book = Book()
    book.amend(a_contract(shorter, version=2, effective_from=start, reason="nine months are enough"))
    return book.learn(*W1_FACTS)


def test_w13_an_amended_rule_pays_what_it_finds_complete_in_its_own_time_once() -> None:
    book = amended_w13("2023-04-01")
    finding = book.finding("2024", "housing", "12 months")
    assert (finding.version, str(finding.on)) == (2, "2023-05-31")
    assert finding.sentence == "own_tenancy 2022-08-31 to 2023-05-31, 9 months; proved by shelter on 2023-06-15"
    book.issue("2022")
    assert [amount[3:] for amount in amounts(book.issue("2023")["a"])][-1] == ("2023-05-31", "15000.00")
    assert total(book.issue("2024")["a"]) == 0


def test_w13_what_was_complete_before_the_version_began_is_not_paid_nor_is_a_later_spell() -> None:
    book = amended_w13("2023-06-01")
    finding = book.finding("2024", "housing", "12 months")
    assert (finding.state, finding.version) == ("refused", 2)
    assert finding.sentence.startswith("complete on 2023-05-31, before terms version 2 began on 2023-06-01")


def test_w13_unless_the_metric_says_that_it_counts_on_the_versions_first_day() -> None:
    book = amended_w13("2023-06-01", counts_earlier="on_effective_from")
    finding = book.finding("2024", "housing", "12 months")
    assert (finding.state, finding.version, str(finding.on)) == ("achieved", 2, "2023-06-01")
    book.issue("2022")
    issued = book.issue("2023")
    assert amounts(issued["a"])[-1] == ("new", "12 months", "P1", "2023-06-01", "15000.00")


def test_w14_a_late_fact_under_a_full_cap_displaces_what_was_stated() -> None:
    book = Book(a_contract(limits={"contract": {"amount": "15000.00"}})).learn(*P1_THREE_MONTHS)
    assert total(book.issue("2022")["a"]) == 7_500
    issued = book.learn(*three_months("P2", "2022-08-15", "2022-11-15")).issue("2023")
    assert amounts(issued["a"]) == [
        ("late", "3 months", "P2", "2022-11-15", "7500.00"),
        ("displaced", "3 months", "P1", "2022-11-30", "-7500.00"),
    ]
    displaced = lines(issued["a"])[1]
    assert displaced["cause"]["facts"][-1]["id"] == "P2-2022-11-15-housing-shelter"
    assert displaced["price"]["clipped"] == [{"limit": "contract", "amount": "15000.00"}]
    assert total(issued["a"]) == 0
    assert amounts(book.issue("2024")["a"]) == []


def test_w15_a_negative_total_is_carried_and_netted_first() -> None:
    book = Book().learn(*P1_THREE_MONTHS)
    assert total(book.issue("2022")["a"]) == 7_500
    book.learn(retraction(P1_THREE_MONTHS[2]))
    totals = document(book.issue("2023")["a"])["totals"]
    assert (totals["lines"], totals["payable"], totals["carried_forward"]) == ("-7500.00", "0.00", "-7500.00")
    book.learn(*three_months("P2", "2024-02-01", "2024-05-02"))
    # 15,000 to investor A: P2's three months pay 7,500 to each, so a third participant achieves the same
    book.learn(*three_months("P3", "2024-02-01", "2024-05-02"))
    totals = document(book.issue("2024")["a"])["totals"]
    assert (totals["lines"], totals["carried_in"], totals["payable"]) == ("15000.00", "-7500.00", "7500.00")
    after = document(book.issue("2025")["a"])["totals"]
    assert (after["lines"], after["carried_in"], after["payable"]) == ("0.00", "0.00", "0.00")
    assert after["stated_to_date"] == "15000.00"


def w17_book(**changes: bool) -> Book:
    return Book(a_contract({**HOUSING, **changes})).learn(
        started("P3", "2022-01-10"),
        withdrew("P3", "2022-02-10"),
        started("P3", "2022-06-01"),
        housed("P3", "2022-01-15"),
        housed("P3", "2022-10-01"),
    )


def test_w17_after_a_withdrawal_the_first_episode_achieves_nothing() -> None:
    finding = w17_book().finding("2022", "housing", "3 months", "P3")
    assert finding.state == "refused"
    assert finding.sentence.startswith("withdrew on 2022-02-10, nothing is achieved after that")


def test_w17_with_each_the_spell_counts_from_the_second_enrolment() -> None:
    finding = w17_book(each=True).finding("2022", "housing", "3 months", "P3")
    assert (finding.state, str(finding.on)) == ("achieved", "2022-09-01")


def test_w19_a_lowered_limit_takes_nothing_back_and_leaves_no_room() -> None:
    book = Book(a_contract(limits={"contract": {"amount": "30000.00"}}))
    lowered = {"contract": {"amount": "20000.00"}}
    book.amend(a_contract(limits=lowered, version=2, effective_from="2023-01-01", reason="fewer participants"))
    book.learn(*P1_THREE_MONTHS)
    assert total(book.issue("2022")["a"]) == 7_500
    book.learn(*three_months("P2", "2022-08-15", "2022-11-15"), *three_months("P3", "2022-11-01", "2023-02-01"))
    issued = book.issue("2023")
    assert amounts(issued["a"]) == [
        ("late", "3 months", "P2", "2022-11-15", "7500.00"),
        ("new", "3 months", "P3", "2023-02-01", "0.00"),
    ]
    assert lines(issued["a"])[1]["price"]["clipped"] == [{"limit": "contract", "amount": "15000.00"}]


@pytest.mark.parametrize(
    ("statuses", "state", "amount"),
    [
        ((("2022-09-15", "flexjob"), ("2023-02-20", "flexjob")), "achieved", 45_000),
        ((("2022-09-15", "flexjob"),), "pending", 0),
        ((("2022-09-15", "flexjob"), ("2023-01-29", "flexjob")), "pending", 0),
        ((("2022-09-15", "flexjob"), ("2023-02-01", "public_support")), "refused", 0),
    ],
)
def test_w20_a_graded_status_pays_by_its_value_when_it_is_known_near_the_checkpoint(
    statuses: tuple[tuple[str, str], ...], state: str, amount: int
) -> None:
    book = Book(a_contract(EMPLOYMENT)).learn(started("P1", "2022-03-01"))
    book.learn(*(employed("P1", on, value) for on, value in statuses))
    finding = book.finding("2023", "employment", "12 months")
    assert finding.state == state
    if state == "achieved":
        assert str(finding.on) == "2023-03-01"
    book.issue("2022")
    issued = book.issue("2023")
    assert total(issued["a"]) + total(issued["b"]) == amount


def w21_book(break_on: str) -> Book:
    return Book(a_contract(with_rule(HOUSING, allowed_gap_days=14))).learn(
        started("P1", "2022-01-10"),
        housed("P1", "2022-01-10"),
        housed("P1", break_on, "temporary"),
        housed("P1", "2022-03-01"),
        housed("P1", "2022-04-20"),
    )


def test_w21_a_short_gap_neither_ends_the_spell_nor_stops_its_count() -> None:
    finding = w21_book("2022-02-20").finding("2022", "housing", "3 months")
    assert (finding.state, str(finding.on)) == ("achieved", "2022-04-10")


def test_w21_a_longer_gap_restarts_the_spell() -> None:
    finding = w21_book("2022-02-10").finding("2022", "housing", "3 months")
    assert (finding.state, str(finding.on)) == ("pending", "2022-06-01")


def test_a_correction_after_issue_changes_the_line_under_the_same_key() -> None:
    job = employed("P1", "2022-09-15", "flexjob")
    book = Book(a_contract(EMPLOYMENT)).learn(started("P1", "2022-03-01"), job, employed("P1", "2023-03-02", "flexjob"))
    book.issue("2022")
    assert total(book.issue("2023")["a"]) == 22_500
    issued = book.learn(correction(job, value="ordinary")).issue("2024")
    assert amounts(issued["a"]) == [("change", "12 months", "P1", "2023-03-01", "7500.00")]
    line = lines(issued["a"])[0]
    assert (line["stated_before"], line["due"], line["cause"]["code"]) == ("22500.00", "30000.00", "correction")


def test_w18_what_an_erased_participant_was_stated_stands_and_nothing_new_comes() -> None:
    book = ErasingBook().learn(*W1_FACTS)
    told = [book.state("2022"), book.state("2023")]
    assert [total(drafts["a"]) for drafts in told] == [7_500, 7_500]
    book.erase("P1")
    issued = book.state("2024")
    assert (amounts(issued["a"]), pending(issued["a"])) == ([], [])
    assert document(issued["a"])["totals"]["stated_to_date"] == "15000.00"
    assert book.proved()


def test_w18_an_erased_participant_keeps_its_place_in_a_full_limit() -> None:
    book = ErasingBook(a_contract(limits={"contract": {"amount": "24000.00"}}))
    book.learn(*three_months("P1", "2022-08-31", "2022-12-05"), *three_months("P3", "2022-08-31", "2022-12-05"))
    first = book.state("2022")
    assert [line["price"]["net"] for line in lines(first["a"])] == ["15000.00", "9000.00"]
    book.erase("P1")
    book.learn(*three_months("P2", "2022-08-31", "2022-12-05"))
    issued = book.state("2023")
    assert [(line[1:3], line[4]) for line in map(tuple, amounts(issued["a"]))] == [
        (("3 months", "P2"), "4500.00"),
        (("3 months", "P3"), "-4500.00"),
    ]
    assert book.proved()


def test_w18_who_is_erased_before_anything_was_issued_leaves_nothing() -> None:
    book = ErasingBook().learn(*W1_FACTS)
    book.erase("P1")
    assert (book.facts, book.kept.erased) == ([], ())
    assert total(book.state("2022")["a"]) == 0
    assert book.proved()
