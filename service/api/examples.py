"""Filled-in examples of request bodies: a whole contract file, its amendment, one event of each kind, a small batch."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from service.api.body import JSON_TYPE, TOML_TYPE


@cache
def contract_body(name: str, **in_json: Any) -> dict[str, Any]:
    """The request body of a contract operation: its example is a whole TOML file that stands beside this module, and
    as JSON the same with the fields that differ, so that both can be sent one after the other."""
    file = Path(__file__).with_name(name).read_text(encoding="utf-8")
    as_toml = {"schema": {"type": "string"}, "example": file}
    terms = _in_json(tomllib.loads(file, parse_float=_plain)) | in_json
    as_json = {"schema": {"$ref": "#/components/schemas/Terms"}, "example": terms}
    return {"required": True, "content": {TOML_TYPE: as_toml, JSON_TYPE: as_json}}


def _plain(amount: str) -> str:
    return amount.replace("_", "")


def _in_json(value: Any) -> Any:
    """The same contract as JSON has it: amounts and dates are text."""
    match value:
        case dict():
            return {name: _in_json(part) for name, part in value.items()}
        case list():
            return [_in_json(part) for part in value]
        case date():
            return value.isoformat()
    return value


_DEMO = {"contract": "dialog-mod-vold"}
_CASE = {**_DEMO, "source": "case-system", "participant": "F-90"}
_EVIDENCE = {"evidence": {"kind": "case_system", "ref": "case-90"}}
_MILESTONE = {
    **_CASE,
    "id": "example-milestone",
    "kind": "milestone",
    "on": "2024-02-01",
    "name": "violence_ceased",
    "evidence": {"kind": "questionnaire", "ref": "form-90"},
}
_ENROLMENT = {
    **_CASE,
    "id": "example-enrolment",
    "kind": "enrolment",
    "on": "2023-06-05",
    "name": "started",
    **_EVIDENCE,
}
_STATUS = {
    **_CASE,
    "id": "example-status",
    "kind": "status",
    "on": "2023-07-01",
    "name": "housing",
    "value": "own_home",
    **_EVIDENCE,
}
_MEASUREMENT = {
    **_CASE,
    "id": "example-measurement",
    "kind": "measurement",
    "on": "2023-07-01",
    "name": "wellbeing",
    "value": "52",
    "unit": "points",
}
_OCCURRENCE = {
    **_CASE,
    "id": "example-occurrence",
    "kind": "occurrence",
    "on": "2023-08-14",
    "name": "shelter_stay",
    **_EVIDENCE,
}
_COVERAGE = {
    **_CASE,
    "id": "example-coverage",
    "kind": "coverage",
    "on": "2024-01-08",
    "names": ["shelter_stay"],
    "from": "2023-06-05",
    "through": "2023-12-31",
    **_EVIDENCE,
}
_AGGREGATE = {
    **_DEMO,
    "source": "evaluator",
    "id": "example-aggregate",
    "kind": "aggregate",
    "on": "2023-12-31",
    "name": "municipal_services_cost",
    "group": "comparison",
    "value": "212000.00",
    "unit": "DKK",
    "n": 48,
    "delivered_by": "the evaluator",
    "evidence": {"kind": "evaluation_report", "ref": "report-2023, table 4"},
}
# Both name demo events of families that left the programme, so that no amount of the demo changes.
_CORRECTION = {
    **_DEMO,
    "source": "aarhus-sfb",
    "id": "example-correction",
    "kind": "occurrence",
    "participant": "F-04",
    "on": "2022-05-15",
    "name": "emergency_visit",
    "evidence": {"kind": "hospital_register", "ref": "lpr-2022-08"},
    "replaces": "F-04-emergency_visit-2022-05-14",
    "reason": "the visit was after midnight",
}
_RETRACTION = {
    **_DEMO,
    "source": "aarhus-sfb",
    "id": "example-retraction",
    "kind": "retraction",
    "on": "2024-02-03",
    "replaces": "F-07-charge-2022-11-26",
    "reason": "another family",
}
_SCHEMA = {"$ref": "#/components/schemas/Event"}

EVENT_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON_TYPE: {
            "schema": _SCHEMA,
            "examples": {
                "milestone": {"summary": "A milestone was reached", "value": _MILESTONE},
                "enrolment": {"summary": "A participant started", "value": _ENROLMENT},
                "status": {"summary": "A status from a day on", "value": _STATUS},
                "measurement": {"summary": "A measurement", "value": _MEASUREMENT},
                "occurrence": {"summary": "Something happened that ought not to", "value": _OCCURRENCE},
                "coverage": {"summary": "A register was searched for a span of days", "value": _COVERAGE},
                "aggregate": {"summary": "A figure for a group, from an evaluator's report", "value": _AGGREGATE},
                "correction": {"summary": "A correction of an event of the demo", "value": _CORRECTION},
                "retraction": {"summary": "The withdrawal of an event of the demo", "value": _RETRACTION},
            },
        }
    },
}
EVENTS_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON_TYPE: {
            "schema": {"type": "array", "minItems": 1, "maxItems": 10_000, "items": _SCHEMA},
            "example": [_ENROLMENT, _MILESTONE],
        }
    },
}
# What generic clients send when they have nothing to say.
NO_BODY: dict[str, Any] = {
    "required": False,
    "content": {JSON_TYPE: {"schema": {"type": "object", "maxProperties": 0}, "example": {}}},
}
