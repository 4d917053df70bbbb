"""How schemathesis writes the forms that it does not know by itself; its process loads this file by its name."""

from typing import Any

import orjson
import schemathesis


@schemathesis.serializer("application/toml", "application/x-ndjson", "application/cloudevents+json")
def as_text(context: Any, value: Any) -> bytes:
    """Texts as they are; whatever else it thinks of as JSON, which none but the last of these forms takes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    try:
        return orjson.dumps(value)
    except TypeError:  # whole numbers beyond 64 bits, or what stands for no JSON at all
        return repr(value).encode()
