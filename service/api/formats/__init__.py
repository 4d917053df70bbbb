"""The forms in which events arrive: JSON, CloudEvents, CSV and JSON lines, each read into the same documents."""

from service.api.formats.bodies import EVENT_TYPES, EVENTS_TYPES, any_events, many_events, one_event
from service.api.formats.reading import Reading

__all__ = ["EVENTS_TYPES", "EVENT_TYPES", "Reading", "any_events", "many_events", "one_event"]
