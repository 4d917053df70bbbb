"""CloudEvents 1.0 in structured JSON: the envelope carries what every event has, `data` the rest.

type = outcome.<kind>.v1, subject = participant, time = on where `data` has none; extension attributes are not kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from service.api.formats.reading import Reading
from service.core.errors import Fault
from service.core.events.facts import KINDS
from service.workflows.reading_events import Misread

_TYPE = re.compile(r"outcome\.([a-z]+)\.v1")
_EXTENSION = re.compile(r"[a-z0-9]{1,60}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
_IN_ENVELOPE = {"id": "/id", "source": "/source", "kind": "/type", "participant": "/subject"}
_MOVED_TO = {"id": "id", "source": "source", "kind": "type", "participant": "subject"}
_OWN = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"}
)


def read_cloud_events(values: Sequence[Any]) -> Reading:
    """The events in a list of CloudEvents; a fault's pointer names the attribute, or goes into `/data`."""
    documents = [_document(value) for value in values]

    def translate(place: int, pointer: str) -> str:
        return _pointer(values[place], pointer)

    return Reading(documents, translate=translate)


def _pointer(value: Any, pointer: str) -> str:
    first = pointer[1:].partition("/")[0]
    if first in _IN_ENVELOPE:
        return _IN_ENVELOPE[first]
    if first == "on" and not _has_on(value):
        return "/time"
    return pointer if not pointer or first in _OWN else f"/data{pointer}"


def _has_on(value: Any) -> bool:
    data = value.get("data") if isinstance(value, Mapping) else None
    return isinstance(data, Mapping) and "on" in data


def _document(value: Any) -> Any:
    if not isinstance(value, dict):
        return Misread((Fault("", "wrong-type", "must be an object: a CloudEvent in structured form"),))
    event = {name: part for name, part in value.items() if part is not None}
    faults = (*_faults(event), *_data_faults(event))
    data = event.get("data")
    document = dict(data) if isinstance(data, dict) else {}
    document |= {own: event[name] for own, name in _MOVED_TO.items() if name in event and own != "kind"}
    if "time" in event:
        document.setdefault("on", event["time"])
    named = _TYPE.fullmatch(str(event.get("type")))
    if named is None or named[1] not in KINDS or not isinstance(data, dict):
        return Misread(faults)
    document["kind"] = named[1]
    return Misread(faults, document) if faults else document


def _faults(event: Mapping[str, Any]) -> Iterator[Fault]:
    if "specversion" not in event:
        yield Fault("/specversion", "required", 'this attribute is required; add "specversion": "1.0"')
    elif event["specversion"] != "1.0":
        yield Fault("/specversion", "not-allowed", "must be one of: '1.0'")
    named = _TYPE.fullmatch(str(event.get("type")))
    if "type" not in event:
        yield Fault("/type", "required", "this attribute is required; add it, as outcome.milestone.v1")
    elif not isinstance(event["type"], str) or named is None or named[1] not in KINDS:
        allowed = ", ".join(f"outcome.{kind}.v1" for kind in KINDS)
        yield Fault("/type", "not-allowed", f"must be one of: {allowed}")
    if "time" in event and not _is_moment(event["time"]):
        yield Fault("/time", "wrong-form", "must be a date-time with an offset, as 2024-02-01T09:30:00+01:00")
    yield from _extension_faults(event)


def _extension_faults(event: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in event.items():
        if name not in _OWN and not _EXTENSION.fullmatch(name):
            yield Fault("", "unknown-field", "holds an attribute whose name is not of a-z and 0-9; rename or remove it")
        elif name not in _OWN and not isinstance(value, str | bool | int):
            yield Fault("", "wrong-type", "holds an extension attribute that is not text, whole number, true or false")
    if "dataschema" in event and not isinstance(event["dataschema"], str):
        yield Fault("/dataschema", "wrong-type", "must be text in quotes")


def _data_faults(event: Mapping[str, Any]) -> Iterator[Fault]:
    content = event.get("datacontenttype", "application/json")
    if not isinstance(content, str) or content.partition(";")[0].strip().lower() != "application/json":
        yield Fault("/datacontenttype", "not-allowed", "must be one of: 'application/json'")
    if "data_base64" in event:
        yield Fault("/data_base64", "not-allowed", "send the fields of the event as an object in data")
    data = event.get("data")
    if data is None:
        yield Fault("/data", "required", "this attribute is required; add it, with the rest of the event's fields")
    elif not isinstance(data, dict):
        yield Fault("/data", "wrong-type", "must be an object with the rest of the event's fields")
    else:
        for own in sorted(_MOVED_TO.keys() & data.keys()):
            told = f"stands in the envelope as {_MOVED_TO[own]}; remove it from data"
            yield Fault(f"/data/{own}", "not-allowed", told)


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    return True
