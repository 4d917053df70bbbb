"""Reads a CSV file of events into the documents a case system would post, row by row."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.core.errors import Fault, InvalidInput

COLUMNS = (
    "id",
    "source",
    "kind",
    "participant",
    "on",
    "name",
    "value",
    "unit",
    "from",
    "through",
    "attributes",
    "evidence_kind",
    "evidence_ref",
    "replaces",
    "replaces_source",
    "reason",
    "group",
    "n",
    "follow_up",
    "delivered_by",
    "contract",
)
_WHOLE_NUMBER = re.compile("[0-9]{1,18}")
_NOT_EVENTS = "The text is not a CSV file of events."


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of a CSV text: the line it begins on, and its event, or the faults for which it has none."""

    line: int
    event: dict[str, Any] | None
    faults: tuple[Fault, ...] = ()


def read_events(text: str, contract: str | None = None) -> list[dict[str, Any]]:
    """The events of a CSV text; `contract` fills the column where a row has none.

    Empty cells are left out. Attributes are `key=value` pairs with spaces between them; a check of several sources
    at once names its kinds in `name` with `|` between them. InvalidInput names every row that is no event.
    """
    rows = read_rows(text, contract)
    faults = [fault for row in rows for fault in row.faults]
    if faults:
        raise InvalidInput(_NOT_EVENTS, faults, "malformed")
    return [row.event for row in rows if row.event is not None]


def read_rows(text: str, contract: str | None = None) -> list[EventRow]:
    """The rows of a CSV text, each with its event or its faults; InvalidInput where its columns or quotes are wrong."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = next(rows, None) or []
        _check_header(header)
        return list(_read(rows, header, contract))
    except csv.Error:
        raise _malformed(f"mend the quotes in line {rows.line_num}", f"/{rows.line_num}") from None


def column_of(pointer: str) -> str:
    """The column in which stands what a JSON Pointer into the event names; "" for the whole row."""
    first, _, rest = pointer.removeprefix("/").partition("/")
    if first == "evidence":
        return f"evidence_{rest}" if rest in ("kind", "ref") else "evidence_kind"
    return "name" if first == "names" else first


def _check_header(header: list[str]) -> None:
    if not {"id", "source", "kind", "on"} <= set(header) or not set(header) <= set(COLUMNS):
        raise _malformed("the first line names the columns: " + ",".join(COLUMNS), "/1")
    if len(set(header)) != len(header):
        raise _malformed("a column stands twice in the first line; keep one", "/1")


def _read(rows: Any, header: list[str], contract: str | None) -> Iterator[EventRow]:
    line = rows.line_num + 1
    for row in rows:
        if row and len(row) != len(header):
            told = f"line {line} has {len(row)} cells, the first line {len(header)}"
            yield EventRow(line, None, (Fault(f"/{line}", "malformed", told),))
        elif row:
            yield EventRow(line, _event(dict(zip(header, row, strict=True)), contract))
        line = rows.line_num + 1


def _malformed(remedy: str, pointer: str) -> InvalidInput:
    return InvalidInput(_NOT_EVENTS, [Fault(pointer, "malformed", remedy)], "malformed")


def _event(row: dict[str, str], contract: str | None) -> dict[str, Any]:
    event: dict[str, Any] = {name: cell for name, cell in row.items() if cell}
    if contract is not None:
        event.setdefault("contract", contract)
    evidence = {key: event.pop(f"evidence_{key}") for key in ("kind", "ref") if f"evidence_{key}" in event}
    if evidence:
        event["evidence"] = evidence
    if event.get("kind") == "coverage" and "name" in event:
        event["names"] = event.pop("name").split("|")
    if "attributes" in event:
        event["attributes"] = dict(pair.partition("=")[::2] for pair in event["attributes"].split())
    if _WHOLE_NUMBER.fullmatch(event.get("n", "")):
        event["n"] = int(event["n"])
    return event
