"""The problems that the document of the API names: for each status and code, an example as it is answered."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from service.api.problem_codes import CODE_PAGES, type_of

PROBLEM = "application/problem+json"

# What any operation can answer, and the codes that alone stand behind a status.
OF_EVERY_OPERATION = (
    "not-authenticated",
    "permission-missing",
    "quota-exceeded",
    "not-acceptable",
    "parameter-invalid",
    "internal-error",
    "broken-invariant",
    "unavailable",
    "issuer-unavailable",
)
_CODES: dict[int, tuple[str, ...]] = {
    400: ("malformed", "idempotency-key-malformed"),
    401: ("not-authenticated",),
    403: ("second-person-needed", "permission-missing", "own-reads-in-sample"),
    404: (
        "settlement-not-found",
        "drawdown-not-found",
        "adjustment-not-found",
        "dispute-not-found",
        "draft-not-found",
        "contract-not-found",
        "credential-not-found",
        "access-sample-not-found",
        "version-not-found",
        "payer-not-found",
        "period-not-found",
        "statement-not-found",
        "line-not-found",
        "line-erased",
        "participant-not-found",
        "event-not-found",
        "party-not-found",
        "schema-not-found",
        "problem-not-found",
        "checkpoint-not-found",
    ),
    406: ("not-acceptable",),
    408: ("body-too-slow",),
    409: (
        "contract-exists",
        "credential-exists",
        "credential-revoked",
        "access-sample-signed-off",
        "event-conflict",
        "period-issued",
        "period-not-issued",
        "period-not-ended",
        "not-the-next-period",
        "request-in-progress",
        "wrong-state",
        "reversed-already",
        "contract-closed",
        "too-early-to-settle",
        "erasure-during-round",
    ),
    412: ("stale",),
    413: ("body-too-large",),
    415: ("media-type-not-supported",),
    422: (
        "parameter-invalid",
        "invalid-input",
        "idempotency-key-reused",
        "contract-invalid",
        "event-invalid",
        "batch-invalid",
        "batch-refused",
    ),
    428: ("if-match-required",),
    429: ("quota-exceeded",),
    500: ("internal-error", "broken-invariant"),
    503: ("unavailable", "issuer-unavailable", "not-ready", "signing-key-unusable"),
}
STATUS_OF: dict[str, int] = {code: status for status, codes in _CODES.items() for code in codes}

# The first thing wrong with the request, where a problem of this code lists what is wrong.
_FAULTS: dict[str, tuple[str, str, str]] = {
    "if-match-required": ("If-Match", "required", "must name the digest you have seen, in quotes, as ETag gives it"),
    "malformed": ("", "malformed", "is not well-formed JSON: line 1, column 2"),
    "body-too-large": ("", "too-large", "at most 10485760 bytes; send fewer events at a time"),
    "idempotency-key-malformed": (
        "Idempotency-Key",
        "wrong-form",
        "must be one key of 1 to 255 visible ASCII characters in quotes",
    ),
    "idempotency-key-reused": (
        "Idempotency-Key",
        "repeated",
        "must be a new one for every request that differs from the last",
    ),
    "not-acceptable": ("Accept", "not-allowed", "must take one of: application/json"),
    "body-too-slow": ("", "too-slow", "must not pause for more than 30 seconds"),
    "parameter-invalid": ("limit", "out-of-range", "is not valid in the query; see its description"),
    "contract-invalid": ("/metrics/0/tariff/price", "required", "is missing; add it"),
    "event-invalid": ("/on", "wrong-form", "must be a date as 2024-02-01"),
    "batch-invalid": ("", "wrong-size", "must be a list of 1 to 10000 events"),
    "batch-refused": ("/0/on", "wrong-form", "must be a date as 2024-02-01"),
}


def documented(declared: Iterable[int | str]) -> dict[int | str, dict[str, Any]]:
    """The problem responses of an operation from what it declares: codes, and statuses that have one code only."""
    codes: dict[int, list[str]] = {}
    for one in (*OF_EVERY_OPERATION, *declared):
        if isinstance(one, str):
            codes.setdefault(STATUS_OF[one], []).append(one)
        else:
            codes.setdefault(one, list(_CODES[one]) if len(_CODES.get(one, ())) == 1 else [])
    return {status: _response(status, list(dict.fromkeys(names))) for status, names in sorted(codes.items())}


def _response(status: int, codes: list[str]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if codes:
        content["examples"] = {
            code: {"summary": CODE_PAGES[code].title, "value": problem_example(status, code)} for code in codes
        }
    told = "; ".join(f"`{code}`: {CODE_PAGES[code].title.lower()}" for code in codes)
    return {"description": told or HTTPStatus(status).phrase, "content": {PROBLEM: content}}


def problem_example(status: int, code: str) -> dict[str, Any]:
    """A problem document of that code, as it would be answered."""
    page = CODE_PAGES[code]
    fault = _FAULTS.get(code)
    return {
        "type": type_of(code),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": f"{page.means} {page.mend}",
        "errors": [dict(zip(("pointer", "code", "detail"), fault, strict=True))] if fault else [],
        "request_id": "5f0c6d1e8a9b4c7d8e9f0a1b2c3d4e5f",
    }
