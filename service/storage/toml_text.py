"""TOML text into a document with exact decimals, and a document back into TOML text."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from service.core.errors import Fault, InvalidInput

_MOST_DOTS = 300
_PLACE = re.compile(r"at (line \d+, column \d+|end of document)")
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def parse_toml(file: bytes) -> dict[str, Any]:
    """The table in a TOML file, decimals exact; InvalidInput where the text is not TOML at all."""
    text = utf8_text(file)
    _refuse_deep_keys(text)
    try:
        return tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # ValueError alone: a whole number of thousands of digits
        found = _PLACE.search(str(error))
        place = found[1] if found else "an unknown place"
        raise malformed(
            "The text is not TOML.", f"mend the TOML at {place}; keys stand once, text stands in quotes"
        ) from None


def utf8_text(file: bytes) -> str:
    """The text of a file; InvalidInput where it is not UTF-8."""
    try:
        return file.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("The file is not UTF-8 text.", "save the file as UTF-8") from None


def malformed(message: str, remedy: str) -> InvalidInput:
    """The refusal of a text that is not in its format at all."""
    return InvalidInput(message, [Fault("", "malformed", remedy)], "malformed")


def _refuse_deep_keys(text: str) -> None:
    """The parser's work grows with the square of the dots in a key; no contract nests as deeply."""
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        raise malformed("The text is not TOML.", f"a line holds more than {_MOST_DOTS} points; nest less deeply")


def write_toml(document: Mapping[str, Any], comment: str) -> bytes:
    """The document as TOML, the same bytes for the same document: plain values, tables, then lists of tables."""
    blocks = [f"# {comment}\n", "".join(_lines(document, _is_plain))]
    for key, value in document.items():
        if isinstance(value, Mapping):
            blocks.append(f"[{_key(key)}]\n" + "".join(_lines(value)))
    for key, value in document.items():
        if _is_list_of_tables(value):
            blocks += [f"[[{_key(key)}]]\n" + "".join(_lines(entry)) for entry in value]
    return "\n".join(blocks).encode()


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _is_plain(value: Any) -> bool:
    return not isinstance(value, Mapping) and not _is_list_of_tables(value)


def _lines(table: Mapping[str, Any], wanted: Any = lambda value: True) -> Iterator[str]:
    return (f"{_key(key)} = {_value(value)}\n" for key, value in table.items() if wanted(value))


def _key(key: str) -> str:
    return key if _BARE.match(key) else _text(key)


def _text(text: str) -> str:
    shown = (_ESCAPED.get(sign) or (sign if sign.isprintable() else f"\\U{ord(sign):08x}") for sign in text)
    return f'"{"".join(shown)}"'


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, int) else _text(value)


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        return "nan" if value.is_nan() else ("-inf" if value < 0 else "inf")
    text = format(value, "f")
    return text if "." in text else f"{text}.0"
