"""Chooses by Content-Type how a body of events is read, and off the event loop where it is large."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from fastapi import Request

from service.api.body import CSV_TYPE, JSON_TYPE, media_type_of, read_body
from service.api.formats.cloud_events import read_cloud_events
from service.api.formats.lines import read_csv, read_json_lines, with_contract
from service.api.formats.reading import Reading
from service.core.errors import Fault, InvalidInput
from service.storage.strict_json import strict_json
from service.workflows.ingest import LARGEST_BATCH

CLOUD_EVENT, CLOUD_EVENTS = "application/cloudevents+json", "application/cloudevents-batch+json"
NDJSON_TYPE = "application/x-ndjson"
EVENT_TYPES = (JSON_TYPE, CLOUD_EVENT)
EVENTS_TYPES = (JSON_TYPE, CLOUD_EVENTS, CSV_TYPE, NDJSON_TYPE)
_LARGE_BYTES = 200_000  # read in a thread from here on: parsing would hold up other requests


async def one_event(request: Request, contract: str | None) -> Reading:
    """The one event of a body; `contract` fills in where it names none."""
    return await _read(request, EVENT_TYPES, contract)


async def many_events(request: Request, contract: str | None) -> Reading:
    """The 1 to 10,000 events of a body; InvalidInput where it is no such list."""
    return await _read(request, EVENTS_TYPES, contract)


async def any_events(request: Request, contract: str | None) -> Reading:
    """One event or a list of them, in any form."""
    return await _read(request, tuple(dict.fromkeys(EVENT_TYPES + EVENTS_TYPES)), contract)


async def _read(request: Request, allowed: Sequence[str], contract: str | None) -> Reading:
    media_type = media_type_of(request, *allowed)
    body = await read_body(request)
    if len(body) < _LARGE_BYTES:
        return _parsed(body, media_type, allowed, contract)
    return await asyncio.to_thread(_parsed, body, media_type, allowed, contract)


def _parsed(body: bytes, media_type: str, allowed: Sequence[str], contract: str | None) -> Reading:
    reading = _read_as(body, media_type, allowed, contract)
    if CLOUD_EVENTS in allowed and not 1 <= len(reading.documents) <= LARGEST_BATCH:
        raise _wrong_size()
    if contract is None:
        return reading
    return replace(reading, documents=[with_contract(document, contract) for document in reading.documents])


def _read_as(body: bytes, media_type: str, allowed: Sequence[str], contract: str | None) -> Reading:
    if media_type == CSV_TYPE:
        return read_csv(body, contract)
    if media_type == NDJSON_TYPE:
        return read_json_lines(body)
    value = strict_json(body)
    if media_type == JSON_TYPE and CLOUD_EVENT in allowed:
        is_list = CLOUD_EVENTS in allowed and isinstance(value, list)
    else:
        is_list = media_type != CLOUD_EVENT
    if is_list and not isinstance(value, list):
        raise _wrong_size()
    values = value if is_list else [value]
    return Reading(values) if media_type == JSON_TYPE else read_cloud_events(values)


def _wrong_size() -> InvalidInput:
    fault = Fault("", "wrong-size", f"must be a list of 1 to {LARGEST_BATCH} events")
    return InvalidInput("The batch is not a list of events.", [fault], "batch-invalid")
