"""Sorts well-formed events into the log: a verdict for each, what is accepted stored in parts as it is sorted in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import Fault
from service.core.statement.detail import salt_of
from service.storage.rows import FactRow, KnownFact
from service.storage.store import Store
from service.workflows.journal import Journal, append_all, drained
from service.workflows.reading_events import Admitted, EventVerdict, rejected

IN_A_THREAD = 200  # from so many events on, the work would hold up other requests
_AT_A_TIME = 2_500  # events that are sorted in while those before them are on their way into the database
_RETRACTION = "retraction"
Identity = tuple[str, str, str]  # contract, source, id
Person = tuple[str, str]  # contract, participant


@dataclass(slots=True)
class Taking:
    """One contract's share of a batch while it is being sorted into the log."""

    admitted: Sequence[Admitted]
    journal: Journal
    known: dict[Identity, KnownFact | FactRow]
    keys: Mapping[Person, bytes]
    rows: list[FactRow] = field(default_factory=list)
    verdicts: dict[int, EventVerdict] = field(default_factory=dict)


Part = list[tuple[Taking, Admitted]]


async def sort_and_store(store: Store, takings: Sequence[Taking]) -> None:
    """Sort in one part after the other, each while the database takes in the one before it."""
    first, *others = parts_of(takings)
    await sort_in(first)
    for part in others:
        entries, rows = drained(taking.journal for taking in takings), _drained_rows(takings)
        sorting = asyncio.create_task(sort_in(part))
        try:
            await append_all(store, entries)
            await store.append_facts(rows)
        finally:
            await sorting
    await append_all(store, drained(taking.journal for taking in takings))
    await store.append_facts(_drained_rows(takings))


def parts_of(takings: Iterable[Taking]) -> list[Part]:
    """The events of all contracts in pieces that are sorted in one after the other."""
    entries = [(taking, entry) for taking in takings for entry in taking.admitted]
    return [entries[start : start + _AT_A_TIME] for start in range(0, len(entries), _AT_A_TIME)]


def _drained_rows(takings: Iterable[Taking]) -> list[FactRow]:
    rows = []
    for taking in takings:
        rows += taking.rows
        taking.rows = []
    return rows


async def sort_in(part: Part) -> None:
    """Give each event of the part its verdict, and what is accepted its rows."""
    if len(part) > IN_A_THREAD:
        await asyncio.to_thread(_judge, part)
    else:
        _judge(part)


def _judge(part: Part) -> None:
    for taking, entry in part:
        verdict = _repeated(entry, taking) or _bad_target(entry, taking) or _accept(entry, taking)
        taking.verdicts[entry.place] = verdict


def _repeated(entry: Admitted, taking: Taking) -> EventVerdict | None:
    """The verdict on an event whose id is taken: a duplicate when it says the same, else a conflict."""
    known = taking.known.get((entry.contract, entry.source, entry.id))
    if known is None:
        return None
    if known.payload == entry.stored:
        return EventVerdict("duplicate", entry.contract, entry.source, entry.id, known.sequence)
    return EventVerdict(
        "conflict",
        entry.contract,
        entry.source,
        entry.id,
        known.sequence,
        "event-conflict",
        "this id was used for an event with other content; to change it, send a correction with an id of its own",
        sent_sha256=canonical.sha256_hex(entry.stored),
        stored_sha256=canonical.sha256_hex(known.payload) if known.payload is not None else None,
    )


def _bad_target(entry: Admitted, taking: Taking) -> EventVerdict | None:
    """The verdict on a correction or retraction that names a fact it cannot act on."""
    target = entry.target
    if target is None:
        return None
    known = taking.known.get((entry.contract, *target))
    if known is None:
        fault = Fault("/replaces", "unknown-target", "names no event of this contract; send that event first")
        return rejected("unknown-target", (fault,), retryable=True)
    if known.payload is None:
        return rejected("erased-target", (Fault("/replaces", "erased-target", "names an event that was erased"),))
    faults = tuple(_target_faults(entry, known))
    return rejected("event-invalid", faults) if faults else None


def _target_faults(entry: Admitted, target: KnownFact | FactRow) -> Iterable[Fault]:
    if target.kind == _RETRACTION:
        yield Fault("/replaces", "wrong-target", "names a retraction; to undo a retraction send a new event")
    elif entry.kind != _RETRACTION:
        if entry.kind != target.kind:
            yield Fault("/kind", "fixed", "a correction keeps the kind of the event it corrects")
        elif entry.participant != target.participant:
            yield Fault("/participant", "fixed", "a correction keeps the participant of the event it corrects")


def _accept(entry: Admitted, taking: Taking) -> EventVerdict:
    _, contract, source, id, _, participant, _, _, _, stored = entry
    body = committed(source, id, stored, taking.keys[contract, participant or ""])
    sequence = taking.journal.add("fact", body, identity=(source, id))
    row = fact_row(entry, sequence)
    taking.rows.append(row)
    taking.known[contract, source, id] = row
    return EventVerdict("accepted", contract, source, id, sequence)


def committed(source: str, id: str, stored: bytes, key: bytes) -> Document:
    """What the log says of a fact: whose id it has, and the commitment to it under the key of its participant."""
    return {"source": source, "id": id, "commitment": canonical.commitment(salt_of(key, f"fact/{source}/{id}"), stored)}


def fact_row(entry: Admitted, sequence: int) -> FactRow:
    """A fact as it is looked up; every column but the sequence follows from its bytes."""
    _, contract, source, id, kind, participant, on, name, target, stored = entry
    return FactRow(contract, sequence, source, id, kind, participant, on, name, stored, *(target or (None, None)))
