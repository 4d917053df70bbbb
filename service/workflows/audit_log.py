"""The log of a contract as auditors read it: what each entry is about, in words, and the digests that chain it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import BrokenInvariant, NotFound
from service.storage.rows import LogEntry
from service.workflows.journal import EntryKind
from service.workflows.ledger import Ledger

# What an entry is about, by its kind and without personal data; a kind that is not named here says it in `about`.
_SUBJECTS: Mapping[str, Callable[[LogEntry, Document], str]] = {
    "terms": lambda entry, body: f"terms version {body['version']}",
    "fact": lambda entry, body: f"event {entry.external_id} of {entry.source}",
    "statement": lambda entry, body: f"statement {body['document']['number']}",
}


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry, the reason given for it, what it is about, and the digest (hex) of the entry before it."""

    entry: LogEntry
    reason: str | None
    subject: str
    before: str

    @property
    def document(self) -> Document:
        """The entry as it is shown; `after` is its own digest."""
        entry = self.entry
        return {
            "sequence": entry.sequence,
            "kind": entry.kind,
            "recorded_at": entry.recorded_at.isoformat(),
            "actor": entry.actor,
            "reason": self.reason,
            "subject": self.subject,
            "before": self.before,
            "after": entry.digest.hex(),
        }


async def read_log(
    ledger: Ledger,
    contract: str,
    *,
    kind: EntryKind | None = None,
    actor: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[LoggedEntry]:
    """At most `limit` entries with a sequence above `after`, in order; NotFound for an unknown contract.

    Narrowing is the database's work, and only the page is read into memory. A kind other than facts costs as much as
    it has entries. An actor costs a walk inside the database over the entries from `after` until the page is full:
    50 ms for 100,000 of somebody else's.
    """
    async with ledger.database.reading() as store:
        if await store.head(contract) is None:
            raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
        entries = await store.entries(contract, after=after, kind=kind, actor=actor, limit=limit)
    return [_logged(entry) for entry in entries]


def _logged(entry: LogEntry) -> LoggedEntry:
    try:
        told = canonical.from_bytes(entry.entry_bytes)
        return LoggedEntry(entry, told["reason"], _subject(entry, told["body"]), told["previous"])
    except (ValueError, TypeError, KeyError):
        broken = f"The log of {entry.contract} cannot be read at sequence {entry.sequence}."
        raise BrokenInvariant(broken, "log-broken") from None


def _subject(entry: LogEntry, body: Document) -> str:
    words = _SUBJECTS.get(entry.kind)
    about: str = words(entry, body) if words is not None else body["about"]
    return about
