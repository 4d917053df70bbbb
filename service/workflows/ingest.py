"""Takes in events: a verdict for each, in order; what is accepted is in the log before the answer is given."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from service.core import canonical
from service.core.errors import Fault, InvalidInput
from service.core.events import Coverage, Fact, Retraction, fact_from_bytes
from service.core.events.facts import participant_of
from service.core.statement.detail import salt_of
from service.core.terms import TermsTimeline
from service.storage.rows import FactRow, Head, KnownFact
from service.storage.store import Store
from service.telemetry.metrics import EVENTS
from service.workflows.journal import Journal, open_journal
from service.workflows.known import timeline_of
from service.workflows.ledger import Ledger
from service.workflows.reading_events import Admitted, EventVerdict, document_in, read_all, rejected

LARGEST_BATCH = 10_000
_CONTRACT = re.compile("[a-z0-9_-]{1,60}")  # whatever else is sent is no name to ask the database for
_IN_A_THREAD = 200  # from so many events on, the work would hold up other requests
_ASKED_FOR_ONE_BY_ONE = 20  # contracts; a batch may name thousands that do not exist
_Identity = tuple[str, str]


async def post_events(
    ledger: Ledger, documents: Sequence[Any], actor: str, *, atomic: bool = False
) -> tuple[EventVerdict, ...]:
    """Verdicts in the order of the documents; with `atomic`, InvalidInput and nothing stored unless all are taken."""
    read = await _read(ledger, documents)
    verdicts: dict[int, EventVerdict] = {
        place: entry for place, entry in enumerate(read) if isinstance(entry, EventVerdict)
    }
    if atomic and verdicts:
        raise _refused(verdicts)
    by_contract = _by_contract(read)
    async with ledger.database.begin() as store:
        for contract in sorted(by_contract):  # one order of locks for everybody
            verdicts |= await _take_in(ledger, store, contract, by_contract[contract], actor)
        if atomic and any(verdict.verdict in ("rejected", "conflict") for verdict in verdicts.values()):
            raise _refused(verdicts)
    for verdict, count in Counter(verdict.verdict for verdict in verdicts.values()).items():
        EVENTS.labels(verdict).inc(count)
    return tuple(verdicts[place] for place in range(len(documents)))


async def validate_events(ledger: Ledger, documents: Sequence[Any]) -> tuple[EventVerdict, ...]:
    """The verdicts that posting the documents now would give, in their order; nothing is stored and nothing locked.

    What would be accepted has no `sequence`: whoever posts first gets the next one.
    """
    read = await _read(ledger, documents)
    verdicts = {place: entry for place, entry in enumerate(read) if isinstance(entry, EventVerdict)}
    async with ledger.database.reading() as store:
        for contract, admitted in sorted(_by_contract(read).items()):
            verdicts |= await _would_take_in(ledger, store, contract, admitted)
    return tuple(verdicts[place] for place in range(len(documents)))


async def _read(ledger: Ledger, documents: Sequence[Any]) -> list[Admitted | EventVerdict]:
    terms = await _terms_of(ledger, documents)
    if len(documents) > _IN_A_THREAD:
        return await asyncio.to_thread(read_all, documents, terms)
    return read_all(documents, terms)


def _by_contract(read: Iterable[Admitted | EventVerdict]) -> dict[str, list[Admitted]]:
    by_contract: dict[str, list[Admitted]] = {}
    for entry in read:
        if isinstance(entry, Admitted):
            by_contract.setdefault(entry.fact.contract, []).append(entry)
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
    names = {name for name in given if isinstance(name, str) and _CONTRACT.fullmatch(name)}
    async with ledger.database.reading() as store:
        if len(names) > _ASKED_FOR_ONE_BY_ONE:
            names &= {row.contract for row in await store.contracts()}
        rows = {name: await store.terms(name) for name in names}
    return {name: timeline_of(found) for name, found in rows.items() if found}


@dataclass(slots=True)
class _Taking:
    """One contract's share of a batch while it is being sorted into the log."""

    known: dict[_Identity, KnownFact]
    journal: Journal
    keys: Mapping[str, bytes]
    rows: list[FactRow] = field(default_factory=list)
    verdicts: dict[int, EventVerdict] = field(default_factory=dict)


async def _take_in(
    ledger: Ledger, store: Store, contract: str, admitted: Sequence[Admitted], actor: str
) -> dict[int, EventVerdict]:
    head = _standing(await store.lock_head(contract), contract)
    known = await _known_of(store, contract, admitted)
    keys = await _keys_for(ledger, store, contract, admitted)
    taking = _Taking(known, await open_journal(store, contract, head, actor, ledger.now()), keys)
    await _sort(taking, admitted)
    await taking.journal.save(store)
    if taking.rows:
        await store.append_facts(taking.rows)
    return taking.verdicts


async def _would_take_in(
    ledger: Ledger, store: Store, contract: str, admitted: Sequence[Admitted]
) -> dict[int, EventVerdict]:
    head = _standing(await store.head(contract), contract)
    known = await _known_of(store, contract, admitted)
    # No verdict depends on a salt, and a validation must not make keys for people whom the ledger does not know.
    keys = {participant_of(entry.fact) or "": bytes(32) for entry in admitted}
    taking = _Taking(known, await open_journal(store, contract, head, "", ledger.now()), keys)
    await _sort(taking, admitted)
    return {place: _without_sequence_behind(head, verdict) for place, verdict in taking.verdicts.items()}


def _without_sequence_behind(head: Head, verdict: EventVerdict) -> EventVerdict:
    is_stored = verdict.sequence is None or verdict.sequence <= head.sequence
    return verdict if is_stored else replace(verdict, sequence=None)


def _standing(head: Head | None, contract: str) -> Head:
    if head is None:
        raise RuntimeError(f"contract {contract} has terms but no chain")
    return head


async def _known_of(store: Store, contract: str, admitted: Sequence[Admitted]) -> dict[_Identity, KnownFact]:
    identities = {(entry.fact.source, entry.fact.id) for entry in admitted}
    targets = {(target.source, target.id) for entry in admitted if (target := entry.fact.target) is not None}
    return await store.known_facts(contract, sorted(identities | targets))


async def _sort(taking: _Taking, admitted: Sequence[Admitted]) -> None:
    if len(admitted) > _IN_A_THREAD:
        await asyncio.to_thread(_sort_in, taking, admitted)
    else:
        _sort_in(taking, admitted)


async def _keys_for(ledger: Ledger, store: Store, contract: str, admitted: Sequence[Admitted]) -> Mapping[str, bytes]:
    """The participants' random keys, made for those who have none yet; "" is the contract's own."""
    wanted = {participant_of(entry.fact) or "" for entry in admitted}
    keys = await store.participant_keys(contract, sorted(wanted))
    missing = {participant: ledger.random_bytes(32) for participant in sorted(wanted - keys.keys())}
    if missing:
        await store.add_participant_keys(contract, missing)
    return {**keys, **missing}


def _sort_in(taking: _Taking, admitted: Sequence[Admitted]) -> None:
    for entry in admitted:
        taking.verdicts[entry.place] = _repeated(entry, taking) or _bad_target(entry, taking) or _accept(entry, taking)


def _repeated(entry: Admitted, taking: _Taking) -> EventVerdict | None:
    """The verdict on an event whose id is taken: a duplicate when it says the same, else a conflict."""
    fact = entry.fact
    known = taking.known.get((fact.source, fact.id))
    if known is None:
        return None
    if known.payload == entry.stored:
        return EventVerdict("duplicate", fact.contract, fact.source, fact.id, known.sequence)
    return EventVerdict(
        "conflict",
        fact.contract,
        fact.source,
        fact.id,
        known.sequence,
        "event-conflict",
        "this id was used for an event with other content; to change it, send a correction with an id of its own",
        sent_sha256=canonical.sha256_hex(entry.stored),
        stored_sha256=canonical.sha256_hex(known.payload) if known.payload is not None else None,
    )


def _bad_target(entry: Admitted, taking: _Taking) -> EventVerdict | None:
    """The verdict on a correction or retraction that names a fact it cannot act on."""
    fact, target = entry.fact, entry.fact.target
    if target is None:
        return None
    known = taking.known.get((target.source, target.id))
    if known is None:
        fault = Fault("/replaces", "unknown-target", "names no event of this contract; send that event first")
        return rejected("unknown-target", (fault,), retryable=True)
    if known.payload is None:
        return rejected("erased-target", (Fault("/replaces", "erased-target", "names an event that was erased"),))
    faults = tuple(_target_faults(fact, fact_from_bytes(known.payload)))
    return rejected("event-invalid", faults) if faults else None


def _target_faults(fact: Fact, target: Fact) -> Iterable[Fault]:
    if isinstance(target, Retraction):
        yield Fault("/replaces", "wrong-target", "names a retraction; to undo a retraction send a new event")
    elif not isinstance(fact, Retraction):
        if fact.kind != target.kind:
            yield Fault("/kind", "fixed", "a correction keeps the kind of the event it corrects")
        elif participant_of(fact) != participant_of(target):
            yield Fault("/participant", "fixed", "a correction keeps the participant of the event it corrects")


def _accept(entry: Admitted, taking: _Taking) -> EventVerdict:
    fact, identity = entry.fact, (entry.fact.source, entry.fact.id)
    participant = participant_of(fact)
    salt = salt_of(taking.keys, participant or "", f"fact/{fact.source}/{fact.id}")
    body = {"source": fact.source, "id": fact.id, "commitment": canonical.commitment(salt, entry.stored)}
    sequence = taking.journal.add("fact", body, identity=identity)
    target = fact.target
    taking.rows.append(
        FactRow(
            fact.contract,
            sequence,
            *identity,
            fact.kind,
            participant,
            fact.on,
            _name(fact),
            entry.stored,
            target.source if target else None,
            target.id if target else None,
        )
    )
    taking.known[identity] = KnownFact(sequence, fact.kind, participant, entry.stored)
    return EventVerdict("accepted", fact.contract, fact.source, fact.id, sequence)


def _name(fact: Fact) -> str | None:
    if isinstance(fact, Retraction):
        return None
    return "|".join(fact.names) if isinstance(fact, Coverage) else fact.name
