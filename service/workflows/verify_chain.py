"""Verifies the log of a contract by itself: every entry's bytes, and the chain from the first entry to the head."""

from datetime import UTC

from service.core import canonical
from service.core.canonical import Document
from service.storage.rows import Head, LogEntry
from service.workflows.broken import Broken
from service.workflows.journal import FORMAT

_MEMBERS = {"v", "ledger", "contract", "sequence", "kind", "recorded_at", "actor", "reason", "previous", "body"}


def check_entry(entry: LogEntry, previous: Head, ledger_name: str) -> Document:
    """What the entry says; Broken in step 1 for its bytes and columns, in step 2 for its place in the chain."""
    told = _told(entry)
    for field, stored, said in _columns(entry, told):
        if stored != said:
            raise _broken(entry, 1, field, "the column is not what the bytes say")
    if (told["v"], told["ledger"]) != (FORMAT, ledger_name):
        raise _broken(entry, 1, "bytes", "the entry is of another ledger, or of a format that is not known")
    if entry.sequence != previous.sequence + 1:
        raise _broken(entry, 2, "sequence", f"the entry behind {previous.sequence} should be {previous.sequence + 1}")
    if told["previous"] != previous.digest.hex():
        raise _broken(entry, 2, "digest", "the entry does not name the digest of the one before")
    return told


def check_head(contract: str, head: Head | None, end: Head) -> None:
    """Broken unless the head is the last entry: with sequences gapless from 1, as many entries as it says."""
    if end.sequence == 0:
        raise Broken(2, "there are rows of a contract that has no log", "log_entry", None, contract)
    if head is None:
        raise Broken(2, "the contract has a log and no head", "contract_head", None, contract, end.sequence)
    if head.sequence != end.sequence:
        says = f"the head says {head.sequence} entries, and the log has {end.sequence}"
        raise Broken(2, says, "contract_head", "sequence", contract, end.sequence)
    if head.digest != end.digest:
        says = "the head has another digest than the last entry"
        raise Broken(2, says, "contract_head", "digest", contract, end.sequence)


def _told(entry: LogEntry) -> Document:
    try:
        if canonical.leaf_digest(entry.entry_bytes) != entry.digest:
            raise _broken(entry, 1, "bytes", "the bytes do not have the stored digest")
        told = canonical.from_bytes(entry.entry_bytes)
        is_entry = isinstance(told, dict) and told.keys() == _MEMBERS and isinstance(told["body"], dict)
        holds = is_entry and canonical.to_bytes(told) == entry.entry_bytes
    except (ValueError, TypeError):
        holds = False
    if not holds:
        raise _broken(entry, 1, "bytes", "the bytes are no entry in canonical JSON")
    return told


def _columns(entry: LogEntry, told: Document) -> list[tuple[str, object, object]]:
    body, is_fact = told["body"], told["kind"] == "fact"
    return [
        ("contract", entry.contract, told["contract"]),
        ("sequence", entry.sequence, told["sequence"]),
        ("kind", entry.kind, told["kind"]),
        ("recorded_at", entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"), told["recorded_at"]),
        ("actor", entry.actor, told["actor"]),
        ("source", entry.source, body.get("source") if is_fact else None),
        ("external_id", entry.external_id, body.get("id") if is_fact else None),
    ]


def _broken(entry: LogEntry, step: int, field: str, says: str) -> Broken:
    return Broken(step, says, "log_entry", field, entry.contract, entry.sequence)
