"""Issued statements: their rows, and how they are found and read."""

from datetime import date
from typing import TypeVar

from service.core import canonical, money
from service.core.errors import NotFound
from service.core.life.statements import StatementLife
from service.core.pipeline import Draft
from service.storage.rows import DetailItemRow, IssuedDocument, PostingRow, StatementRow
from service.storage.store import Store
from service.storage.store_statements import ISSUED_DOCUMENT
from service.workflows.known import timeline_of
from service.workflows.ledger import Ledger
from service.workflows.lives import life_from

T = TypeVar("T")


def statement_id(number: str) -> str:
    """A statement's number as it stands in addresses: points for the strokes."""
    return number.replace("/", ".")


def detail_rows(row: StatementRow, draft: Draft) -> list[DetailItemRow]:
    """The detail of a draft as the rows beside the statement."""
    return [
        DetailItemRow(
            row.contract,
            row.sequence,
            position,
            item.kind,
            item.participant,
            bytes.fromhex(item.commitment or ""),
            item.stored,
        )
        for position, item in enumerate(draft.items, start=1)
    ]


def posting_rows(row: StatementRow) -> list[PostingRow]:
    """The postings an issued statement names, as rows; also how they are rebuilt from the log."""
    document = canonical.from_bytes(row.document)
    currency, on = document["currency"], date.fromisoformat(document["period"]["through"])
    return [
        PostingRow(
            row.contract,
            row.sequence,
            position,
            posting["account"],
            currency,
            money.from_text(posting["amount"], currency),
            row.id,
            on,
        )
        for position, posting in enumerate(document["postings"], start=1)
    ]


async def find_statements(
    ledger: Ledger, *, contract: str | None = None, period: str | None = None, investor: str | None = None
) -> list[StatementRow]:
    """Issued statements, by contract and in the order of issue."""
    async with ledger.database.reading() as store:
        return list(await store.statements(contract=contract, period=period, investor=investor))


async def find_lives(
    ledger: Ledger, *, contract: str | None = None, period: str | None = None, investor: str | None = None
) -> list[tuple[StatementRow, StatementLife]]:
    """The same, each as it lives; what was done to the contracts they are of is read in one query."""
    async with ledger.database.reading() as store:
        rows = await store.statements(contract=contract, period=period, investor=investor)
        contracts = {row.contract for row in rows}
        acts, terms = await store.acts_of(contracts), await store.terms_of(contracts)
    lives = {name: life_from(acts[name], timeline_of(terms[name])).statements for name in contracts}
    return [(row, lives[row.contract][row.id]) for row in rows]


async def investor_statements(ledger: Ledger, investor: str, period: str) -> list[StatementRow]:
    """An investor's statements of a period, one a contract; NotFound where none was issued."""
    rows = await find_statements(ledger, period=period, investor=investor)
    if not rows:
        raise NotFound("No statement was issued to this investor for this period.", "statement-not-found")
    return rows


async def read_statement(ledger: Ledger, id: str) -> IssuedDocument:
    """An issued statement's bytes by its id; NotFound."""
    return _found(await ledger.database.look_up(ISSUED_DOCUMENT, id=id))


async def statement_in(store: Store, id: str) -> StatementRow:
    """An issued statement by its id within a unit of work; NotFound."""
    return _found(await store.statement(id))


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound("No statement by that id was issued; GET /v1/statements lists them.", "statement-not-found")
    return row
