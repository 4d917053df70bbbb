"""Verdicts on the wire: each fault points into the body as it was sent, in whatever form."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson

from service.api.formats import Reading
from service.workflows.reading_events import EventVerdict


def verdict_shape(index: int, verdict: EventVerdict, reading: Reading) -> dict[str, Any]:
    """The verdict on the event at that place; `line` where the body has lines."""
    if verdict.verdict == "accepted" and verdict.sequence is not None and reading.lines is None:
        # Nearly all of a batch, and nothing else to tell of them.
        word, contract, source, id, sequence, *_ = verdict
        return {"index": index, "verdict": word, "contract": contract, "source": source, "id": id, "sequence": sequence}
    shape: dict[str, Any] = {"index": index, "verdict": verdict.verdict}
    if reading.lines is not None:
        shape["line"] = reading.lines[index]
    for name in ("contract", "source", "id", "sequence", "code", "detail", "sent_sha256", "stored_sha256"):
        value = getattr(verdict, name)
        if value is not None:
            shape[name] = value
    if verdict.verdict == "rejected":
        told = [reading.told(index, fault) for fault in verdict.faults]
        shape["retryable"] = verdict.retryable
        shape["errors"] = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in told]
    return shape


def batch_bytes(verdicts: Sequence[EventVerdict], reading: Reading) -> bytes:
    """The verdicts in order, and how many there are of each."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    summary = {word: counts[word] for word in ("accepted", "duplicate", "conflict", "rejected")}
    shaped = [verdict_shape(index, verdict, reading) for index, verdict in enumerate(verdicts)]
    return orjson.dumps({"summary": summary, "verdicts": shaped})
