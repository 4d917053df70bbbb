"""Positions as files: every amount, date and word of the document stands in the file, in either form."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from service.core import canonical
from service.core.canonical import Document
from service.core.life.ageing import ageing
from service.core.life.ageing_documents import ageing_document
from service.core.life.by_year import years_of
from service.core.life.by_year_documents import portfolio_document
from service.core.life.consolidated import IssuedStatement, consolidated_document
from service.core.life.position_documents import contract_document, party_document
from service.core.life.positions import position_of
from service.core.life.waiting import Pending
from service.render import Workbook, to_csv, to_xlsx
from service.render.position_sheets import (
    ageing_workbook,
    consolidated_workbook,
    portfolio_workbook,
    position_workbook,
)
from tests.book import Book, day
from tests.builders_shares import a_shared_contract, drawdown, passed
from tests.lived import Lived
from tests.render.reading import plain, rows_in, sheets_in, values_of

AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}\Z")
TODAY = day("2023-06-30")


def lived() -> Lived:
    """Amounts that differ from one another, so that none can stand in another's place."""
    investors = [{"party": "a", "weight": 3, "committed": "500.11"}, {"party": "b", "weight": 1}]
    plan = {
        "from": "2022-01-01",
        "reason": "as signed",
        "expected": [{"metric": "exam", "period": "2024", "outcomes": 7}],
    }
    listed = [drawdown("a", "2022-02-01", "150.07"), drawdown("a", "2024-06-01", "70.03")]
    contract = a_shared_contract(drawdowns=listed, investors=investors) | {"plans": [plan]}
    contract["parties"]["fund"] = {"name": "The foundation", "roles": ["guarantor"]}
    contract |= {"guarantee": {"party": "fund", "amount": "180.09"}, "limits": {"contract": {"amount": "999.01"}}}
    told = Lived(Book(contract).learn(*passed("P1", "2022-05-01")))
    told.issue("2022", "2023-02-01")
    told.draw("a", "140.05", "2022-02-03")
    told.pay("w.2022.a.1", "city", "20.02", "2023-03-10")
    return told


def a_position() -> Document:
    pending = {"a": Pending(3, 7_777, 1), "city": Pending(3, 8_888, 2)}
    return contract_document(position_of(lived().life(), TODAY), 9, "0.80", pending)


def a_party() -> Document:
    return party_document("a", [position_of(lived().life(), TODAY)], "investors", "0.80")


def ages() -> Document:
    life = lived().life()
    return ageing_document("city", [(life, ageing(life, TODAY))])


def years() -> Document:
    return portfolio_document("a", "0.80", [years_of(lived().life(), "a", TODAY, Fraction(4, 5))])


def consolidated() -> Document:
    draft = Book(a_shared_contract()).learn(*passed("P1", "2022-05-01")).issue("2022")["a"]
    told = canonical.from_bytes(draft.stored)
    return consolidated_document("2022", [IssuedStatement("w.2022.a.1", canonical.sha256_hex(draft.stored), told)])


DOCUMENTS: list[tuple[Callable[[], Document], Callable[[Document], Workbook]]] = [
    (a_position, position_workbook),
    (a_party, position_workbook),
    (ages, ageing_workbook),
    (years, portfolio_workbook),
]


@pytest.mark.parametrize(("made", "workbook"), DOCUMENTS)
def test_every_value_of_the_document_stands_in_the_csv(
    made: Callable[[], Document], workbook: Callable[[Document], Workbook]
) -> None:
    document = made()
    written = to_csv(workbook(document))
    cells = {plain(cell) for row in rows_in(written) for cell in row.values()} | set(next(iter(rows_in(written))))
    told = {str(value) for _, value in values_of(document) if value is not None}
    titles = {workbook(document).title}
    assert {value for value in told - cells if not any(value in title for title in titles)} <= {"0"}


@pytest.mark.parametrize(("made", "workbook"), DOCUMENTS)
def test_in_the_xlsx_amounts_are_numbers_and_dates_are_dates(
    made: Callable[[], Document], workbook: Callable[[Document], Workbook]
) -> None:
    document = made()
    cells = [cell for rows in sheets_in(to_xlsx(workbook(document))).values() for row in rows for cell in row]
    for path, value in values_of(document):
        if isinstance(value, str) and AMOUNT.match(value) and not path.endswith("effect"):
            assert Decimal(value) in cells, path
        if path.endswith(("due_on", "issued_on")):
            assert date.fromisoformat(value) in cells, path


def test_a_consolidated_statement_as_a_file_has_its_totals_metrics_and_digest() -> None:
    document = consolidated()
    cells = [
        cell for rows in sheets_in(to_xlsx(consolidated_workbook(document))).values() for row in rows for cell in row
    ]
    assert document["sections"][0]["sha256"] in cells
    assert Decimal("50.00") in cells and "Passed the exam" in cells
