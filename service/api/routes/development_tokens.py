"""The development issuer over HTTP (RFC 6749, client credentials): only where the operator switched it on."""

from base64 import b64decode
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from service.api.authentication import count_guess, refuse_guesses
from service.api.body import media_type_of, read_body
from service.core.errors import InvalidInput, NotAuthenticated
from service.workflows.access import caller_by_key
from service.workflows.callers import Caller
from service.workflows.development_issuer import LIFE_SECONDS, DevelopmentIssuer

TOKEN_PATH = "/oauth/token"
_FORM = "application/x-www-form-urlencoded"
_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}

router = APIRouter(include_in_schema=False)


class _Refused(Exception):
    """A refusal by its code in RFC 6749, section 5.2."""

    def __init__(self, error: str, told: str) -> None:
        super().__init__(error)
        self.error, self.told = error, told


@router.post(TOKEN_PATH)
async def issue(request: Request) -> Response:
    """An access token of ten minutes for `client_id`, a credential's name, and `client_secret`, one of its keys."""
    issuer: DevelopmentIssuer = request.app.state.issuer
    try:
        form = await _form(request)
        caller = await _client(request, *_named(request, form))
        scope = _scope(form, caller)
    except _Refused as refusal:
        return _refusal(refusal)
    token = issuer.token(request.app.state.ledger, caller, scope)
    told = {"access_token": token, "token_type": "Bearer", "expires_in": LIFE_SECONDS, "scope": " ".join(sorted(scope))}
    return JSONResponse(told, headers=_HEADERS)


@router.get("/oauth/jwks.json")
async def key_set(request: Request) -> Response:
    """The public key with which its tokens can be checked."""
    issuer: DevelopmentIssuer = request.app.state.issuer
    return Response(
        await issuer.key_set(), media_type="application/jwk-set+json", headers={"Cache-Control": "no-cache"}
    )


def _refusal(refusal: _Refused) -> Response:
    told = {"error": refusal.error, "error_description": refusal.told}
    if refusal.error == "invalid_client":
        return JSONResponse(told, 401, {**_HEADERS, "WWW-Authenticate": 'Basic realm="development issuer"'})
    return JSONResponse(told, 400, _HEADERS)


async def _form(request: Request) -> dict[str, str]:
    try:
        media_type_of(request, _FORM)
        fields = parse_qsl((await read_body(request)).decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except (InvalidInput, ValueError):
        raise _Refused("invalid_request", f"Send a form as {_FORM}.") from None
    if len(dict(fields)) != len(fields):
        raise _Refused("invalid_request", "Send each field once.")
    if dict(fields).get("grant_type") != "client_credentials":
        kind = "unsupported_grant_type" if "grant_type" in dict(fields) else "invalid_request"
        raise _Refused(kind, "grant_type must be client_credentials.")
    return dict(fields)


def _named(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """The credential and the key that a request names, in its form or as HTTP Basic, which the docs page sends."""
    given = request.headers.getlist("authorization")
    if not given:
        return form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, text = given[0].partition(" ")
    if len(given) != 1 or "client_secret" in form:
        raise _Refused("invalid_request", "Name the client once: in the form or in one Authorization header.")
    try:
        name, _, secret = b64decode(text, validate=True).decode("utf-8").partition(":")
    except ValueError:
        name = secret = ""
    return (unquote_plus(name), unquote_plus(secret)) if scheme.lower() == "basic" else ("", "")


async def _client(request: Request, name: str, secret: str) -> Caller:
    refuse_guesses(request, secret)
    try:
        caller = await caller_by_key(request.app.state.ledger, secret)
    except NotAuthenticated:
        caller = None
    if caller is None or caller.name != name:
        count_guess(request)
        raise _Refused("invalid_client", "client_id must be a credential's name, client_secret one of its keys.")
    return caller


def _scope(form: dict[str, str], caller: Caller) -> frozenset[str]:
    """What is asked for and may be done; everything where nothing is asked for."""
    asked = form.get("scope", "").split()
    scope = caller.permissions & frozenset(asked) if asked else caller.permissions
    if not scope:
        raise _Refused("invalid_scope", "The credential has none of these permissions.")
    return scope
