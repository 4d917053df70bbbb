"""Finds Danish civil registration numbers (CPR) in what is posted, so that they are refused before they are stored."""

import re
from collections.abc import Iterator
from typing import Any

from stdnum.dk import cpr

from service.core.errors import Fault
from service.core.events.facts import FACT

_LOOKS_LIKE = re.compile(r"(?<!\d)\d{6}[- ]?\d{4}(?!\d)")
_FIELDS = frozenset(
    name for model in FACT.json_schema()["$defs"].values() for name in model["properties"]
)  # a key of the sender's own making could say more than a pointer should
_ADVICE = "looks like a CPR number; send a pseudonym, never a civil registration number"


def personal_data_faults(document: Any) -> Iterator[Fault]:
    """A fault for every text in a document that holds what looks like a CPR number; the text is not repeated."""
    # Hardly any document holds such a number: one look at all of its texts spares a walk with pointers.
    if _LOOKS_LIKE.search("\n".join(_texts_in(document))):
        yield from _faults_in(document, "")


def _texts_in(document: Any) -> list[str]:
    texts: list[str] = []
    waiting = [document]
    for value in waiting:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            texts += [key for key in value if isinstance(key, str)]
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
    return texts


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
