"""Tables as every download is made of: columns with a kind, rows of plain values, sheets in a workbook."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Kind = Literal["text", "date", "amount", "count", "percent"]
Plain = str | int | date | None
NUMBERS: frozenset[Kind] = frozenset({"amount", "count", "percent"})
# What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), wide forms included.
MAY_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Cell(NamedTuple):
    """A value whose kind is not its column's, as in a column that holds amounts, dates and words."""

    kind: Kind
    value: Plain


Row = tuple[Plain | Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A title and what stands below it; None in any of them is an empty cell.

    text: a str. date: a date, or its ISO text. amount: an exact decimal string in major units, of money or of another
    quantity, shown with as many decimals as it has ("15000.00", of JPY "15000"). count: an int. percent: the fraction
    as an exact decimal string, "0.125" for 12.5 %.
    """

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a title; ValueError without columns, where two share a title, or where a row is not as long."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        if not self.columns or len({column.title for column in self.columns}) < len(self.columns):
            raise ValueError(f"{self.title!r} has no column, or two of one title")
        wrong = next((place for place, row in enumerate(self.rows, 1) if len(row) != len(self.columns)), None)
        if wrong is not None:
            raise ValueError(f"row {wrong} of {self.title!r} does not have {len(self.columns)} cells")

    def led_by(self, title: str, value: str) -> "Sheet":
        """The same with a column before the others that holds this text in every row."""
        return Sheet(self.title, (Column(title), *self.columns), tuple((value, *row) for row in self.rows))


@dataclass(frozen=True, slots=True)
class Workbook:
    """What one download holds: sheets in the order in which they are read."""

    title: str
    sheets: tuple[Sheet, ...]


def stacked(title: str, sheets: Iterable[Sheet]) -> Sheet:
    """One sheet of several: every column that any has, the rows in order; a cell its sheet knows nothing of is empty.

    Columns are the same where their titles are; where their kinds differ, each cell keeps its own.
    """
    parts = tuple(sheets)
    columns: dict[str, Column] = {}
    for part in parts:
        columns |= {column.title: column for column in part.columns if column.title not in columns}
    places = {name: place for place, name in enumerate(columns)}
    rows: list[Row] = []
    for part in parts:
        where = [(places[column.title], column.kind, columns[column.title].kind) for column in part.columns]
        for row in part.rows:
            spread: list[Plain | Cell] = [None] * len(columns)
            for (place, kind, shared), value in zip(where, row, strict=True):
                spread[place] = value if kind == shared or isinstance(value, Cell) else Cell(kind, value)
            rows.append(tuple(spread))
    return Sheet(title, tuple(columns.values()), tuple(rows))


def kind_and_value(column: Column, cell: Plain | Cell) -> Cell:
    """A cell with the kind that holds for it."""
    return cell if isinstance(cell, Cell) else Cell(column.kind, cell)
