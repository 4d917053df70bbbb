"""What a command shows, written as a file for a spreadsheet: the options --format and --to, and the writing."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.cli.running import out, stop
from service.render import Workbook, to_csv, to_xlsx


class FileForm(StrEnum):
    """The forms of a file."""

    CSV = "csv"
    XLSX = "xlsx"


_WRITERS: dict[FileForm, Callable[[Workbook], bytes]] = {FileForm.CSV: to_csv, FileForm.XLSX: to_xlsx}
AsForm = Annotated[FileForm | None, typer.Option("--format", help="Write it as a file; needs --to.")]
ToFile = Annotated[Path | None, typer.Option("--to", help="The file to write; needs --format.", dir_okay=False)]


def write_file(form: FileForm | None, to: Path | None, workbook: Callable[[], Workbook]) -> None:
    """Write the workbook in that form to that file; exit code 2 where one of them is missing, 1 where it cannot be."""
    if form is None or to is None:
        stop(f"--format and --to go together, as in: --format xlsx --to {to or 'statement.xlsx'}", 2)
    content = _WRITERS[form](workbook())
    try:
        to.write_bytes(content)
    except OSError as error:
        stop(f"The file cannot be written: {error}")
    out.print(f"{to}: {len(content)} bytes", soft_wrap=True, highlight=False)
