"""Takes in events: a verdict for each, in order; what is accepted is in the log before the answer is given."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.core.errors import Fault, InvalidInput
from service.core.terms import TermsTimeline
from service.storage.rows import FactRow, Head, KnownFact
from service.storage.store import Store
from service.telemetry.metrics import EVENTS
from service.workflows.cycle_search import cycle_search_at_rest
from service.workflows.journal import Journal
from service.workflows.known import timeline_of
from service.workflows.ledger import Ledger
from service.workflows.reading_events import Admitted, EventVerdict, document_in, read_all, rejected
from service.workflows.sorting_in import IN_A_THREAD, Identity, Person, Taking, parts_of, sort_and_store, sort_in

LARGEST_BATCH = 10_000
_CONTRACT = re.compile("[a-z0-9_-]{1,60}")  # whatever else is sent is no name to ask the database for
_ASKED_FOR_BY_NAME = 200  # contracts; a batch may name thousands that do not exist
_FOREIGN = rejected(
    "event-invalid", (Fault("/source", "not-allowed", "must be the source that this credential is for"),)
)
_ByContract = Mapping[str, list[Admitted]]


async def post_events(
    ledger: Ledger, documents: Sequence[Any], actor: str, *, atomic: bool = False
) -> tuple[EventVerdict, ...]:
    """Verdicts in the order of the documents; with `atomic`, InvalidInput and nothing stored unless all are taken."""
    if len(documents) <= IN_A_THREAD:
        return await _post(ledger, documents, actor, atomic)
    with cycle_search_at_rest():
        return await _post(ledger, documents, actor, atomic)


async def _post(ledger: Ledger, documents: Sequence[Any], actor: str, atomic: bool) -> tuple[EventVerdict, ...]:
    read = await _read(ledger, documents)
    verdicts: dict[int, EventVerdict] = {
        place: entry for place, entry in enumerate(read) if isinstance(entry, EventVerdict)
    }
    if atomic and verdicts:
        raise _refused(verdicts)
    by_contract = _by_contract(read)
    async with ledger.database.begin() as store:
        verdicts |= await _take_in(ledger, store, by_contract, actor)
        if atomic and any(verdict.verdict in ("rejected", "conflict") for verdict in verdicts.values()):
            raise _refused(verdicts)
    ordered = _in_order(verdicts)
    for word, count in Counter([verdict.verdict for verdict in ordered]).items():
        EVENTS.labels(word).inc(count)
    return ordered


async def take_in_one(ledger: Ledger, store: Store, document: Any, actor: str) -> EventVerdict:
    """The verdict on one event, which is taken in within a unit of work that does more than that."""
    (read,) = await _read(ledger, [document])
    if isinstance(read, EventVerdict):
        return read
    (verdict,) = (await _take_in(ledger, store, _by_contract([read]), actor)).values()
    return verdict


async def validate_events(ledger: Ledger, documents: Sequence[Any]) -> tuple[EventVerdict, ...]:
    """The verdicts that posting the documents now would give, in their order; nothing is stored and nothing locked.

    What would be accepted has no `sequence`: whoever posts first gets the next one.
    """
    read = await _read(ledger, documents)
    verdicts = {place: entry for place, entry in enumerate(read) if isinstance(entry, EventVerdict)}
    async with ledger.database.reading() as store:
        verdicts |= await _would_take_in(ledger, store, _by_contract(read))
    return _in_order(verdicts)


def _in_order(verdicts: Mapping[int, EventVerdict]) -> tuple[EventVerdict, ...]:
    return tuple([verdicts[place] for place in range(len(verdicts))])


async def _read(ledger: Ledger, documents: Sequence[Any]) -> list[Admitted | EventVerdict]:
    terms, own = await _terms_of(ledger, documents), ledger.database.scope.source
    if len(documents) > IN_A_THREAD:
        read = await asyncio.to_thread(read_all, documents, terms)
    else:
        read = read_all(documents, terms)
    if own is None:
        return read
    return [entry if isinstance(entry, EventVerdict) or entry.source == own else _FOREIGN for entry in read]


def _by_contract(read: Iterable[Admitted | EventVerdict]) -> dict[str, list[Admitted]]:
    by_contract: dict[str, list[Admitted]] = {}
    for entry in read:
        if isinstance(entry, Admitted):
            by_contract.setdefault(entry.contract, []).append(entry)
    return by_contract


def _refused(verdicts: Mapping[int, EventVerdict]) -> InvalidInput:
    faults = []
    for place in sorted(verdicts):
        verdict = verdicts[place]
        if verdict.verdict == "conflict":
            faults.append(Fault(f"/{place}", verdict.code or "", verdict.detail or ""))
        faults += [replace(fault, pointer=f"/{place}{fault.pointer}") for fault in verdict.faults]
    return InvalidInput("Nothing was stored: every event of an atomic batch has to be taken.", faults, "batch-refused")


async def _terms_of(ledger: Ledger, documents: Iterable[Any]) -> dict[str, TermsTimeline]:
    given = (document.get("contract") for document in map(document_in, documents) if isinstance(document, dict))
    names = {name for name in {name for name in given if isinstance(name, str)} if _CONTRACT.fullmatch(name)}
    if len(names) > _ASKED_FOR_BY_NAME:
        async with ledger.database.glance() as store:
            names &= {row.contract for row in await store.contracts()}
    async with ledger.database.glance() as store:
        rows = await store.terms_of(names)
    return {name: timeline_of(found) for name, found in rows.items()}


async def _take_in(ledger: Ledger, store: Store, by_contract: _ByContract, actor: str) -> dict[int, EventVerdict]:
    if not by_contract:
        return {}
    heads = await store.lock_heads(by_contract)
    people = _people(by_contract)
    keys = await store.participant_keys(people)
    missing = {person: ledger.random_bytes(32) for person in people if person not in keys}
    if missing:
        await store.add_participant_keys(missing)
    takings = await _begun(ledger, store, by_contract, heads, {**keys, **missing}, actor)
    await sort_and_store(store, takings)
    return {place: verdict for taking in takings for place, verdict in taking.verdicts.items()}


async def _would_take_in(ledger: Ledger, store: Store, by_contract: _ByContract) -> dict[int, EventVerdict]:
    heads = await store.heads(by_contract)
    # No verdict depends on a salt, and a validation must not make keys for people whom the ledger does not know.
    keys = dict.fromkeys(_people(by_contract), bytes(32))
    takings = await _begun(ledger, store, by_contract, heads, keys, "")
    for part in parts_of(takings):
        await sort_in(part)
    return {
        place: _without_sequence_behind(taking.journal.head, verdict)
        for taking in takings
        for place, verdict in taking.verdicts.items()
    }


def _without_sequence_behind(head: Head, verdict: EventVerdict) -> EventVerdict:
    is_stored = verdict.sequence is None or verdict.sequence <= head.sequence
    return verdict if is_stored else verdict._replace(sequence=None)


async def _begun(
    ledger: Ledger,
    store: Store,
    by_contract: _ByContract,
    heads: Mapping[str, Head],
    keys: Mapping[Person, bytes],
    actor: str,
) -> list[Taking]:
    """Every contract's share of the batch, nothing of it sorted in yet."""
    identities = [(entry.contract, entry.source, entry.id) for entries in by_contract.values() for entry in entries]
    targets = [(entry.contract, *entry.target) for entries in by_contract.values() for entry in entries if entry.target]
    known: dict[Identity, KnownFact | FactRow] = {**await store.known_facts(sorted(identities + targets))}
    name, now = await store.ledger_name() or "", ledger.now()
    takings = []
    for contract, admitted in by_contract.items():
        if contract not in heads:
            raise RuntimeError(f"contract {contract} has terms but no chain")
        takings.append(Taking(admitted, Journal(contract, name, actor, now, heads[contract]), known, keys))
    return takings


def _people(by_contract: _ByContract) -> list[Person]:
    """Whom the events are about; "" is the contract's own."""
    people = ((entry.contract, entry.participant or "") for entries in by_contract.values() for entry in entries)
    return sorted(set(people))
