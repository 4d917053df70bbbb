"""Turns what pydantic finds wrong into faults: a pointer into the input, a stable code, a remedy, never the value."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from service.core.errors import Fault

_SAFE_KEY = re.compile(r"[a-z_][a-z0-9_-]{0,59}\Z")

# pydantic's error type -> what to tell the sender; {name} is filled from the error's own limits, never from input.
_REMEDIES: dict[str, tuple[str, str]] = {
    "missing": ("required", "this field is required; add it"),
    "extra_forbidden": ("unknown-field", "holds a field that is not known; remove it or correct its spelling"),
    "string_type": ("wrong-type", "must be text in quotes"),
    "string_too_short": ("too-short", "must have at least {min_length} characters"),
    "string_too_long": ("too-long", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("wrong-form", "must match the pattern {pattern}"),
    "int_type": ("wrong-type", "must be a whole number without quotes or decimals"),
    "int_from_float": ("wrong-type", "must be a whole number without decimals"),
    "int_parsing": ("wrong-type", "must be a whole number"),
    "bool_type": ("wrong-type", "must be true or false"),
    "date_type": ("wrong-type", "must be a date, YYYY-MM-DD"),
    "date_parsing": ("wrong-form", "must be a date, YYYY-MM-DD"),
    "date_from_datetime_parsing": ("wrong-form", "must be a date, YYYY-MM-DD"),
    "date_from_datetime_inexact": ("wrong-form", "must be a date, YYYY-MM-DD, without a time"),
    "datetime_parsing": ("wrong-form", "must be a time with its offset, as 2024-02-01T09:30:00Z"),
    "datetime_from_date_parsing": ("wrong-form", "must be a time with its offset, as 2024-02-01T09:30:00Z"),
    "timezone_aware": ("naive-date-time", "has no offset; give it one, as 2024-02-01T09:30:00Z"),
    "decimal_type": ("wrong-type", "must be a number"),
    "decimal_parsing": ("wrong-type", "must be a number"),
    "finite_number": ("not-finite", "must be a finite number"),
    "decimal_max_digits": ("too-precise", "must have at most {max_digits} digits"),
    "decimal_whole_digits": ("too-large", "must have at most {whole_digits} digits before the decimal point"),
    "decimal_max_places": ("too-precise", "must have at most {decimal_places} decimals"),
    "greater_than": ("out-of-range", "must be greater than {gt}"),
    "greater_than_equal": ("out-of-range", "must be at least {ge}"),
    "less_than": ("out-of-range", "must be less than {lt}"),
    "less_than_equal": ("out-of-range", "must be at most {le}"),
    "bool_parsing": ("wrong-type", "must be true or false"),
    "enum": ("not-allowed", "must be one of: {expected}"),
    "literal_error": ("not-allowed", "must be one of: {expected}"),
    "union_tag_invalid": ("not-allowed", "must be one of: {expected_tags}"),
    "union_tag_not_found": ("required", "needs the field {discriminator} to say which kind it is"),
    "too_short": ("too-few", "needs at least {min_length} entries"),
    "too_long": ("too-many", "may have at most {max_length} entries"),
    "tuple_type": ("wrong-type", "must be a list"),
    "list_type": ("wrong-type", "must be a list"),
    "dict_type": ("wrong-type", "must be a table of keys and values"),
    "model_type": ("wrong-type", "must be a table of keys and values"),
    "model_attributes_type": ("wrong-type", "must be a table of keys and values"),
}
_UNNAMED = ("not-valid", "is not valid here; see the description of this field")


def code_of(kind: str) -> str:
    """The stable code of one of pydantic's error types."""
    return _REMEDIES.get(kind, _UNNAMED)[0]


def faults_of(error: ValidationError, document: Any, free_keys: frozenset[str] = frozenset()) -> tuple[Fault, ...]:
    """All faults of a validation, in the order found, each pointing into `document` as it was sent.

    `free_keys` name the tables whose keys are the sender's own words: no pointer goes into them.
    """
    found = error.errors(include_url=False, include_context=True, include_input=False)
    return tuple(dict.fromkeys(_fault(entry, document, free_keys) for entry in found if not _is_echo(entry, document)))


def _is_echo(entry: Any, document: Any) -> bool:
    """Whether a list seems too short only because of entries that have faults of their own."""
    if entry["type"] != "too_short":
        return False
    node = document
    for key in entry["loc"]:
        node = node[key] if _holds(node, key) else node
    return isinstance(node, list | tuple) and len(node) >= entry["ctx"]["min_length"]


def _fault(entry: Any, document: Any, free_keys: frozenset[str]) -> Fault:
    kind, context = entry["type"], entry.get("ctx", {})
    place = entry["loc"][:-1] if kind == "extra_forbidden" or entry["loc"][-1:] == ("[key]",) else entry["loc"]
    inside = next((depth for depth, key in enumerate(place, start=1) if key in free_keys), len(place))
    pointer = pointer_to(place[:inside], document, missing=kind == "missing")
    if kind == "value_error" and isinstance(context.get("error"), Refused):
        return Fault(pointer, context["error"].code, str(context["error"]))
    code, remedy = _REMEDIES.get(kind, _UNNAMED)
    return Fault(pointer, code, remedy.format_map(_Limits(context)))


class Refused(ValueError):
    """Raised by validators of the terms and events: a code and a sentence that names the remedy."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class _Limits(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "the documented limit"


def pointer_to(place: Sequence[int | str], document: Any, missing: bool = False) -> str:
    """JSON Pointer of a place pydantic names, leaving out the union tags it puts between real keys."""
    pointer, node, tag_seen = "", document, False
    for depth, key in enumerate(place):
        if not tag_seen and isinstance(node, Mapping) and node.get("kind") == key:
            tag_seen = True  # a tag may be spelled like a field of its own shape, as milestone
            continue
        inside = _holds(node, key)
        is_missing_field = missing and depth == len(place) - 1
        if not inside and not is_missing_field:
            continue
        if isinstance(key, str) and not _SAFE_KEY.match(key):
            break  # a key of the sender's own making could carry personal data
        pointer += f"/{key}"
        node, tag_seen = (node[key] if inside else None), False
    return pointer


def _holds(node: Any, key: int | str) -> bool:
    if isinstance(node, Mapping):
        return key in node
    return isinstance(node, list | tuple) and isinstance(key, int) and key < len(node)
