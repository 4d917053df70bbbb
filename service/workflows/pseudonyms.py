"""Makes pseudonyms of civil registration numbers where these are at home: offline, storing nothing."""

import csv
import hmac
import io
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from service.core.errors import Fault, InvalidInput

KEY_BYTES = 32
_NUMBER = re.compile(r"\d{6}[- ]?\d{4}", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{64}\s*", re.ASCII)
_LENGTH = 26  # of 5 bits each: 130


def pseudonym(key: bytes, number: str) -> str:
    """`p1_` and the first 26 characters of the base32, in small letters, of HMAC-SHA-256(key, the ten digits)."""
    digits = re.sub("[- ]", "", number)
    return f"p1_{b32encode(hmac.digest(key, digits.encode(), 'sha256')).decode().lower()[:_LENGTH]}"


def key_in(text: str) -> bytes:
    """The key (32 bytes) in the text of a key file, 64 hexadecimal digits; InvalidInput, which does not repeat it."""
    if not _KEY.fullmatch(text):
        told = "must hold 64 hexadecimal digits (0-9, a-f) and nothing else; --make-key makes one"
        raise InvalidInput("The key is not valid.", [Fault("--key", "wrong-form", told)])
    return bytes.fromhex(text)


def pseudonyms_of_lines(key: bytes, text: str) -> str:
    """A pseudonym a line for a number a line; InvalidInput naming every line that is no number, never what it holds."""
    lines = text.removeprefix("\ufeff").splitlines()
    return "".join(f"{made}\n" for made in _all_made(key, enumerate((line.strip() for line in lines), start=1)))


def pseudonyms_in_column(key: bytes, text: str, column: str, delimiter: str = ",") -> str:
    """The CSV text with the numbers of one column replaced and everything else as it was; InvalidInput as above, or
    where no column, or more than one, is called so."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    rows, numbered = _rows_of(reader)
    if not rows or rows[0].count(column) != 1:
        raise _refused([Fault("line 1", "unknown-field", "must name the column given as --column, once")])
    place = rows[0].index(column)
    uneven = [line for line, row in zip(numbered, rows, strict=True) if len(row) != len(rows[0])]
    if uneven:
        raise _refused([Fault(f"line {line}", "wrong-size", "must have as many cells as the first") for line in uneven])
    cells = [(line, row[place].strip()) for line, row in zip(numbered, rows, strict=True)][1:]
    for row, made in zip(rows[1:], _all_made(key, cells), strict=True):
        row[place] = made
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _rows_of(reader: Any) -> tuple[list[list[str]], list[int]]:
    """The rows that hold something, and the lines they end on."""
    rows, lines = [], []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error:
        raise _refused(
            [Fault(f"line {reader.line_num}", "malformed", "cannot be read as CSV; see its quotes")]
        ) from None
    return rows, lines


def _all_made(key: bytes, numbers: Iterable[tuple[int, str]]) -> Sequence[str]:
    given = list(numbers)
    faults = list(_faults(given))
    if faults:
        raise _refused(faults)
    return [pseudonym(key, number) for _, number in given]


def _faults(given: Iterable[tuple[int, str]]) -> Iterator[Fault]:
    for line, number in given:
        if not _NUMBER.fullmatch(number):
            told = "must be ten digits, with or without a dash or space before the last four"
            yield Fault(f"line {line}", "wrong-form", told)


def _refused(faults: Sequence[Fault]) -> InvalidInput:
    return InvalidInput("No pseudonym was made.", faults)
