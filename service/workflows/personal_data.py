"""Finds Danish civil registration numbers (CPR) in what is posted, so that they are refused before they are stored."""

import re
from collections.abc import Iterator
from typing import Any

from stdnum.dk import cpr

from service.core.errors import Fault

_LOOKS_LIKE = re.compile(r"(?<!\d)\d{6}[- ]?\d{4}(?!\d)")
_ADVICE = "looks like a CPR number; send a pseudonym, never a civil registration number"


def personal_data_faults(document: Any, pointer: str = "") -> Iterator[Fault]:
    """A fault for every text in a document that holds what looks like a CPR number; the text is not repeated."""
    if isinstance(document, dict):
        for key, member in document.items():
            if isinstance(key, str) and _holds_cpr(key):
                yield Fault(pointer, "personal-data-suspected", f"a key {_ADVICE}")
            else:
                yield from personal_data_faults(member, f"{pointer}/{key}")
    elif isinstance(document, list | tuple):
        for place, member in enumerate(document):
            yield from personal_data_faults(member, f"{pointer}/{place}")
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
