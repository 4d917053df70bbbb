"""Log lines for machines: one JSON object a line on standard error, without any value of a request."""

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import orjson

from service.telemetry.marks import current_marks

REQUESTS, LIFE = "ledger.requests", "ledger.life"
FIELDS = "fields"
# Messages of other libraries may repeat what was sent (asyncio shows the exception of a lost task).
_TRUSTED = ("ledger.", "uvicorn.")
_WITHHELD = "withheld: the message of this library may repeat what was sent"


class JsonLines(logging.Formatter):
    """A record as one line of JSON: an exception as its type and its stack, never its message.

    The message of an exception holds values: the row that a constraint refused, the text that could not be read.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, in ASCII, so that nothing in it can begin a line of its own."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        marks = current_marks()
        if marks is not None:
            line |= {"request_id": marks.request_id, "trace_id": marks.trace_id}
        line |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = list(_errors(record.exc_info[1]))
        told = orjson.dumps(line)
        return told.decode() if told.isascii() else json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    if not record.name.startswith(_TRUSTED):
        return _WITHHELD
    # uvicorn reports a failed start with a whole traceback as the message.
    return record.getMessage().strip().partition("\n")[0]


def _errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """The exception and those it came from, the last one first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        stack = traceback.extract_tb(error.__traceback__)
        yield {
            "type": f"{kind.__module__}.{kind.__qualname__}",
            "stack": [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in stack],
        }
        error = error.__cause__ or error.__context__


def _place(filename: str) -> str:
    return "/".join(PurePath(filename).parts[-3:])


def log_settings(level: str = "INFO") -> dict[str, Any]:
    """What logging.config.dictConfig and uvicorn take as `log_config`: JSON lines on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.{JsonLines.__name__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"ledger": {"level": level}, "uvicorn": {"level": level}},
    }
