"""Verifies an issued statement: recomputes it from what it was closed at and compares it to the byte."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from service.core import canonical
from service.core.errors import NotFound
from service.core.pipeline import Draft, Occasion, draft_statements
from service.core.terms import TermsTimeline
from service.storage.rows import DetailItemRow, LogEntry, StatementRow
from service.storage.store import Store
from service.telemetry.metrics import INVARIANT_FAILURES
from service.workflows.known import histories_of, inputs_known, period_in
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known
from service.workflows.statements import posting_rows, statement_in


@dataclass(frozen=True, slots=True)
class Verification:
    """What recomputing a statement showed: each check by name, whether it holds, and what it compared."""

    statement: str
    checks: tuple[tuple[str, bool, str], ...]

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(held for _, held, _ in self.checks)


async def verify_statement(ledger: Ledger, id: str) -> Verification:
    """Recompute a statement from the facts, terms and earlier statements it was closed at, and compare bytes."""
    async with ledger.database.reading() as store:
        row = await statement_in(store, id)
        draft = await _draft_again(store, row)
        details = await store.details(row.contract, row.sequence)
        entry = await store.entry(row.contract, row.sequence)
        posted = await store.postings_of(row.contract, row.sequence)
    recomputed = draft.stored if draft is not None else None
    named = posting_rows(row._replace(document=recomputed)) if recomputed is not None else None
    found = Verification(
        row.id,
        (
            ("statement", recomputed == row.document, "the recomputed bytes equal the issued bytes"),
            ("digest", canonical.sha256_hex(row.document) == row.sha256.hex(), "the bytes have the stored SHA-256"),
            ("detail", _same_detail(draft, details), "every recomputed detail entry equals the stored one"),
            ("log", _is_in_log(row, entry), "the log's entry holds this document and has its own digest"),
            ("postings", posted == named, "the postings are those the recomputed statement names"),
        ),
    )
    if not found.holds:
        INVARIANT_FAILURES.inc()
    return found


async def _draft_again(store: Store, row: StatementRow) -> Draft | None:
    """The statement made anew; None where what it was made from was changed so that it cannot be read any more."""
    try:
        inputs = await inputs_known(store, row.contract, row.through_sequence)
        period = period_in(inputs.terms, row.period)
        issued = await store.statements(contract=row.contract)
        histories = await histories_of(store, [one for one in issued if one.sequence <= row.through_sequence])
        keys = await store.keys_of_contract(row.contract)
        occasion = await _occasion(store, row, inputs.terms)
        drafts = await asyncio.to_thread(draft_statements, inputs, period, histories, keys, occasion)
    except (ValueError, TypeError, KeyError, NotFound):
        return None
    return next((draft for draft in drafts if draft.investor == row.investor), None)


async def _occasion(store: Store, row: StatementRow, terms: TermsTimeline) -> Occasion:
    """As its draft says: the statement itself may have been altered."""
    life = await life_known(store, row.contract, terms)
    told = [one for one in life.rounds if (one.period, one.through) == (row.period, row.through_sequence)]
    return Occasion(row.revision, any(one.is_final for one in told))


def _is_in_log(row: StatementRow, entry: LogEntry | None) -> bool:
    if entry is None or canonical.leaf_digest(entry.entry_bytes) != entry.digest:
        return False
    return canonical.to_bytes(canonical.from_bytes(entry.entry_bytes)["body"]["document"]) == row.document


def _same_detail(draft: Draft | None, stored: Sequence[DetailItemRow]) -> bool:
    mine = [(item.stored, item.commitment) for item in draft.items] if draft is not None else None
    return mine == [(row.item, row.commitment.hex()) for row in stored]
