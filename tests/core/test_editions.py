"""A second edition of the calculation: what the first stated stands, and only an amendment moves a contract."""

from decimal import Decimal
from typing import Any

import pytest

from service.core.calculation import EDITIONS
from service.core.errors import InvalidInput, WrongState
from service.core.pipeline import draft_statements
from service.core.terms import read_amendment, read_terms
from tests.book import AnyKey, Book, document, lines, total
from tests.builders import EXAM, ZONES, a_contract, a_fact, a_timeline, started
from tests.second_editions import CHANGES, FIRST, SECOND, second

UNEVEN = {**EXAM, "tariff": {"kind": "flat", "price": "100.01"}}
LATER: dict[str, Any] = {"version": 2, "effective_from": "2023-01-01", "edition": SECOND, "reason": "the new edition"}
# what one exam pays a and b under each: 100.01 shared by two, and what the change makes of that
PAID = {"first": ("50.01", "50.00"), "rounding": ("50.00", "50.00"), "left-over units": ("50.00", "50.01")}


def passed(participant: str, on: str) -> list[Any]:
    return [started(participant, "2022-01-01"), a_fact("milestone", participant, on, name="exam_passed")]


def stated(book: Book, period: str) -> tuple[Any, ...]:
    return tuple(f"{total(draft):.2f}" for draft in book.issue(period).values())


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the second edition, which is installed, does otherwise."""
    monkeypatch.setitem(EDITIONS, SECOND, second(request.param))
    return str(request.param)


def test_an_edition_beside_it_changes_nothing_of_a_contract_that_does_not_name_it(change: str) -> None:
    book = Book(a_contract(UNEVEN)).learn(*passed("P1", "2022-05-01"))
    assert stated(book, "2022") == PAID["first"]
    assert stated(book.learn(*passed("P2", "2023-05-01")), "2023") == PAID["first"]


def test_statements_issued_under_the_first_are_made_again_to_the_byte_after_the_contract_has_moved(change: str) -> None:
    book = Book(a_contract(UNEVEN)).learn(*passed("P1", "2022-05-01"))
    closed_at, issued = book.inputs(), book.issue("2022")
    book.amend(a_contract(UNEVEN, **LATER))
    book.learn(*passed("P2", "2023-05-01")).issue("2023")
    again = draft_statements(closed_at, book.period("2022"), {}, AnyKey())
    assert [draft.stored for draft in again] == [draft.stored for draft in issued.values()]
    assert {document(draft)["edition"] for draft in again} == {FIRST}


def test_an_amendment_moves_the_contract_and_the_difference_arrives_as_lines_with_that_cause(change: str) -> None:
    book = Book(a_contract(UNEVEN)).learn(*passed("P1", "2022-05-01"))
    book.issue("2022")
    book.amend(a_contract(UNEVEN, **LATER))
    issued = book.issue("2023")
    assert {document(draft)["edition"] for draft in issued.values()} == {SECOND}
    for place, investor in enumerate("ab"):
        moved = [(line["participant"], line["amount"], line["cause"]["code"]) for line in lines(issued[investor])]
        difference = Decimal(PAID[change][place]) - Decimal(PAID["first"][place])
        assert moved == ([("P1", str(difference), "terms-version")] if difference else [])


def test_a_new_outcome_under_the_second_edition_is_paid_by_it(change: str) -> None:
    book = Book(a_contract(UNEVEN, edition=SECOND)).learn(*passed("P1", "2022-05-01"))
    assert stated(book, "2022") == PAID[change]


def test_terms_may_name_an_edition_only_where_it_is_installed(change: str) -> None:
    assert read_terms(a_contract(edition=SECOND), ZONES, EDITIONS).edition == SECOND
    known = a_timeline(a_contract())
    assert read_amendment(a_contract(**LATER), ZONES, known, EDITIONS).edition == SECOND
    absent = "2031-02"
    with pytest.raises(InvalidInput) as first:
        read_terms(a_contract(edition=absent), ZONES, EDITIONS)
    with pytest.raises(InvalidInput) as later:
        read_amendment(a_contract(**{**LATER, "edition": absent}), ZONES, known, EDITIONS)
    for error in (first, later):
        assert [(fault.pointer, fault.code) for fault in error.value.faults] == [("/edition", "not-allowed")]


def test_a_statement_of_an_edition_that_is_not_installed_is_refused_in_a_sentence() -> None:
    book = Book(a_contract(UNEVEN, edition="1999-01")).learn(*passed("P1", "2022-05-01"))
    with pytest.raises(WrongState, match="edition 1999-01 of the calculation") as error:
        book.preview("2022")
    assert error.value.code == "edition-not-installed"
