"""What a payer owes where statements hold more than new outcomes: guarantee, write-off, netting, erasure."""

from decimal import Decimal
from typing import Any

from service.core.bookkeeping.payer_statement import payer_statement
from service.core.bookkeeping.stated import Stated, stated_by
from service.core.bookkeeping.vouchers import Voucher, vouchers_of
from service.core.canonical import Document
from service.core.pipeline import Draft, Occasion
from tests.book import Book
from tests.builders import EXAM, a_contract, a_fact, correction, retraction, started
from tests.builders_shares import PARTIES, a_shared_contract, drawdown, weights

FINAL = Occasion(is_final=True)


def passed(participant: str, on: str) -> Any:
    return a_fact("milestone", participant, on, name="exam_passed")


def settled(**changes: Any) -> Book:
    """A contract of two investors and a guarantor, whose one outcome of 100.00 was stated and then retracted."""
    parties = {**PARTIES, "fund": {"name": "The fund", "roles": ["guarantor"]}}
    document = a_shared_contract(drawdowns=[drawdown("a", "2022-01-15", "500.00")])
    named = {name: parties[name] for name in ("a", "b", "city", "fund")}
    guarantee = {"party": "fund", "amount": "200.00"}
    book = Book({**document, "parties": named, "guarantee": guarantee, **changes})
    return book.learn(started("P1", "2022-01-10"), passed("P1", "2022-06-01"))


def told(drafts: dict[str, Draft], before: dict[str, Draft] | None = None, erased: str = "") -> list[Stated]:
    return [
        stated_by(
            draft.stored,
            [item.stored for item in draft.items if item.participant != erased or not erased],
            before[draft.investor].stored if before else None,
        )
        for draft in drafts.values()
    ]


def shown(book: Book, payer: str, label: str, stated: list[Stated]) -> Document:
    return payer_statement(book.terms, book.period(label), payer, stated)


def booked(book: Book, label: str, stated: list[Stated]) -> list[tuple[str, str, str, int]]:
    """Each voucher row as (payer, investor, kind, debit less credit)."""
    rows: tuple[Voucher, ...] = vouchers_of(book.terms, book.period(label), stated)
    return [(row.payer, row.investor, row.kind, row.debit_minor - row.credit_minor) for row in rows]


def test_the_guarantor_owes_its_part_beside_outcomes_and_books_it() -> None:
    book = settled()
    stated = told(book.issue("2022", FINAL))
    found = shown(book, "fund", "2022", stated)
    assert [(row["investor"], row["kind"], row["amount"]) for row in found["beside"]] == [("a", "guarantee", "200.00")]
    assert (found["totals"]["due"], found["totals"]["payable"], found["owed"]) == ("200.00", "200.00", [])
    assert booked(book, "2022", stated) == [
        ("city", "a", "outcomes", 5000),
        ("city", "a", "debt", -5000),
        ("fund", "a", "guarantee", 20000),
        ("fund", "a", "debt", -20000),
        ("city", "b", "outcomes", 5000),
        ("city", "b", "debt", -5000),
    ]


def test_what_is_written_off_stands_beside_what_was_taken_back() -> None:
    book = settled(floor=0, drawdowns=[])
    first = book.issue("2022")
    book.learn(retraction(passed("P1", "2022-06-01")))
    stated = told(book.issue("2023", FINAL), first)
    sums = shown(book, "city", "2023", stated)["totals"]
    assert (sums["outcomes"], sums["beside"], sums["due"], sums["payable"]) == ("-100.00", "100.00", "0.00", "0.00")
    assert booked(book, "2023", stated)[:2] == [("city", "a", "outcomes", -5000), ("city", "a", "write-off", 5000)]


def test_what_is_carried_comes_back_with_the_next_statement() -> None:
    book = settled(drawdowns=[])
    before = book.issue("2022")
    book.learn(retraction(passed("P1", "2022-06-01")))
    negative = book.issue("2023")
    sums = shown(book, "city", "2023", told(negative, before))["totals"]
    assert (sums["due"], sums["payable"], sums["carried_forward"]) == ("-100.00", "0.00", "-100.00")
    book.learn(*(entry for name in ("P2", "P3") for entry in (started(name, "2024-01-01"), passed(name, "2024-05-01"))))
    sums = shown(book, "city", "2024", told(book.issue("2024"), negative))["totals"]
    assert (sums["due"], sums["carried_in"], sums["payable"], sums["set_off"]) == (
        "200.00",
        "-100.00",
        "100.00",
        "0.00",
    )


def test_what_one_payer_is_owed_back_leaves_the_other_less_to_pay_and_both_see_it() -> None:
    exam = {**EXAM, "tariff": {"kind": "flat", "price": "100.00"}, "payers": weights("city")}
    other = {**EXAM, "id": "other", "tariff": {"kind": "flat", "price": "300.00"}, "payers": weights("region")}
    other = {**other, "rule": {"kind": "milestone", "milestone": "other_passed"}}
    shares = {"payers": weights("city"), "investors": weights("a")}
    parties = {name: PARTIES[name] for name in ("a", "city", "region")}
    book = Book(a_contract(exam, other, parties=parties, shares=shares))
    book.learn(started("P1", "2022-01-10"), passed("P1", "2022-06-01"))
    before = book.issue("2022")
    late = a_fact("milestone", "P1", "2023-06-01", name="other_passed")
    book.learn(retraction(passed("P1", "2022-06-01")), late)
    stated = told(book.issue("2023"), before)
    city, region = (shown(book, payer, "2023", stated)["totals"] for payer in ("city", "region"))
    assert (city["due"], city["payable"], city["set_off"]) == ("-100.00", "0.00", "-100.00")
    assert (region["due"], region["payable"], region["set_off"]) == ("300.00", "200.00", "100.00")


def test_what_was_stated_of_somebody_who_was_erased_since_is_still_owed() -> None:
    book = settled(drawdowns=[]).learn(started("P2", "2022-01-10"), passed("P2", "2022-06-01"))
    drafts = book.issue("2022")
    found = shown(book, "city", "2022", told(drafts, erased="P1"))
    assert [(row["investor"], row["metric"], row["amount"]) for row in found["owed"]] == [
        ("a", "exam", "50.00"),
        ("a", None, "50.00"),
        ("b", "exam", "50.00"),
        ("b", None, "50.00"),
    ]
    assert found["totals"]["due"] == shown(book, "city", "2022", told(drafts))["totals"]["due"] == "200.00"


def test_a_correction_of_a_pending_outcome_moves_it_out_of_what_is_pending() -> None:
    book = settled(drawdowns=[]).learn(started("P2", "2022-01-10"))
    assert shown(book, "city", "2022", told(book.preview("2022")))["totals"]["pending"] == "100.00"
    book.learn(passed("P2", "2022-07-01"))
    found = shown(book, "city", "2022", told(book.preview("2022")))
    assert (found["totals"]["pending"], found["pending"]) == ("0.00", [])


def test_of_what_is_pending_without_a_price_the_number_is_told() -> None:
    tranches = [{"id": "only", "investors": weights("a", "b")}]
    book = Book(a_shared_contract(by="tranches", tranches=tranches)).learn(started("P1", "2022-01-10"))
    (waiting,) = shown(book, "city", "2022", told(book.preview("2022")))["pending"]
    assert (waiting["outcomes"], waiting["without_amount"], waiting["would_be_due"]) == (1, 1, "0.00")


def test_outcomes_that_were_corrected_are_owed_as_the_difference() -> None:
    book = settled(drawdowns=[])
    before = book.issue("2022")
    book.learn(correction(passed("P1", "2022-06-01"), on="2022-07-01"))
    found = shown(book, "city", "2023", told(book.issue("2023"), before))
    assert sum(Decimal(row["amount"]) for row in found["owed"]) == Decimal(found["totals"]["outcomes"]) == 0
