"""Answers that never change under their ETag: sent whole, or as 304 to a caller who holds them already."""

import hashlib
import re
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import Response

_ETAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_ANY = "*"
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged: your copy is what stands here"}}


async def held(
    request: Request,
    if_none_match: Annotated[str | None, Header(description="the ETag of the copy that you hold")] = None,
) -> frozenset[str]:
    """The ETags that the caller holds; a weak one counts as the strong one, as RFC 9110 wants it for reading.

    The parameter is there for the documents: the header may stand in several lines, and it would be one of them.
    """
    given = ",".join(request.headers.getlist("if-none-match"))
    return frozenset({_ANY}) if given.strip() == _ANY else frozenset(_ETAG.findall(given))


Held = Annotated[frozenset[str], Depends(held)]


def unchanging(
    held: frozenset[str], body: bytes, media_type: str = "application/json", digest: bytes | None = None
) -> Response:
    """The body under a strong ETag, its SHA-256 (`digest` where it is known), or 304 where the caller holds it."""
    etag = f'"{(digest or hashlib.sha256(body).digest()).hex()}"'
    headers = {"ETag": etag, "Cache-Control": "no-store"}
    if held & {etag, _ANY}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
