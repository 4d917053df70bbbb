"""The Idempotency-Key of a request: read from its header, told from any other request, answered with its mark."""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from service.core.errors import Fault, InvalidInput
from service.workflows.idempotency import Answer, Asked

REPLAYED = "Idempotency-Replayed"
_BARE = re.compile(r"[!#-+\--:<-\[\]-~]{1,255}")
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\]){1,255})"')
_ESCAPED = re.compile(r"\\(.)")


async def _idempotency_key(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="a key of your own, new for every request (a UUID): sent again with the same key, the request "
            "is answered again and not done again",
            max_length=600,
        ),
    ] = None,
) -> str | None:
    """The key, without the quotes that the draft asks for and many leave out; None where there is none."""
    given = request.headers.getlist("idempotency-key") if idempotency_key is not None else []
    if not given:
        return None
    text = given[0].strip()
    quoted = _QUOTED.fullmatch(text)
    if len(given) == 1 and quoted:
        return _ESCAPED.sub(r"\1", quoted[1])
    if len(given) == 1 and _BARE.fullmatch(text):
        return text
    fault = Fault("Idempotency-Key", "wrong-form", "must be one key of 1 to 255 visible ASCII characters in quotes")
    raise InvalidInput("The Idempotency-Key cannot be read.", [fault], "idempotency-key-malformed")


KeyDep = Annotated[str | None, Depends(_idempotency_key)]


def asked(request: Request, route: str, key: str | None, actor: str, body: bytes) -> Asked | None:
    """The request as it is remembered under its key, among those of the route's template; None where it has none."""
    if key is None:
        return None
    said = (request.method.encode(), request.url.path.encode(), body)
    parts = b"".join(len(part).to_bytes(8) + part for part in said)
    return Asked(actor, f"{request.method} {route}", key, hashlib.sha256(parts).digest())


def sent_as(answer: Answer) -> Response:
    """The answer on the wire; what was answered before says so."""
    headers = {"Location": answer.location} if answer.location else {}
    if answer.replayed:
        headers[REPLAYED] = "true"
    return Response(answer.body, answer.status, headers=headers, media_type="application/json")
