"""A workbook as XLSX: numbers as numbers, dates as dates, text as text, and the same bytes whenever it is written."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from service.render.sheets import MAY_RUN, NUMBERS, Cell, Column, Kind, Row, Sheet, Workbook, kind_and_value
from service.render.xlsx_cells import (
    LONGEST_TEXT,
    cut,
    day_in,
    decimals_shown,
    is_exact_as_number,
    lines_of,
    not_a_number_note,
    width_of,
)

# A workbook states when it was made. The time of day would make other bytes of the same statement; this is the date
# that the parts inside the file bear too.
_MADE = datetime(1980, 1, 1, tzinfo=UTC)
ROWS_OF_A_SHEET = 1_048_575  # below the header; Excel has no more
_TO_THE_RIGHT, _TO_THE_LEFT = {"align": "right", "indent": 1}, {"align": "left"}
WIDEST = 80  # in characters; longer text is wrapped
_A4, _LONGEST_NAME = 9, 31
_ROW_POINTS, _HIGHEST_POINTS = 15, 409
_OPTIONS = {
    "in_memory": True,  # the service may run where no file can be written
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def to_xlsx(workbook: Workbook, rows_of_a_sheet: int = ROWS_OF_A_SHEET) -> bytes:
    """One worksheet a sheet, its header frozen; a sheet with more rows than a worksheet holds goes on in the next."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        book.set_properties({"title": _printable(workbook.title), "created": _MADE})
        formats = _Formats(book)
        taken: set[str] = set()
        for sheet in workbook.sheets:
            for first in range(0, max(len(sheet.rows), 1), rows_of_a_sheet):
                page = book.add_worksheet(_free_name(sheet.title, taken))
                _fill(page, formats, sheet, sheet.rows[first : first + rows_of_a_sheet])
    return written.getvalue()


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[Any, ...], Any]()

    def header(self, kind: Kind) -> Any:
        """A title, above what it heads."""
        return self._of({"bold": True, "bottom": 1, **(_TO_THE_RIGHT if kind in NUMBERS else {})})

    def number(self, kind: Kind, decimals: int, is_of_its_column: bool) -> Any:
        """Thousands marked, with that many decimals; the program that opens it puts in the marks of its language."""
        pattern = ("0" if kind == "percent" else "#,##0") + ("." + "0" * decimals if decimals else "")
        place = _TO_THE_RIGHT if is_of_its_column else _TO_THE_LEFT
        return self._of({"num_format": f"{pattern}%" if kind == "percent" else pattern, **place})

    def day(self) -> Any:
        """A date in ISO form."""
        return self._of({"num_format": "yyyy-mm-dd", **_TO_THE_LEFT})

    def text(self, text: str, is_number: bool) -> Any:
        """Text that stays text when somebody edits the cell; a number that is too long for one stands to the right."""
        told = {"text_wrap": lines_of(text, WIDEST) > 1, "quote_prefix": text.startswith(MAY_RUN)}
        return self._of({**told, **(_TO_THE_RIGHT if is_number else {})})

    def _of(self, told: dict[str, Any]) -> Any:
        key = tuple(told.items())
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "top", **told})
        return self._made[key]


def _printable(text: str) -> str:
    """Without what an attribute in XML cannot hold; XlsxWriter sees to the text of cells only."""
    return "".join(character if character.isprintable() else " " for character in text)


def _free_name(title: str, taken: set[str]) -> str:
    """A name that a worksheet may have: 31 characters, none of []:*?/\\, no quote at its ends, and no other's."""
    plain = cut(re.sub(r"[\[\]:*?/\\]", " ", _printable(title)).strip(" '"), _LONGEST_NAME).rstrip(" '") or "Sheet"
    plain = f"{plain}_" if plain.lower() == "history" else plain
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        ending = f" ({number})"
        name = cut(plain, _LONGEST_NAME - len(ending)) + ending
    taken.add(name.lower())
    return name


def _fill(page: Any, formats: _Formats, sheet: Sheet, rows: Sequence[Row]) -> None:
    for place, column in enumerate(sheet.columns):
        _check(page.write_string(0, place, column.title, formats.header(column.kind)))
        longest = max((width_of(kind_and_value(column, row[place])) for row in rows), default=0)
        # The filter's arrow stands beside the title.
        page.set_column(place, place, min(max(longest, len(column.title) + 3), WIDEST) + 2)
    for line, row in enumerate(rows, start=1):
        _make_room(page, line, row)
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _write(page, formats, line, place, column, kind_and_value(column, value))
    _lay_out(page, xl_range(0, 0, len(rows), len(sheet.columns) - 1))


def _make_room(page: Any, line: int, row: Row) -> None:
    """Wrapped text asks for a higher row; not every program sees that by itself."""
    texts = (value.value if isinstance(value, Cell) else value for value in row)
    lines = max((lines_of(text, WIDEST) for text in texts if isinstance(text, str)), default=1)
    if lines > 1:
        page.set_row(line, min(_ROW_POINTS * lines, _HIGHEST_POINTS))


def _lay_out(page: Any, whole: str) -> None:
    """The header stays in sight on the screen and on paper, where all columns stand side by side."""
    page.freeze_panes(1, 0)
    page.autofilter(whole)
    page.ignore_errors({"number_stored_as_text": whole})  # Excel would flag a period such as 2023 for being text
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&R&P / &N")


def _write(page: Any, formats: _Formats, line: int, place: int, column: Column, cell: Cell) -> None:
    kind, value = cell
    if value is None:
        return
    text = str(value)
    if kind in NUMBERS and is_exact_as_number(text):
        shape = formats.number(kind, decimals_shown(kind, text), kind == column.kind)
        _check(page.write_number(line, place, int(text) if kind == "count" else float(text), shape))
    elif kind == "date" and (day := day_in(value)) is not None:
        _check(page.write_datetime(line, place, day, formats.day()))
    else:
        _write_text(page, formats, line, place, text, kind in NUMBERS)


def _write_text(page: Any, formats: _Formats, line: int, place: int, text: str, is_number: bool) -> None:
    """As a string cell whatever it begins with; what a cell cannot hold is said beside it."""
    shown = cut(text)
    _check(page.write_string(line, place, shown, formats.text(shown, is_number)))
    if is_number:
        page.write_comment(line, place, not_a_number_note(text))
    elif shown != text:
        page.write_comment(line, place, f"Cut to the {LONGEST_TEXT} characters of a cell; JSON and CSV hold all of it.")


def _check(code: int) -> None:
    """XlsxWriter tells by a number that it left a cell out, and says nothing else."""
    if code != 0:
        raise ValueError(f"a cell does not fit into the worksheet (XlsxWriter {code})")
