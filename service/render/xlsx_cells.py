"""What a cell of a spreadsheet can hold: the numbers, dates and texts that it keeps exactly, and how wide they are."""

from datetime import date
from decimal import Decimal

from service.core.money import readable
from service.render.sheets import NUMBERS, Cell, Plain

MOST_DIGITS = 15  # of a number in Excel; a double holds each of them exactly enough to be read back
LONGEST_TEXT = 32_767  # of a cell, in UTF-16 units
_LONGEST_NUMBER = 300  # characters; a double ends at 10^308


def is_exact_as_number(text: str) -> bool:
    """Whether a decimal string survives as a number: 15 significant digits, zeros at either end not counted."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return len(digits) <= MOST_DIGITS and len(text) <= _LONGEST_NUMBER


def not_a_number_note(text: str) -> str:
    """Why an amount stands as text."""
    digits = len(text.lstrip("-").replace(".", "").strip("0"))
    return f"Exact, and therefore text: it has {digits} digits, and a number in a spreadsheet keeps {MOST_DIGITS}."


def decimals_shown(kind: str, text: str) -> int:
    """How many decimals a number is shown with: those it has; a percentage two fewer."""
    decimals = len(text.partition(".")[2])
    return max(decimals - 2, 0) if kind == "percent" else decimals


def day_in(value: Plain) -> date | None:
    """The date of a cell; None where it is none, or lies before 1900, where a spreadsheet's dates begin."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return None
    return day if day.year >= 1900 and day.isoformat() == str(value) else None


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text as far as a cell, or what else holds so many UTF-16 units, holds it: whole characters only."""
    if len(text) * 2 <= longest:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * longest].decode("utf-16-le", "ignore")


def width_of(cell: Cell) -> int:
    """How many characters a cell shows in its longest line."""
    if cell.value is None:
        return 0
    text = str(cell.value)
    if cell.kind == "percent" and is_exact_as_number(text):
        return len(f"{Decimal(text) * 100:f}") + 1
    if cell.kind in NUMBERS and is_exact_as_number(text):
        return len(readable(text))
    return max(map(len, text.split("\n")))


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in that many characters, a sixth of them lost where words break."""
    if len(text) <= width and "\n" not in text:
        return 1
    return sum(1 if len(line) <= width else -(-len(line) * 6 // (width * 5)) for line in text.split("\n"))
