"""Downloads read back as a spreadsheet and as a program read them."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from service.render.sheets import MAY_RUN

Table = list[list[Any]]


def opened(content: bytes) -> Any:
    """The XLSX as openpyxl has it."""
    return load_workbook(io.BytesIO(content))


def sheets_in(content: bytes) -> dict[str, Table]:
    """The rows of each worksheet, the header first: numbers as decimals, dates as dates, text as it was written."""
    return {page.title: [[told(cell) for cell in row] for row in page.iter_rows()] for page in opened(content)}


def told(cell: Any) -> Any:
    """What a cell holds; a number exactly as a spreadsheet shows it."""
    value = cell.value
    if isinstance(value, datetime):
        assert value == datetime.combine(value.date(), datetime.min.time())
        return value.date()
    if isinstance(value, int | float):
        return Decimal(repr(value))
    return unescape(value) if isinstance(value, str) else value


def without_formulas(content: bytes) -> bool:
    """Whether no cell of the XLSX holds a formula, for a reader and in the file itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        pages = [file.read(name) for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
    cells = [cell for page in opened(content) for row in page.iter_rows() for cell in row]
    return not any(b"<f>" in page or b"<f " in page for page in pages) and all(cell.data_type != "f" for cell in cells)


def rows_in(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by their titles, as a program reads them."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def plain(text: str) -> str:
    """The text of a CSV cell without the apostrophe that keeps it from running."""
    return text[1:] if text.startswith("'") and text[1:].startswith(MAY_RUN) else text


def values_of(document: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every value of a document with the name it stands under."""
    if isinstance(document, dict):
        return [found for name, part in document.items() for found in values_of(part, name)]
    if isinstance(document, list):
        return [found for part in document for found in values_of(part, path)]
    return [(path, document)]


def as_date(text: str) -> date | None:
    """The date in a text, if it is one."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
