"""The shapes of proofs: the end of a chain, keys, and that one checkpoint continues another."""

from datetime import datetime
from typing import Any

from pydantic import Field

from service.api.statement_documents import Sha256, Shape

AS_TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}


class HeadOut(Shape):
    """Where the chain of a contract's log ends."""

    contract: str
    sequence: int = Field(description="of the last entry; the log is gapless from 1, so that it is their number too")
    digest: Sha256 = Field(description="of the last entry, which names the one before it, down to the first")


class CheckpointKeyOut(Shape):
    """A public key of checkpoints."""

    vkey: str = Field(description="name, id and key, as programs for signed notes (c2sp.org/signed-note) take it")
    made_at: datetime = Field(description="when it first signed here")


class CheckpointKeys(Shape):
    """Every key that signs or has signed checkpoints; the last one signs now."""

    data: list[CheckpointKeyOut]


class ConsistencyOut(Shape):
    """That a tree begins with an earlier one, as RFC 9162 proves it; hashes in base64, as checkpoints have them."""

    from_size: int
    to_size: int
    from_root: str = Field(description="of the first `from_size` leaves; compare it with the checkpoint that you hold")
    to_root: str
    hashes: list[str] = Field(description="the proof; none where the sizes are equal or the earlier tree was empty")
