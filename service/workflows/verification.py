"""Verifies an issued statement: recomputes it from what it was closed at and compares it to the byte."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.core import canonical
from service.core.period import Period
from service.core.pipeline import Draft, History, Inputs, draft_statements
from service.storage.rows import DetailItemRow
from service.workflows.known import histories_of, inputs_known, period_in
from service.workflows.ledger import Ledger
from service.workflows.statements import keys_of, posting_rows, statement_in


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
        inputs = await inputs_known(store, row.contract, row.through_sequence)
        issued = await store.statements(contract=row.contract)
        earlier = [one for one in issued if one.sequence < row.sequence and one.period != row.period]
        histories = await histories_of(store, earlier)
        keys = await keys_of(store, row.contract, inputs)
        details = await store.details(row.contract, row.sequence)
        entry = await store.entry(row.contract, row.sequence)
        posted = await store.postings_of(row.contract, row.sequence)
    period = period_in(inputs.terms, row.period)
    draft = await asyncio.to_thread(_draft_again, inputs, period, histories, keys, row.investor)
    in_log = entry is not None and canonical.from_bytes(entry.entry_bytes)["body"] == {
        "document": canonical.from_bytes(row.document)
    }
    is_hashed = entry is not None and canonical.leaf_digest(entry.entry_bytes) == entry.digest
    return Verification(
        row.id,
        (
            ("statement", draft.stored == row.document, "the recomputed bytes equal the issued bytes"),
            ("digest", canonical.sha256_hex(row.document) == row.sha256.hex(), "the bytes have the stored SHA-256"),
            ("detail", _same_detail(draft, details), "every recomputed detail entry equals the stored one"),
            ("log", in_log and is_hashed, "the log's entry holds this document and has its own digest"),
            ("postings", posted == posting_rows(row), "the postings are those the statement names"),
        ),
    )


def _draft_again(
    inputs: Inputs, period: Period, histories: Mapping[str, History], keys: Mapping[str, bytes], investor: str
) -> Draft:
    drafts = draft_statements(inputs, period, histories, keys)
    return next(draft for draft in drafts if draft.investor == investor)


def _same_detail(draft: Draft, stored: Sequence[DetailItemRow]) -> bool:
    mine = [(item.stored, item.commitment) for item in draft.items]
    return mine == [(row.item, row.commitment.hex()) for row in stored]
