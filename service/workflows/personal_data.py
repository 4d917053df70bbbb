"""Finds Danish civil registration numbers (CPR) in what is posted, so that they are refused before they are stored."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from stdnum.dk import cpr

from service.core.errors import Fault
from service.core.events.facts import FACT

_LOOKS_LIKE = re.compile(r"(?<!\d)\d{6}[- ]?\d{4}(?!\d)")
# Each byte as 0 where it can be of a digit (those of other scripts are no ASCII), as - where it can part the number.
_SHAPE = bytes(
    ord("0") if byte >= 128 or chr(byte).isdigit() else ord("-") if chr(byte) in "- " else ord("x")
    for byte in range(256)
)
_TEN_DIGITS, _SIX_AND_FOUR = b"0000000000", b"000000-0000"
_FIELDS = frozenset(
    name for model in FACT.json_schema()["$defs"].values() for name in model["properties"]
)  # a key of the sender's own making could say more than a pointer should
_ADVICE = "looks like a CPR number; send a pseudonym, never a civil registration number"


def personal_data_faults(document: Any) -> Sequence[Fault]:
    """A fault for every place in a document that holds what looks like a CPR number; the text is not repeated."""
    return tuple(dict.fromkeys(_faults_in(document, ""))) if _may_hold_cpr(document) else ()


def _may_hold_cpr(document: Any) -> bool:
    """False only where no text can hold one: hardly any does, and this costs a tenth of looking at each by itself."""
    try:
        shape = orjson.dumps(document, default=str).translate(_SHAPE)
    except TypeError:  # a lone surrogate, or a number too large for this writer
        return True
    return _TEN_DIGITS in shape or _SIX_AND_FOUR in shape


def _faults_in(document: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(document, dict):
        for key, member in document.items():
            if isinstance(key, str) and _holds_cpr(key):
                yield Fault(pointer, "personal-data-suspected", f"a key {_ADVICE}")
            else:
                yield from _faults_in(member, f"{pointer}/{key}" if key in _FIELDS else pointer)
    elif isinstance(document, list | tuple):
        for place, member in enumerate(document):
            yield from _faults_in(member, f"{pointer}/{place}")
    elif isinstance(document, str) and _holds_cpr(document, is_participant=pointer == "/participant"):
        yield Fault(pointer, "personal-data-suspected", _ADVICE)


def _holds_cpr(text: str, is_participant: bool = False) -> bool:
    """A valid date is enough in a participant's id; elsewhere one number in thirty would pass by chance, so a
    separator or the old check digit has to speak for it as well."""
    for found in _LOOKS_LIKE.finditer(text):
        number = cpr.compact(found[0].replace(" ", ""))
        if cpr.is_valid(number) and (is_participant or len(found[0]) > 10 or cpr.checksum(number) == 0):
            return True
    return False
