"""Rebuilds every look-up of a contract from its log, after checking the chain from the first entry on."""

from dataclasses import dataclass
from datetime import date

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import BrokenInvariant, NotFound
from service.storage.rows import GENESIS_DIGEST, ActRow, Head, LogEntry, StatementRow, TermsRow
from service.storage.store import Store
from service.workflows.acting import issue_row, moved_rows
from service.workflows.journal import broken_link
from service.workflows.ledger import Ledger
from service.workflows.lives import act_from
from service.workflows.statements import posting_rows, statement_id

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many entries of each kind the log of a contract holds."""

    contract: str
    entries: int
    terms: int
    statements: int


async def rebuild(ledger: Ledger, contract: str) -> Rebuilt:
    """Clear and rebuild the look-ups of a contract; NotFound for an unknown one.

    BrokenInvariant, and nothing changed, where the chain breaks.
    """
    async with ledger.database.begin() as store:
        head = await store.lock_head(contract)
        if head is None:
            raise NotFound("There is no contract by that name; its log does not exist.", "contract-not-found")
        await store.clear_look_ups(contract)
        end, counts = Head(0, GENESIS_DIGEST), {"terms": 0, "statement": 0}
        while page := await store.entries(contract, after=end.sequence, limit=_PAGE):
            broken = broken_link(page, end)
            if broken is not None:
                raise BrokenInvariant(f"The log of {contract} is broken at sequence {broken}.", "log-broken")
            for entry in page:
                if entry.kind in counts:
                    counts[entry.kind] += 1
                if entry.kind != "fact":
                    await _restore(store, entry)
            end = Head(page[-1].sequence, page[-1].digest)
        if head != end:
            raise BrokenInvariant(f"The log of {contract} ends before its head.", "log-broken")
    return Rebuilt(contract, end.sequence, counts["terms"], counts["statement"])


async def _restore(store: Store, entry: LogEntry) -> None:
    body: Document = canonical.from_bytes(entry.entry_bytes)["body"]
    if entry.kind == "terms":
        await store.add_terms(_terms_row(entry, body))
    elif entry.kind == "statement":
        row = _statement_row(entry, body)
        await store.add_statement(row)
        await store.add_postings(posting_rows(row))
        await store.add_acts([issue_row(row, entry.actor, entry.recorded_at)])
    else:
        await _restore_act(store, entry, body)


async def _restore_act(store: Store, entry: LogEntry, body: Document) -> None:
    reason = canonical.from_bytes(entry.entry_bytes)["reason"]
    row = ActRow(
        entry.contract,
        entry.sequence,
        entry.kind,
        entry.actor,
        entry.recorded_at,
        reason,
        canonical.to_bytes(body),
    )
    await store.add_acts([row])
    if "postings" in body:
        await store.add_postings(moved_rows(entry.contract, act_from(row, entry.recorded_at.date()), body["currency"]))


def _terms_row(entry: LogEntry, body: Document) -> TermsRow:
    return TermsRow(
        entry.contract,
        body["version"],
        entry.sequence,
        date.fromisoformat(body["effective_from"]),
        body["title"],
        body["file"].encode("utf-8"),
        body["media_type"],
        bytes.fromhex(body["sha256"]),
    )


def _statement_row(entry: LogEntry, body: Document) -> StatementRow:
    document = body["document"]
    number, stored = document["number"], canonical.to_bytes(document)
    return StatementRow(
        entry.contract,
        entry.sequence,
        statement_id(number),
        document["period"]["label"],
        document["investor"]["id"],
        int(number.rpartition("/")[2]),
        document["sequence"],
        stored,
        bytes.fromhex(canonical.sha256_hex(stored)),
    )


async def rebuild_all(ledger: Ledger) -> list[Rebuilt]:
    """Rebuild every contract, each in a unit of work of its own."""
    async with ledger.database.reading() as store:
        contracts = await store.chains()
    return [await rebuild(ledger, contract) for contract in contracts]
