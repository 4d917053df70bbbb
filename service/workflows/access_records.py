"""Reads the access trail: by contract, credential and time, or what was read about one participant; checks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import BrokenInvariant
from service.storage.rows import GENESIS_DIGEST, AccessRecordRow, AccessSearch, Head
from service.storage.scope import Scope
from service.workflows.access_trail import tokens_of
from service.workflows.ledger import Ledger

_PAGE = 2_000
NAMED, AMONG = "named", "may-have-been-among"


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """A record, with what it says as a document."""

    row: AccessRecordRow
    told: Document

    @property
    def body(self) -> Document:
        """What it says beyond who and when, by its kind."""
        body: Document = self.told["body"]
        return body


@dataclass(frozen=True, slots=True)
class AccessesOf:
    """What was read about a participant: the contracts that know them, and a page of records, each with whether it
    names them or was of a list that they may have been among."""

    contracts: tuple[str, ...]
    records: tuple[tuple[AccessRecord, str], ...]


async def read_records(ledger: Ledger, search: AccessSearch, after: int, limit: int) -> list[AccessRecord]:
    """At most `limit` records with a sequence above `after`, in order."""
    async with ledger.database.reading() as store:
        return [record_in(row, ledger.database.scope) for row in await store.records(search, after=after, limit=limit)]


async def accesses_of(ledger: Ledger, participant: str, contract: str | None, after: int, limit: int) -> AccessesOf:
    """What was read about a participant, of one contract or of all: records that name them, and reads of lists from
    such contracts since each has known them.

    The trail does not say who stood in a list: of those they may have been among. Of somebody who was erased it can
    say nothing more.
    """
    async with ledger.database.reading() as store:
        since = await store.known_since(participant)
        if contract is not None:
            since = {name: first for name, first in since.items() if name == contract}
        tokens = await tokens_of(store, since, participant)
        rows = await store.records_about(tokens, since, after, limit)
    told = ((row, NAMED if row.participants else AMONG) for row in rows)
    records = tuple((record_in(row, ledger.database.scope), how) for row, how in told)
    return AccessesOf(tuple(sorted(since)), records)


def record_in(row: AccessRecordRow, scope: Scope) -> AccessRecord:
    """The record with what it says; of a scope's own contracts alone. BrokenInvariant where it cannot be read."""
    try:
        told = canonical.from_bytes(row.entry_bytes)
        body = told["body"]
        if "contracts" in body and body["contracts"] is not None:
            body["contracts"] = [contract for contract in body["contracts"] if scope.admits(contract)]
        return AccessRecord(row, told)
    except (ValueError, TypeError, KeyError):
        raise BrokenInvariant(f"The access trail cannot be read at record {row.sequence}.", "log-broken") from None


async def broken_record(ledger: Ledger) -> tuple[int, int | None]:
    """How many records there are, and the first at which the trail does not hold; None where all of it holds.

    For a scope of every contract: the chain is one.
    """
    last = Head(0, GENESIS_DIGEST)
    async with ledger.database.reading() as store:
        end = await store.trail_end()
        while rows := await store.records(AccessSearch(), after=last.sequence, limit=_PAGE):
            broken = _broken(rows, last)
            if broken is not None:
                return last.sequence, broken
            last = Head(rows[-1].sequence, rows[-1].digest)
    return last.sequence, None if last == end else last.sequence + 1


def _broken(rows: Sequence[AccessRecordRow], before: Head) -> int | None:
    previous = before
    for row in rows:
        if not _follows(row, previous):
            return previous.sequence + 1
        previous = Head(row.sequence, row.digest)
    return None


def _follows(row: AccessRecordRow, previous: Head) -> bool:
    """Whether the digest is of the bytes, the bytes name the record before, and the columns say what the bytes say."""
    try:
        told: Any = canonical.from_bytes(row.entry_bytes)
        body = told["body"]
        said = (told["sequence"], told["kind"], told["recorded_at"], told["actor"], told["previous"])
        about = tuple(body.get("contracts") or ()), tuple(body.get("participants") or ())
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    recorded_at = row.recorded_at.isoformat(timespec="microseconds")
    return (
        canonical.leaf_digest(row.entry_bytes) == row.digest
        and row.sequence == previous.sequence + 1
        and said == (row.sequence, row.kind, recorded_at, row.actor, previous.digest.hex())
        and about == (row.contracts, row.participants)
    )
