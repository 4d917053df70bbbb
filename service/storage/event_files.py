"""Reads a CSV file of events into the documents a case system would post, row by row."""

import csv
import io
from collections.abc import Iterator
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
    "contract",
)


def read_events(text: str, contract: str | None = None) -> list[dict[str, Any]]:
    """The events of a CSV text; `contract` fills the column where a row has none.

    Empty cells are left out. Attributes are `key=value` pairs with spaces between them; a check of several sources
    at once names its kinds in `name` with `|` between them.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = next(rows, None)
        _check_header(header)
        return [_event(dict(zip(header or (), row, strict=False)), contract) for row in _checked(rows, header or [])]
    except csv.Error:
        raise _malformed(f"mend the quotes in line {rows.line_num}", f"/{rows.line_num}") from None


def _check_header(header: list[str] | None) -> None:
    names = header or []
    if not {"id", "source", "kind", "on"} <= set(names) or not set(names) <= set(COLUMNS):
        raise _malformed("the first line names the columns: " + ",".join(COLUMNS), "/1")
    if len(set(names)) != len(names):
        raise _malformed("a column stands twice in the first line; keep one", "/1")


def _checked(rows: Any, header: list[str]) -> Iterator[list[str]]:
    for row in rows:
        if row and len(row) != len(header):
            line = rows.line_num
            raise _malformed(f"line {line} has {len(row)} cells, the first line {len(header)}", f"/{line}")
        if row:
            yield row


def _malformed(remedy: str, pointer: str) -> InvalidInput:
    return InvalidInput("The text is not a CSV file of events.", [Fault(pointer, "malformed", remedy)], "malformed")


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
    return event
