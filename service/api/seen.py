"""If-Match: which bytes the caller has seen, where a decision counts for exactly those."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from service.core.errors import Fault, InvalidInput

_ETAG = re.compile(r'(?:W/)?"([0-9a-f]{64})"')


async def _seen(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(description="the ETag of what you have read and decide on, in quotes; required", max_length=2_000),
    ] = None,
) -> frozenset[str]:
    """The digests that the caller has seen; refused where it names none: `*` is nothing that anybody has seen."""
    given = ",".join(request.headers.getlist("if-match")) if if_match is not None else ""
    digests = frozenset(_ETAG.findall(given))
    if not digests:
        fault = Fault("If-Match", "required", "must name the digest you have seen, in quotes, as ETag gives it")
        raise InvalidInput("Say in If-Match what you have seen.", [fault], "if-match-required")
    return digests


SeenDep = Annotated[frozenset[str], Depends(_seen)]
