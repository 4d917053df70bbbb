"""What a request is known by in answers and log lines: its id, its trace, who calls, what went wrong in it."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# An id that a caller gives stands in the log: only forms that cannot spell a name or a number of a person.
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SANE = re.compile(rf"{_UUID}|[0-9a-f]{{32}}", re.ASCII | re.IGNORECASE)
# https://www.w3.org/TR/trace-context/#traceparent-header; a later version may append more fields.
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?", re.ASCII)


@dataclass(slots=True)
class Marks:
    """The marks of one request; `error` is what ended it with a status of 500 or more."""

    request_id: str
    trace_id: str | None
    actor: str | None = None
    error: Exception | None = None


_current: ContextVar[Marks | None] = ContextVar("marks of the request in hand", default=None)


def current_marks() -> Marks | None:
    """The marks of the request in hand; None outside of one."""
    return _current.get()


@contextmanager
def marked(marks: Marks) -> Iterator[None]:
    """Within the block, these are the marks of the request in hand."""
    token = _current.set(marks)
    try:
        yield
    finally:
        _current.reset(token)


def marks_of(headers: Iterable[tuple[bytes, bytes]], new_id: Callable[[], str]) -> Marks:
    """The marks in raw headers: X-Request-Id where it is a UUID or 32 hexadecimal digits, else a new id."""
    given = dict(headers)
    own, trace = given.get(b"x-request-id", b"").decode("latin-1"), given.get(b"traceparent", b"").decode("latin-1")
    return Marks(own if _SANE.fullmatch(own) else new_id(), trace_id_of(trace) if trace else None)


def trace_id_of(traceparent: str) -> str | None:
    """The trace id (32 hexadecimal digits) of a W3C traceparent; None where it is not a valid one."""
    found = _TRACEPARENT.fullmatch(traceparent.strip())
    if found is None or not int(found[2], 16) or not int(found[3], 16) or (found[1] == "00" and found[4]):
        return None
    return found[2]
