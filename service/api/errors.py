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

from service.api.documented_problems import PROBLEM, documented
from service.api.problem_codes import type_of
from service.core.errors import (
    BrokenInvariant,
    Conflict,
    Fault,
    InvalidInput,
    LedgerError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    QuotaExceeded,
    Stale,
    Unavailable,
    WrongState,
)
from service.core.faults import code_of
from service.telemetry.marks import current_marks
from service.telemetry.metrics import INVARIANT_FAILURES

STATUS_BY_ERROR: dict[type[LedgerError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    WrongState: 409,
    Conflict: 409,
    NotAuthenticated: 401,
    NotAllowed: 403,
    QuotaExceeded: 429,
    Stale: 412,
    Unavailable: 503,
    BrokenInvariant: 500,
    LedgerError: 500,
}
STATUS_BY_CODE: dict[str, int] = {
    "malformed": 400,
    "idempotency-key-malformed": 400,
    "not-acceptable": 406,
    "body-too-slow": 408,
    "body-too-large": 413,
    "media-type-not-supported": 415,
    "if-match-required": 428,
}
# What the framework refuses by itself, before an operation is found.
TURNED_AWAY: dict[int, tuple[str, str]] = {
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This address does not take this method."),
}
TURNED_AWAY_OTHERWISE = "request-refused"
# A database that restarts is back within seconds; a full disk takes longer, and then the caller waits again.
HEADERS_BY_STATUS: dict[int, dict[str, str]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}
_HEADERS_BY_CODE: dict[str, dict[str, str]] = {"request-in-progress": {"Retry-After": "1"}}


class FaultOut(BaseModel):
    """One thing wrong with the request."""

    pointer: str = Field(description="JSON Pointer into the body, or the name of a query parameter")
    code: str
    detail: str = Field(description="what is allowed and how to mend it; never the value that was sent")


class Problem(BaseModel):
    """What every error looks like (RFC 9457)."""

    type: str = Field(description="the address of the page on its code")
    title: str
    status: int
    code: str = Field(description="stable; rely on this, not on the words")
    detail: str
    errors: list[FaultOut] = Field(default_factory=list)
    available_actions: list[str] | None = Field(
        None, description="what can be done instead, where the state of things does not allow what was asked"
    )
    request_id: str | None = Field(None, description="stands in the service's log too; tell it to the operator")


def problem(
    status: int,
    code: str,
    detail: str,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
    available_actions: Iterable[str] | None = None,
) -> Response:
    """A problem document."""
    marks = current_marks()
    content: dict[str, Any] = {
        "type": type_of(code),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in faults],
        "request_id": marks.request_id if marks else None,
    }
    if available_actions is not None:
        content["available_actions"] = list(available_actions)
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(content), status, headers=sent, media_type=PROBLEM)


def problem_of(error: LedgerError) -> Response:
    """The problem document of a refusal."""
    by_kind = next(STATUS_BY_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_BY_ERROR)
    status = STATUS_BY_CODE.get(error.code, by_kind)
    if status == 500:
        return problem(500, error.code, "The ledger refused to go on; nothing was stored. Call the operator.")
    headers = _HEADERS_BY_CODE.get(error.code, HEADERS_BY_STATUS.get(status))
    if isinstance(error, QuotaExceeded):
        headers = {"Retry-After": str(error.retry_after_seconds)}
    actions = error.available_actions if isinstance(error, WrongState) else None
    return problem(status, error.code, error.message, getattr(error, "faults", ()), headers, actions)


def install_problem_format(app: FastAPI) -> None:
    """Answer every error with a problem document, the framework's own errors included."""

    async def refused(_: Request, error: Exception) -> Response:
        answer = problem_of(error) if isinstance(error, LedgerError) else broke()
        if answer.status_code >= 500:
            _remember(error)
        return answer

    async def misread(_: Request, error: Exception) -> Response:
        faults = _parameter_faults(error) if isinstance(error, RequestValidationError) else ()
        return problem(422, "parameter-invalid", "The request's parameters are not valid.", faults)

    async def turned_away(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        code, detail = TURNED_AWAY.get(status, (TURNED_AWAY_OTHERWISE, HTTPStatus(status).phrase))
        return problem(status, code, detail, headers=headers)

    app.add_exception_handler(LedgerError, refused)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(HTTPException, turned_away)


def broke() -> Response:
    """The answer where nobody expected the error."""
    return problem(500, "internal-error", "Something went wrong here; nothing was stored. Try again later.")


def stopping() -> Response:
    """The answer to a request that did not end in the time that a stopping service gives it."""
    detail = "The service is stopping; the request was stored whole or not at all. Send it again as it was."
    return problem(503, "unavailable", detail, headers=HEADERS_BY_STATUS[503])


def _remember(error: Exception) -> None:
    if isinstance(error, BrokenInvariant):
        INVARIANT_FAILURES.inc()
    marks = current_marks()
    if marks is not None:
        marks.error = error


def _parameter_faults(error: RequestValidationError) -> list[Fault]:
    """Where and what, without the value: the framework's own message would repeat it."""
    faults = []
    for entry in error.errors():
        place, *names = entry["loc"]
        expected = entry.get("ctx", {}).get("expected")
        detail = f"must be one of: {expected}" if expected else f"is not valid in the {place}; see its description"
        faults.append(Fault("/".join(str(name) for name in names), code_of(entry["type"]), detail))
    return faults


def problems(*declared: int | str) -> dict[int | str, dict[str, Any]]:
    """The problem responses a route declares, by code, or by status where it has one code only; what any route can
    answer is added."""
    return documented(declared)
