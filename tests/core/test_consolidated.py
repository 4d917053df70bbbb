"""The consolidated statement: a section an issued statement as it was issued, its digest, and totals by currency."""

from decimal import Decimal
from typing import Any

from service.core import canonical
from service.core.life.consolidated import IssuedStatement, consolidated_document
from tests.book import Book, document
from tests.builders import retraction
from tests.builders_shares import a_shared_contract, passed


def issued(book: Book, *periods: str) -> list[IssuedStatement]:
    """What investor a was told."""
    told = []
    for period in periods:
        draft = book.issue(period)["a"]
        number = draft.number.replace("/", ".")
        told.append(IssuedStatement(number, canonical.sha256_hex(draft.stored), document(draft)))
    return told


def a_book(contract: str = "w", participants: int = 1, **changes: Any) -> Book:
    whole = a_shared_contract() | {"contract": contract} | changes
    book = Book(whole)
    for number in range(participants):
        enrolled, exam = passed(f"P{number}", "2022-05-01")
        told = {"contract": contract}
        book.learn(enrolled.model_copy(update=told), exam.model_copy(update=told))
    return book


def test_each_section_is_what_was_issued_and_names_its_digest() -> None:
    (one,) = issued(a_book(participants=6), "2022")
    told = consolidated_document("2022", [one])
    (section,) = told["sections"]
    assert section["sha256"] == canonical.sha256_hex(canonical.to_bytes(one.document))
    for part in ("totals", "metrics", "contract", "due_from", "number"):
        assert section[part] == one.document[part]
    assert "P0" not in str(told)


def test_totals_add_up_by_currency_and_never_over_two() -> None:
    kroner = [*issued(a_book("w", 2), "2022"), *issued(a_book("x", 3), "2022")]
    pounds = issued(a_book("y", 1, currency="GBP"), "2022")
    totals = {one["currency"]: one for one in consolidated_document("2022", [*kroner, *pounds])["totals"]}
    assert (totals["DKK"]["contracts"], totals["DKK"]["lines"], totals["DKK"]["payable"]) == (2, "250.00", "250.00")
    assert (totals["GBP"]["contracts"], totals["GBP"]["lines"]) == (1, "50.00")


def test_of_quarters_lines_are_added_and_what_stands_at_the_end_is_that_of_the_last() -> None:
    book = a_book(participants=2, periods="quarter")
    quarters = issued(book, "2022-Q1", "2022-Q2", "2022-Q3")
    (total,) = consolidated_document("2022", quarters)["totals"]
    assert (total["contracts"], total["lines"], total["stated_before"], total["stated_to_date"]) == (
        1,
        "100.00",
        "0.00",
        "100.00",
    )
    later = consolidated_document("2022", quarters[2:])["totals"][0]
    assert (later["lines"], later["stated_before"], later["stated_to_date"]) == ("0.00", "100.00", "100.00")
    assert sum(Decimal(one.document["totals"]["lines"]) for one in quarters) == Decimal("100.00")


def test_what_was_payable_is_added_and_what_is_carried_is_what_the_last_one_carries() -> None:
    enrolled, exam = passed("P1", "2022-01-15")
    book = Book(a_shared_contract() | {"periods": "quarter"}).learn(enrolled, exam)
    told = issued(book, "2022-Q1")
    book.learn(retraction(exam))
    told += issued(book, "2022-Q2", "2022-Q3")
    (total,) = consolidated_document("2022", told)["totals"]
    assert [total[name] for name in ("lines", "payable", "carried_in", "carried_forward")] == [
        "0.00",
        "50.00",
        "0.00",
        "-50.00",
    ]
    assert consolidated_document("2022", told[2:])["totals"][0]["carried_in"] == "-50.00"
