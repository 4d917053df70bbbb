"""Verifies an issued statement: recomputes it from what it was closed at and compares it to the byte."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.core import canonical
from service.core.errors import NotFound
from service.core.evaluate.erased import is_erased
from service.core.keeping import residue_of
from service.core.pipeline import Draft, Occasion, draft_statements
from service.core.statement.detail import DetailItem
from service.core.terms import TermsTimeline
from service.storage.rows import DetailItemRow, LogEntry, StatementRow
from service.storage.store import Store
from service.telemetry.metrics import INVARIANT_FAILURES
from service.workflows.known import histories_of, inputs_known, kept_known, period_in
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known
from service.workflows.statements import posting_rows, statement_in


@dataclass(frozen=True, slots=True)
class Verification:
    """What recomputing a statement showed: each check by name, whether it holds, and what it compared.

    `erased` is of how many participants no facts are left: of them the findings kept at their erasure were taken.
    """

    statement: str
    checks: tuple[tuple[str, bool, str], ...]
    erased: int = 0

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(held for _, held, _ in self.checks)

    @property
    def in_words(self) -> str:
        """What it came to, as people are told it."""
        if not self.holds:
            return f"DOES NOT HOLD ({', '.join(name for name, held, _ in self.checks if not held)})"
        return f"proved, {self.erased} erased" if self.erased else "proved"


async def verify_statement(ledger: Ledger, id: str) -> Verification:
    """Recompute a statement from the facts, terms and earlier statements it was closed at, and compare bytes."""
    async with ledger.database.reading() as store:
        row = await statement_in(store, id)
        found = await compared(store, row, await drafts_again(store, row))
    if not found.holds:
        INVARIANT_FAILURES.inc()
    return found


async def compared(store: Store, row: StatementRow, drafts: Sequence[Draft] | None) -> Verification:
    """A statement beside what was made of its issue again, None where nothing could be."""
    kept = await kept_known(store, row.contract)
    draft = next((one for one in drafts or () if one.investor == row.investor), None)
    details = await store.details(row.contract, row.sequence)
    entry = await store.entry(row.contract, row.sequence)
    posted = await store.postings_of(row.contract, row.sequence)
    recomputed = draft.stored if draft is not None else None
    named = posting_rows(row._replace(document=recomputed)) if recomputed is not None else None
    return Verification(
        row.id,
        (
            ("statement", recomputed == row.document, "the recomputed bytes equal the issued bytes"),
            ("digest", canonical.sha256_hex(row.document) == row.sha256.hex(), "the bytes have the stored SHA-256"),
            ("detail", _same_detail(draft, details), "every recomputed detail entry equals the stored one"),
            ("log", _is_in_log(row, entry), "the log's entry holds this document and has its own digest"),
            ("postings", posted == named, "the postings are those the recomputed statement names"),
        ),
        sum(any(as_of.through <= row.through_sequence for as_of in one.as_of) for one in kept.erased),
    )


async def drafts_again(store: Store, row: StatementRow) -> tuple[Draft, ...] | None:
    """All statements of the issue made anew; None where what they were made from was changed so that it cannot be read
    any more."""
    try:
        inputs = await inputs_known(store, row.contract, row.through_sequence)
        inputs = replace(inputs, kept=replace(inputs.kept, sealed=await _sealed(store, row)))
        period = period_in(inputs.terms, row.period)
        issued = await store.statements(contract=row.contract)
        histories = await histories_of(store, [one for one in issued if one.sequence <= row.through_sequence])
        keys = await store.keys_of_contract(row.contract)
        occasion = await _occasion(store, row, inputs.terms)
        return tuple(await asyncio.to_thread(draft_statements, inputs, period, histories, keys, occasion))
    except (ValueError, TypeError, KeyError, AttributeError, NotFound):
        return None


async def _sealed(store: Store, row: StatementRow) -> dict[str, dict[int, str]]:
    """The commitments of what was erased from the details of this issue: they are bound by the statements' digests."""
    sealed = {}
    for one in await store.statements(contract=row.contract, period=row.period):
        entries = await store.details(one.contract, one.sequence)
        number = f"{one.contract}/{one.period}/{one.investor}/{one.revision}"
        sealed[number] = {entry.position: entry.commitment.hex() for entry in entries if entry.participant is None}
    return sealed


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
    """Of what was erased its commitment, which the statement's digest binds, and what is left, as from what is kept."""
    if draft is None or len(draft.items) != len(stored):
        return False
    return all(
        (item.kind, item.commitment) == (row.kind, row.commitment.hex())
        and (_is_left_of(item, row) if row.participant is None else item.stored == row.item)
        for item, row in zip(draft.items, stored, strict=True)
    )


def _is_left_of(item: DetailItem, row: DetailItemRow) -> bool:
    if not is_erased(item.participant):
        return False
    return canonical.to_bytes(residue_of(canonical.from_bytes(item.stored), item.participant)) == row.item
