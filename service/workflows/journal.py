"""Writes the log: gives each entry its sequence, chains it to the one before, and keeps the contract's head."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import BrokenInvariant, NotFound
from service.core.life.acts import ActKind
from service.storage.rows import GENESIS_DIGEST, ChainEnd, Head, LogEntry
from service.storage.store import Store
from service.storage.store_log import FACT

FORMAT = 1
_PAGE = 5_000
EntryKind = Literal["terms", "fact", ActKind]


@dataclass(slots=True)
class Journal:
    """Entries of one contract in one unit of work behind `head`; the caller holds the lock on it."""

    contract: str
    ledger_name: str
    actor: str
    recorded_at: datetime
    head: Head
    entries: list[LogEntry] = field(default_factory=list)
    _recorded_at_text: str = field(init=False)

    def __post_init__(self) -> None:
        self._recorded_at_text = self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")

    def add(
        self,
        kind: EntryKind,
        body: Document,
        *,
        reason: str | None = None,
        identity: tuple[str, str] | None = None,
    ) -> int:
        """Chain one more entry and return its sequence number; `identity` is (source, id) of a fact."""
        last = self._last
        sequence = last.sequence + 1
        stored = canonical.to_bytes(
            {
                "v": FORMAT,
                "ledger": self.ledger_name,
                "contract": self.contract,
                "sequence": sequence,
                "kind": kind,
                "recorded_at": self._recorded_at_text,
                "actor": self.actor,
                "reason": reason,
                "previous": last.digest.hex(),
                "body": body,
            }
        )
        source, external_id = identity or (None, None)
        digest = canonical.leaf_digest(stored)
        self.entries.append(
            LogEntry(self.contract, sequence, kind, self.recorded_at, self.actor, source, external_id, stored, digest)
        )
        return sequence

    @property
    def _last(self) -> Head | LogEntry:
        return self.entries[-1] if self.entries else self.head

    async def save(self, store: Store) -> None:
        """Append what was added and move the head."""
        await append_all(store, drained([self]))


def drained(journals: Iterable[Journal]) -> list[list[LogEntry]]:
    """What was added to each journal, to be appended now; the journals go on behind it."""
    taken = []
    for journal in journals:
        if journal.entries:
            last = journal.entries[-1]
            taken.append(journal.entries)
            journal.entries, journal.head = [], Head(last.sequence, last.digest)
    return taken


async def append_all(store: Store, chains: Sequence[Sequence[LogEntry]]) -> None:
    """Append the entries of some contracts and move their heads, in as many statements as for one."""
    if chains:
        await store.append([entry for entries in chains for entry in entries])
        await store.move_heads(
            [ChainEnd(last.contract, last.sequence, last.digest) for last in (entries[-1] for entries in chains)]
        )


async def open_journal(store: Store, contract: str, head: Head, actor: str, now: datetime) -> Journal:
    """A journal that continues the contract's chain at its locked head."""
    name = await store.ledger_name()
    return Journal(contract, name or "", actor, now, head)


def entry_from(stored: bytes) -> LogEntry:
    """The entry that these bytes are; KeyError, TypeError or ValueError where they are none."""
    told = canonical.from_bytes(stored)
    body = told["body"] if told["kind"] == FACT else {"source": None, "id": None}
    return LogEntry(
        told["contract"],
        told["sequence"],
        told["kind"],
        datetime.fromisoformat(told["recorded_at"]),
        told["actor"],
        body["source"],
        body["id"],
        stored,
        canonical.leaf_digest(stored),
    )


async def pages(store: Store, contract: str) -> AsyncIterator[Sequence[LogEntry]]:
    """The contract's entries in order, some at a time, each checked to continue the chain, which ends at its head.

    BrokenInvariant where it does not; NotFound for an unknown contract.
    """
    head, end = await store.head(contract), Head(0, GENESIS_DIGEST)
    if head is None:
        raise NotFound("There is no contract by that name; its log does not exist.", "contract-not-found")
    while page := await store.entries(contract, after=end.sequence, limit=_PAGE):
        broken = broken_link(page, end)
        if broken is not None:
            raise BrokenInvariant(f"The log of {contract} is broken at sequence {broken}.", "log-broken")
        yield page
        end = Head(page[-1].sequence, page[-1].digest)
    if head != end:
        raise BrokenInvariant(f"The log of {contract} ends before its head.", "log-broken")


def broken_link(entries: Sequence[LogEntry], before: Head) -> int | None:
    """The first sequence at which the chain does not hold: wrong digest, position or link; None where all hold."""
    previous = before
    for entry in entries:
        if not _continues(entry, previous):
            return entry.sequence
        previous = Head(entry.sequence, entry.digest)
    return None


def _continues(entry: LogEntry, previous: Head) -> bool:
    if canonical.leaf_digest(entry.entry_bytes) != entry.digest:
        return False
    try:
        told = canonical.from_bytes(entry.entry_bytes)
        place, link = (told["contract"], told["sequence"]), told["previous"]
    except (ValueError, KeyError, TypeError):
        return False
    return (
        place == (entry.contract, entry.sequence)
        and entry.sequence == previous.sequence + 1
        and link == previous.digest.hex()
    )
