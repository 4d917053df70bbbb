"""Reads request bodies: bounded in size and in time, of a known media type, JSON only as two parsers read it alike."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request

from service.core.errors import Fault, InvalidInput
from service.storage.strict_json import strict_json

JSON_TYPE, TOML_TYPE, CSV_TYPE = "application/json", "application/toml", "text/csv"


def media_type_of(request: Request, *allowed: str) -> str:
    """The request's media type without parameters; refused unless allowed."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given in ("text/plain", "application/x-toml") and TOML_TYPE in allowed:
        return TOML_TYPE
    if given not in allowed:
        raise InvalidInput(
            f"Send the body as {' or '.join(allowed)}, named in Content-Type.", (), "media-type-not-supported"
        )
    return given


async def read_body(request: Request) -> bytes:
    """The whole body; refused as soon as it is larger than the service reads."""
    limit: int = request.app.state.body_limit_bytes
    chunks, size = [], 0
    async for chunk in _pieces(request):
        size += len(chunk)
        if size > limit:
            fault = Fault("", "too-large", f"at most {limit} bytes; send fewer events at a time")
            raise InvalidInput("The body is larger than the service reads.", [fault], "body-too-large")
        chunks.append(chunk)
    return b"".join(chunks)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes in; refused when nothing comes for too long."""
    seconds: int = request.app.state.body_seconds
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(seconds):
                piece = await anext(stream, None)
        except TimeoutError:
            fault = Fault("", "too-slow", f"must not pause for more than {seconds} seconds")
            raise InvalidInput("The body did not come to its end.", [fault], "body-too-slow") from None
        if piece is None:
            return
        yield piece


async def read_nothing(request: Request) -> bytes:
    """The body of a request that has nothing to say: no byte, or the empty JSON object; anything else is refused."""
    body = await read_body(request)
    if body:
        media_type_of(request, JSON_TYPE)
        if strict_json(body) != {}:
            fault = Fault("", "not-allowed", "must be empty, or the empty object {}")
            raise InvalidInput("This address takes nothing in its body.", [fault])
    return body
