"""The statements of an investor over all its contracts for a period as one document, from issued bytes alone."""

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import NotFound
from service.core.life.consolidated import IssuedStatement, consolidated_document
from service.core.period import Period, PeriodKind, period_named
from service.storage.rows import StatementRow
from service.workflows.ledger import Ledger

_KINDS: tuple[PeriodKind, ...] = ("year", "half-year", "quarter", "month")


async def consolidated_statement(ledger: Ledger, investor: str, period: str) -> Document:
    """One section a statement of the period or of a shorter one inside it, by contract and in the order of issue.

    NotFound for a name that is no period, and where nothing was issued to the investor for it.
    """
    wanted = _named(period)
    if wanted is None:
        raise NotFound("A period is named as 2023, 2023-H1, 2023-Q4 or 2023-12.", "period-not-found")
    async with ledger.database.reading() as store:
        rows = await store.statements(investor=investor)
    inside = [row for row in rows if _lies_in(row, wanted)]
    if not inside:
        raise NotFound("No statement was issued to this investor for this period.", "statement-not-found")
    issued = [IssuedStatement(row.id, row.sha256.hex(), canonical.from_bytes(row.document)) for row in inside]
    return consolidated_document(wanted.label, issued)


def _lies_in(row: StatementRow, wanted: Period) -> bool:
    own = _named(row.period)
    return own is not None and wanted.start <= own.start and own.end <= wanted.end


def _named(label: str) -> Period | None:
    """The period of whatever kind that has the name."""
    for kind in _KINDS:
        try:
            return period_named(label, kind)
        except ValueError:
            continue
    return None
