"""Filled-in examples of request bodies: a whole contract file, one event of each kind, a small batch."""

from functools import cache
from pathlib import Path
from typing import Any

from service.api.body import JSON_TYPE, TOML_TYPE

_CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"


@cache
def contract_body(name: str) -> dict[str, Any]:
    """The request body of a contract operation, with a file of contracts/ as its example where it is at hand."""
    file = _CONTRACTS / name
    toml: dict[str, Any] = {"schema": {"type": "string"}}
    if file.is_file():
        toml["example"] = file.read_text(encoding="utf-8")
    return {"required": True, "content": {TOML_TYPE: toml, JSON_TYPE: {"schema": {"type": "object"}}}}


_EVENT = {
    "contract": "dialog-mod-vold",
    "source": "case-system",
    "id": "example-1",
    "kind": "milestone",
    "participant": "F-99",
    "on": "2024-02-01",
    "name": "violence_ceased",
    "evidence": {"kind": "questionnaire", "ref": "q-99"},
}
_CORRECTION = {**_EVENT, "id": "example-2", "on": "2024-02-02", "replaces": "example-1", "reason": "wrong date"}
_RETRACTION = {
    "contract": "dialog-mod-vold",
    "source": "case-system",
    "id": "example-3",
    "kind": "retraction",
    "on": "2024-02-03",
    "replaces": "example-1",
    "reason": "another family",
}
_SCHEMA = {"$ref": "#/components/schemas/Event"}

EVENT_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON_TYPE: {
            "schema": _SCHEMA,
            "examples": {
                "event": {"summary": "An event", "value": _EVENT},
                "correction": {"summary": "A correction of it", "value": _CORRECTION},
                "retraction": {"summary": "Its withdrawal", "value": _RETRACTION},
            },
        }
    },
}
EVENTS_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON_TYPE: {
            "schema": {"type": "array", "minItems": 1, "maxItems": 10_000, "items": _SCHEMA},
            "example": [_EVENT, _CORRECTION],
        }
    },
}
