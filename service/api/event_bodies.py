"""The request bodies of events in every form that is taken, each with an example that runs as it stands."""

from typing import Any

from service.api.body import CSV_TYPE, JSON_TYPE
from service.api.examples import EVENT_BODY, EVENTS_BODY
from service.api.formats.bodies import CLOUD_EVENT, CLOUD_EVENTS, NDJSON_TYPE

_CLOUD_EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "type": "outcome.milestone.v1",
    "source": "case-system",
    "id": "example-cloud-1",
    "subject": "F-91",
    "time": "2024-02-01T09:30:00+01:00",
    "data": {
        "contract": "dialog-mod-vold",
        "name": "violence_ceased",
        "evidence": {"kind": "questionnaire", "ref": "form-91"},
    },
}
_CSV = """id,source,kind,participant,on,name,evidence_kind,evidence_ref,contract
example-csv-1,case-system,enrolment,F-92,2024-01-08,started,case_system,c-98,dialog-mod-vold
example-csv-2,case-system,enrolment,F-92,2024-11-20,completed,case_system,c-98,dialog-mod-vold
"""
_JSON_LINE = (
    '{"contract": "dialog-mod-vold", "source": "case-system", "id": "example-line-1", "kind": "enrolment",'
    ' "participant": "F-93", "on": "2024-01-08", "name": "started"}\n'
)
_ENVELOPE = {"$ref": "#/components/schemas/CloudEvent"}

_SINGLE: dict[str, Any] = {**EVENT_BODY["content"], CLOUD_EVENT: {"schema": _ENVELOPE, "example": _CLOUD_EVENT}}
_MANY: dict[str, Any] = {
    **EVENTS_BODY["content"],
    CLOUD_EVENTS: {
        "schema": {"type": "array", "minItems": 1, "maxItems": 10_000, "items": _ENVELOPE},
        "example": [{**_CLOUD_EVENT, "id": "example-cloud-2"}],
    },
    CSV_TYPE: {"schema": {"type": "string"}, "example": _CSV},
    NDJSON_TYPE: {"schema": {"type": "string"}, "example": _JSON_LINE},
}
_JSON_SCHEMAS = [EVENT_BODY["content"][JSON_TYPE]["schema"], EVENTS_BODY["content"][JSON_TYPE]["schema"]]

ONE_BODY: dict[str, Any] = {"required": True, "content": _SINGLE}
MANY_BODY: dict[str, Any] = {"required": True, "content": _MANY}
EITHER_BODY: dict[str, Any] = {
    "required": True,
    "content": {**_MANY, **_SINGLE, JSON_TYPE: {**_SINGLE[JSON_TYPE], "schema": {"anyOf": _JSON_SCHEMAS}}},
}

CLOUD_EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "CloudEvent",
    "description": "An event in the envelope of CloudEvents 1.0; extension attributes are taken and not kept.",
    "required": ["specversion", "type", "source", "id", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "type": {"type": "string", "pattern": r"^outcome\.[a-z]+\.v1$", "description": "outcome.<kind>.v1"},
        "source": {"type": "string", "minLength": 1, "maxLength": 200, "description": "the sending system"},
        "id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "the sender's own id"},
        "subject": {"type": "string", "maxLength": 200, "description": "the participant, by pseudonym"},
        "time": {"type": "string", "format": "date-time", "description": "when it happened, unless data has `on`"},
        "datacontenttype": {"type": "string"},
        "dataschema": {"type": "string"},
        "data": {"type": "object", "description": "the other fields of the event, `contract` among them"},
    },
}
