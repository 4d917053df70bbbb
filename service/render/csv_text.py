"""A workbook as one CSV table (RFC 4180): commas, CRLF, UTF-8 with a byte order mark, nothing that runs as a formula.

The mark is there because Excel takes a CSV without it for the code page of the machine, and Danish letters are lost; it
does no harm to a program that reads `utf-8-sig`. The separator is the comma of the standard although a Danish Excel
splits at semicolons: it would then read an amount such as 1.500 with its point as a mark of thousands, and be wrong
without a word. Finance staff open the XLSX; the CSV is for programs and for imports that are told what it is.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from service.render.sheets import MAY_RUN, NUMBERS, Cell, Column, Row, Sheet, Workbook, kind_and_value, stacked

SECTION = "Section"
BYTE_ORDER_MARK = "\ufeff"
_NEGATIVE_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?\Z")


def csv_titles(columns: Sequence[Column]) -> str:
    """The beginning of a table, the byte order mark first."""
    return BYTE_ORDER_MARK + _line(_harmless(column.title) for column in columns)


def csv_row(columns: Sequence[Column], row: Row) -> str:
    """One row of a table."""
    return _line(_text(kind_and_value(column, cell)) for column, cell in zip(columns, row, strict=True))


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def to_csv(workbook: Workbook) -> bytes:
    """One table of all sheets, with the title of each in a column `Section` before the others; of a single sheet
    itself, without that column."""
    table = _one_table(workbook)
    return "".join([csv_titles(table.columns), *(csv_row(table.columns, row) for row in table.rows)]).encode()


def _one_table(workbook: Workbook) -> Sheet:
    if len(workbook.sheets) == 1:
        return workbook.sheets[0]
    return stacked(workbook.title, (sheet.led_by(SECTION, sheet.title) for sheet in workbook.sheets))


def _text(cell: Cell) -> str:
    """Dates in ISO form, numbers as plain decimals without marks of thousands."""
    if cell.value is None:
        return ""
    text = str(cell.value)
    return text if cell.kind in NUMBERS else _harmless(text)


def _harmless(text: str) -> str:
    """Text that a spreadsheet would run is led by an apostrophe; a negative number is no formula."""
    return f"'{text}" if text.startswith(MAY_RUN) and not _NEGATIVE_NUMBER.match(text) else text
