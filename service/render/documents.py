"""Documents as tables: single values become a list of what and how much, each list of objects a table of its own."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.render.document_words import word_of
from service.render.sheets import Cell, Column, Kind, Plain, Row, Sheet
from service.render.xlsx_cells import day_in

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_FACTS = (Column("Part"), Column("What"), Column("Value"))


class Parts(NamedTuple):
    """A document taken apart: its single values by path ("period.from"), its lists of objects by path."""

    singles: dict[str, Any]
    tables: dict[str, list[Document]]


def parts_of(document: Mapping[str, Any]) -> Parts:
    """Take a document apart, however deep; a list of anything but objects, or of facts cited, is a single value."""
    parts = Parts({}, {})
    _take_apart(document, "", parts)
    return parts


def _take_apart(document: Mapping[str, Any], path: str, parts: Parts) -> None:
    for key, value in document.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            _take_apart(value, f"{name}.", parts)
        elif isinstance(value, list) and key != "facts" and all(isinstance(one, dict) for one in value):
            parts.tables[name] = value
        else:
            parts.singles[name] = value


def facts_sheet(title: str, singles: Mapping[str, Any]) -> Sheet:
    """A row a value: the part of the document it stands in, what it is, and the value in its kind."""
    rows: list[Row] = []
    for path, value in singles.items():
        part, word = path.rpartition(".")[0], word_of(path)
        rows.append((word_of(part).title if part else title, word.title, _cell_of(value, word.kind, "text")))
    return Sheet(title, _FACTS, tuple(rows))


def table_sheet(title: str, rows: Iterable[Mapping[str, Any]], keys: Collection[str] = (), path: str = "") -> Sheet:
    """A row an object, these keys first and present even where there is no row; `path` is where the list stands.

    What an object holds beyond the keys follows in columns of its own, a list in it as text, so that nothing is lost.
    """
    found = [parts.singles | parts.tables for parts in map(parts_of, rows)]
    names = list(dict.fromkeys([*keys, *(name for row in found for name in row)]))
    columns = _columns([f"{path}.{name}" if path else name for name in names])
    wanted = [(name, column.kind) for name, column in zip(names, columns, strict=True)]
    table = (tuple(_cell_of(row.get(name), kind, kind) for name, kind in wanted) for row in found)
    return Sheet(title, columns, tuple(table))


def _columns(paths: Iterable[str]) -> tuple[Column, ...]:
    """A column a field; one whose title is taken is told apart by its whole path."""
    columns: dict[str, Column] = {}
    for path in paths:
        word = word_of(path)
        title = path if word.title in columns else word.title
        columns[title] = Column(title, word.kind)
    return tuple(columns.values())


def _cell_of(value: Any, kind: Kind, column: Kind) -> Plain | Cell:
    """A value of a document in a column; a cell of its own kind where it is of another than the column."""
    if isinstance(value, bool):
        kind, value = "text", "yes" if value else "no"
    elif isinstance(value, int):
        kind = "count"
    elif isinstance(value, list):
        kind, value = "text", _told(value)
    elif isinstance(value, str) and not _fits(value, kind):
        kind = "text"
    return value if kind == column or value is None else Cell(kind, value)


def _fits(text: str, kind: Kind) -> bool:
    if kind in ("amount", "percent"):
        return _NUMBER.match(text) is not None
    return kind == "text" or (kind == "date" and day_in(text) is not None)


def _told(values: Any) -> str:
    """A list in a cell: texts, and facts as they are cited; anything else as JSON."""
    if isinstance(values, list):
        return "; ".join(_told(one) for one in values)
    if isinstance(values, dict) and values.keys() == {"source", "id"}:
        return f"{values['source']} {values['id']}"
    return values if isinstance(values, str) else canonical.to_bytes({"value": values}).decode()[9:-1]
