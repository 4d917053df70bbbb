"""Looks through accesses at random: draws a sample of the trail that can be drawn again, and has it signed off."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import nsmallest

from service.core.canonical import Document
from service.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from service.storage.rows import AccessSearch
from service.storage.store import Store
from service.workflows.access_records import AccessRecord, record_in
from service.workflows.access_trail import RecordKind, add_record
from service.workflows.ledger import Ledger
from service.workflows.personal_data import personal_data_faults

LARGEST_SAMPLE = 200
_SAMPLE: RecordKind = "sample"
_SIGN_OFF: RecordKind = "sign-off"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample by its number, the record that tells of its draw, and the one that signs it off, if there is one."""

    number: int
    drawn: AccessRecord
    signed_off: AccessRecord | None


async def draw_sample(
    ledger: Ledger, actor: str, search: AccessSearch, size: int
) -> tuple[Sample, tuple[AccessRecord, ...]]:
    """Draw `size` reads at random of those that the search finds (all, where they are fewer), and record the draw with
    its seed, so that `drawn_by` gives the same again."""
    async with ledger.database.begin() as store:
        end, _ = await store.lock_trail()
        among = await store.record_sequences(search._replace(kind="read"), end.sequence)
        seed, number = ledger.random_bytes(16).hex(), await store.how_many_records(_SAMPLE) + 1
        chosen, own = drawn_by(seed, among, size), ledger.database.scope.contracts
        body: Document = {
            "number": number,
            "since": search.since.isoformat() if search.since else None,
            "until": search.until.isoformat() if search.until else None,
            "contract": search.contract,
            "credential": search.actor,
            "through": end.sequence,
            "contracts": None if own is None else sorted(own),
            "seed": seed,
            "among": len(among),
            "records": chosen,
        }
        await add_record(ledger, store, _SAMPLE, actor, body)
        drawn = (await _of_kind(ledger, store, _SAMPLE))[-1]
        records = await store.records_numbered(chosen)
    return Sample(number, drawn, None), tuple(record_in(row, ledger.database.scope) for row in records)


def drawn_by(seed: str, among: Iterable[int], size: int) -> list[int]:
    """The draw that a seed gives: the records whose SHA-256 of "seed:sequence" are the smallest, in order."""
    return sorted(nsmallest(size, among, key=lambda sequence: hashlib.sha256(f"{seed}:{sequence}".encode()).digest()))


async def list_samples(ledger: Ledger) -> list[Sample]:
    """Every sample that the scope shows, by number."""
    async with ledger.database.reading() as store:
        return await _samples(ledger, store)


async def sign_off(ledger: Ledger, actor: str, number: int, found: str) -> Sample:
    """Record what somebody found in a sample.

    NotFound; WrongState where it was signed off before; NotAllowed where reads of their own are in it; InvalidInput.
    """
    faults = [replace(fault, pointer="/found") for fault in personal_data_faults(found)]
    if faults:
        raise InvalidInput("What was found is not valid.", faults)
    async with ledger.database.begin() as store:
        await store.lock_trail()
        sample = next((one for one in await _samples(ledger, store) if one.number == number), None)
        if sample is None:
            told = "There is no sample of that number; GET /v1/access-records/samples lists them."
            raise NotFound(told, "access-sample-not-found")
        if sample.signed_off is not None:
            raise WrongState("The sample was signed off before; draw another one.", "access-sample-signed-off", ())
        body = sample.drawn.body
        if any(row.actor == actor for row in await store.records_numbered(body["records"])):
            raise NotAllowed("Reads of your own are in this sample; somebody else signs it off.", "own-reads-in-sample")
        told_of = {"number": number, "sample": sample.drawn.row.sequence, "contracts": body["contracts"]}
        await add_record(ledger, store, _SIGN_OFF, actor, {**told_of, "found": found})
        signed = (await _of_kind(ledger, store, _SIGN_OFF))[-1]
    return Sample(number, sample.drawn, signed)


async def _samples(ledger: Ledger, store: Store) -> list[Sample]:
    signed = {one.body["number"]: one for one in await _of_kind(ledger, store, _SIGN_OFF)}
    drawn = await _of_kind(ledger, store, _SAMPLE)
    return [Sample(one.body["number"], one, signed.get(one.body["number"])) for one in drawn]


async def _of_kind(ledger: Ledger, store: Store, kind: RecordKind) -> list[AccessRecord]:
    return [record_in(row, ledger.database.scope) for row in await store.records(AccessSearch(kind=kind))]
