"""The change feed: what a contract's log learned, in order, and which facts started or stopped to pay by it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import Fault, InvalidInput, NotFound
from service.core.statement.paying import Paying, PayingTurn
from service.storage.rows import DetailItemRow, LogEntry, StatementRow
from service.storage.store import Store
from service.workflows.ledger import Ledger

_IN_A_THREAD = 2_000  # from so many detail items on, the work would hold up other requests


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the log: the version of a terms entry, the statement of a statement entry with its turns."""

    entry: LogEntry
    version: int | None = None
    statement: StatementRow | None = None
    turns: tuple[PayingTurn, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangesRead:
    """The changes behind a sequence number, and the sequence of the newest entry there was."""

    changes: tuple[Change, ...]
    newest: int


async def read_changes(ledger: Ledger, contract: str, after: int, limit: int) -> ChangesRead:
    """At most `limit` changes with a sequence above `after`, in order; NotFound for an unknown contract.

    InvalidInput where `after` lies behind the end of the log: it is of another contract, or of a ledger that was
    since restored from an older copy, and to go on from it would leave out what is written there next.
    """
    async with ledger.database.reading() as store:
        head = await store.head(contract)
        if head is None:
            raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
        if after > head.sequence:
            told = f"lies behind the end of this contract's log, which is {head.sequence}; read the feed from 0"
            fault = Fault("after", "wrong-cursor", told)
            raise InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")
        entries = await store.entries(contract, after=after, through=head.sequence, limit=limit)
        told_by = await _statements_in(store, contract, entries)
    changes = (told_by.get(entry.sequence) or _change(entry) for entry in entries)
    source = ledger.database.scope.source
    return ChangesRead(tuple(changes if source is None else (_to(source, one) for one in changes)), head.sequence)


def _to(source: str, change: Change) -> Change:
    """The change as a caller is told of it who may read the events of one source: of others, that there was one."""
    turns = tuple(turn for turn in change.turns if turn.fact.source == source)
    if change.entry.source in (None, source):
        return replace(change, turns=turns)
    return replace(change, entry=change.entry._replace(source=None, external_id=None), turns=turns)


def _change(entry: LogEntry) -> Change:
    if entry.kind != "terms":
        return Change(entry)
    body: Document = canonical.from_bytes(entry.entry_bytes)["body"]
    return Change(entry, version=body["version"])


async def _statements_in(store: Store, contract: str, entries: Sequence[LogEntry]) -> dict[int, Change]:
    """The statement entries of a page with their turns, which need the investor's earlier statements."""
    wanted = {entry.sequence: entry for entry in entries if entry.kind == "statement"}
    if not wanted:
        return {}
    issued = await store.statements(contract=contract)
    investors = {row.investor for row in issued if row.sequence in wanted}
    rows = [row for row in issued if row.investor in investors and row.sequence <= max(wanted)]
    details = [await store.details(contract, row.sequence) for row in rows]
    if sum(map(len, details)) > _IN_A_THREAD:
        turns = await asyncio.to_thread(_turns, rows, details)
    else:
        turns = _turns(rows, details)
    return {
        row.sequence: Change(wanted[row.sequence], statement=row, turns=turns[row.sequence])
        for row in rows
        if row.sequence in wanted
    }


def _turns(
    rows: Sequence[StatementRow], details: Sequence[Sequence[DetailItemRow]]
) -> dict[int, tuple[PayingTurn, ...]]:
    paying: dict[str, Paying] = {}
    turns = {}
    for row, items in zip(rows, details, strict=True):
        currency = canonical.from_bytes(row.document)["currency"]
        lines = (canonical.from_bytes(item.item) for item in items if item.kind == "line")
        turns[row.sequence] = paying.setdefault(row.investor, Paying()).take(lines, currency)
    return turns
