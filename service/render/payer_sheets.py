"""A payer's statement and vouchers as workbooks, for spreadsheets and for the import of a finance system."""

from collections.abc import Iterable

from service.core.bookkeeping.vouchers import Voucher
from service.core.canonical import Document
from service.core.money import to_text
from service.render.document_words import word_of
from service.render.documents import facts_sheet, parts_of, table_sheet
from service.render.sheets import Column, Sheet, Workbook

_STATEMENT = ("statement", "investor", "investor_name")
_LISTS: dict[str, tuple[str, ...]] = {
    "statements": (*_STATEMENT, "state", "issued_on", "due_on"),
    "owed": (*_STATEMENT, "metric", "title", "amount"),
    "beside": (*_STATEMENT, "kind", "amount", "sentence"),
    "pending": ("metric", "title", "step", "in_words", "why", "outcomes", "without_amount", "would_be_due"),
}
_VOUCHER = (
    *(Column("Voucher"), Column("Date", "date"), Column("Account"), Column("Cost centre")),
    *(Column("Debit", "amount"), Column("Credit", "amount"), Column("Currency"), Column("Text")),
    *(Column("Payer"), Column("Investor"), Column("Kind"), Column("Metric"), Column("Note")),
)


def payer_workbook(document: Document) -> Workbook:
    """A payer's statement: its head and totals, then a sheet a list."""
    parts = parts_of(document)
    tables = (table_sheet(word_of(name).title, parts.tables[name], keys, name) for name, keys in _LISTS.items())
    title = f"What {document['payer']['name']} owes, {document['period']['label']}"
    return Workbook(title, (facts_sheet("Payer's statement", parts.singles), *tables))


def voucher_workbook(title: str, rows: Iterable[Voucher], currency: str) -> Workbook:
    """Vouchers in one sheet, a row a line; the side that a row does not stand on is empty."""
    table = tuple(
        (
            row.number,
            row.on,
            row.account,
            row.cost_centre,
            to_text(row.debit_minor, currency) if row.debit_minor else None,
            to_text(row.credit_minor, currency) if row.credit_minor else None,
            currency,
            row.text,
            row.payer,
            row.investor,
            row.kind,
            row.metric,
            row.note,
        )
        for row in rows
    )
    return Workbook(title, (Sheet("Vouchers", _VOUCHER, table),))
