"""One table from the service's error codes to HTTP, and one problem format (RFC 9457) on every route."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from service.core.errors import (
    BrokenInvariant,
    Conflict,
    Fault,
    InvalidInput,
    LedgerError,
    NotAuthenticated,
    NotFound,
    WrongState,
)

PROBLEM = "application/problem+json"

STATUS_BY_ERROR: dict[type[LedgerError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    WrongState: 409,
    Conflict: 409,
    NotAuthenticated: 401,
    BrokenInvariant: 500,
    LedgerError: 500,
}
STATUS_BY_CODE: dict[str, int] = {
    "malformed": 400,
    "body-too-large": 413,
    "media-type-not-supported": 415,
}


class FaultOut(BaseModel):
    """One thing wrong with the request."""

    pointer: str = Field(description="JSON Pointer into the body, or the name of a query parameter")
    code: str
    detail: str = Field(description="what is allowed and how to mend it; never the value that was sent")


class Problem(BaseModel):
    """What every error looks like (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="stable; rely on this, not on the words")
    detail: str
    errors: list[FaultOut] = Field(default_factory=list)


def problem(
    status: int, code: str, detail: str, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document."""
    content: dict[str, Any] = {
        "type": f"urn:outcomes-ledger:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in faults],
    }
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(content), status, headers=sent, media_type=PROBLEM)


def problem_of(error: LedgerError) -> Response:
    """The problem document of a refusal."""
    by_kind = next(STATUS_BY_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_BY_ERROR)
    status = STATUS_BY_CODE.get(error.code, by_kind)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    if status == 500:
        return problem(500, error.code, "The ledger refused to go on; nothing was stored. Call the operator.")
    return problem(status, error.code, error.message, getattr(error, "faults", ()), headers)


def install_problem_format(app: FastAPI) -> None:
    """Answer every error with a problem document, the framework's own errors included."""

    async def refused(_: Request, error: Exception) -> Response:
        return problem_of(error) if isinstance(error, LedgerError) else await broke(_, error)

    async def misread(_: Request, error: Exception) -> Response:
        faults = _parameter_faults(error) if isinstance(error, RequestValidationError) else ()
        return problem(422, "parameter-invalid", "The request's parameters are not valid.", faults)

    async def turned_away(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        details = {404: "There is nothing at this address.", 405: "This address does not take this method."}
        code = HTTPStatus(status).phrase.lower().replace(" ", "-")
        return problem(status, code, details.get(status, HTTPStatus(status).phrase), headers=headers)

    async def broke(_: Request, __: Exception) -> Response:
        return problem(500, "internal-error", "Something went wrong here; nothing was stored. Try again later.")

    app.add_exception_handler(LedgerError, refused)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(HTTPException, turned_away)
    app.add_exception_handler(Exception, broke)


def _parameter_faults(error: RequestValidationError) -> list[Fault]:
    """Where and what, without the value: the framework's own message would repeat it."""
    faults = []
    for entry in error.errors():
        place, *names = entry["loc"]
        expected = entry.get("ctx", {}).get("expected")
        detail = f"must be one of: {expected}" if expected else f"is not valid in the {place}; see its description"
        faults.append(Fault("/".join(str(name) for name in names), str(entry["type"]).replace("_", "-"), detail))
    return faults


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem responses a route declares; what any route can answer is added."""
    declared = {401, 422, 500, *statuses}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted(declared)
    }
