"""The format of an export: a document in canonical JSON a line, a header first and a trailer last (docs/operations.md).

What the ledger keeps as bytes and is text stands as text, to the byte; digests and keys stand in hexadecimal.
"""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from service.core import canonical
from service.core.errors import BrokenInvariant
from service.storage.rows import CheckpointKeyRow, CheckpointRow, DetailItemRow, KeptRow, LeafRow, LogEntry
from service.workflows.whole import Ends

FORMAT, VERSION = "outcomes-ledger-export", 1
HEADER, TRAILER = "header", "trailer"


def line(kind: str, /, **members: Any) -> bytes:
    """One line, its newline included."""
    return canonical.to_bytes({"line": kind, **members}) + b"\n"


def header_line(ledger: str) -> bytes:
    """The first line: what the file is, and of which ledger."""
    return line(HEADER, format=FORMAT, v=VERSION, ledger=ledger)


def key_line(contract: str, participant: str, key: bytes) -> bytes:
    """The key behind the salts of a participant; of '' it is the contract's own."""
    return line("key", contract=contract, participant=participant, key=key.hex())


def entry_line(entry: LogEntry, payload: bytes | None) -> bytes:
    """An entry of the log; where it is a fact that was not erased, the fact too."""
    if payload is None:
        return line("entry", bytes=_text(entry.entry_bytes))
    return line("entry", bytes=_text(entry.entry_bytes), payload=_text(payload))


def detail_line(row: DetailItemRow) -> bytes:
    """An entry of a statement's detail."""
    told = row._asdict() | {"commitment": row.commitment.hex(), "item": _text(row.item)}
    return line("detail", **told)


def kept_line(row: KeptRow) -> bytes:
    """What is kept of an erased participant."""
    return line("kept", **row._asdict() | {"kept": _text(row.kept)})


def leaf_line(row: LeafRow) -> bytes:
    """A leaf of the tree; what it completes is hashed anew when it is read."""
    return line("leaf", contract=row.contract, sequence=row.sequence, bytes=_text(row.leaf_bytes))


def checkpoint_key_line(row: CheckpointKeyRow) -> bytes:
    """A public key that checkpoints are verified with."""
    return line("checkpoint_key", vkey=row.vkey, made_at=row.made_at.isoformat())


def checkpoint_line(row: CheckpointRow) -> bytes:
    """A signed checkpoint; its size and root stand in the note."""
    return line("checkpoint", note=_text(row.note), made_at=row.made_at.isoformat())


@dataclass(slots=True)
class Tally:
    """What was written or read so far: how many lines of each kind, and the SHA-256 of all their bytes."""

    counts: Counter[str] = field(default_factory=Counter)
    _hash: Any = field(default_factory=sha256)

    def take(self, kind: str, stored: bytes) -> bytes:
        """Count a line, and give it back."""
        self.counts[kind] += 1
        self._hash.update(stored)
        return stored

    @property
    def digest(self) -> str:
        """The SHA-256 of all lines so far, in hexadecimal."""
        told: str = self._hash.hexdigest()
        return told

    def trailer(self, ends: Ends) -> bytes:
        """The last line: what came before it, and where the ledger ends."""
        return line(TRAILER, counts=dict(self.counts), sha256=self.digest, **ends.document)


def _text(stored: bytes) -> str:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        raise BrokenInvariant("Bytes that have to be text are none: the ledger was altered; run rebuild.") from None
