"""Finds who sent a request, by the one key or access token in it, and counts those who could not be found."""

from typing import Any

from fastapi import FastAPI, Request

from service.api.quotas import Quota
from service.core.errors import NotAuthenticated
from service.settings import Settings
from service.telemetry.marks import current_marks
from service.workflows.access import caller_by_key, digest_of
from service.workflows.access_tokens import AccessTokens, TokenRules, caller_by_token
from service.workflows.callers import Caller
from service.workflows.development_issuer import RULES, DevelopmentIssuer
from service.workflows.issuer_keys import IssuerKeys, fetched
from service.workflows.ledger import Ledger

_KEY = "olk_"
_SCHEME = "bearer "


def install_authentication(app: FastAPI, chosen: Settings) -> None:
    """Give the service the quotas, the rules for access tokens and the development issuer of the settings."""
    state = app.state
    state.requests = Quota("credential", chosen.rate_limit_per_minute)
    state.failures = Quota("failed-authentications", chosen.failed_logins_per_minute)
    state.issuer = DevelopmentIssuer() if chosen.development_issuer else None
    state.tokens = None
    if state.issuer is not None:
        state.tokens = AccessTokens(RULES, IssuerKeys(state.issuer.key_set))
    elif chosen.oauth_issuer:
        algorithms = tuple(chosen.oauth_algorithms.split(","))
        rules = TokenRules(chosen.oauth_issuer, chosen.oauth_audience, algorithms, chosen.oauth_longest_seconds)
        state.tokens = AccessTokens(rules, IssuerKeys(lambda: fetched(chosen.oauth_jwks_url)))


async def authenticated(request: Request) -> Caller:
    """Who calls; NotAuthenticated, Unavailable, and QuotaExceeded where the caller asked, or its address failed, more
    often than a minute allows."""
    secret = _bearer(request.headers.getlist("authorization"))
    tokens: AccessTokens | None = request.app.state.tokens
    ledger: Ledger = request.app.state.ledger
    refuse_guesses(request, secret)
    try:
        if tokens is None or secret.startswith(_KEY):
            caller = await caller_by_key(ledger, secret)
        else:
            caller = await caller_by_token(ledger, tokens, secret)
    except NotAuthenticated:
        count_guess(request)
        raise
    marks = current_marks()
    if marks is not None:
        marks.actor = caller.name
    request.app.state.requests.spend(caller.name, ledger.now(), request.scope)
    return caller


def _bearer(given: list[str]) -> str:
    # Of two headers a proxy may have read one and the service the other.
    if len(given) != 1 or given[0][: len(_SCHEME)].lower() != _SCHEME or not given[0][len(_SCHEME) :]:
        raise NotAuthenticated("Send one key or access token: Authorization: Bearer olk_...")
    return given[0][len(_SCHEME) :]


def refuse_guesses(request: Request, secret: str) -> None:
    """QuotaExceeded where too much was guessed from this address; what was good a moment ago is looked at still, so
    that nobody is shut out by a neighbour."""
    ledger: Ledger = request.app.state.ledger
    if digest_of(secret) not in ledger.callers:
        request.app.state.failures.refuse_spent(_address(request), ledger.now(), request.scope)


def count_guess(request: Request) -> None:
    """Count a failure of this address; it is told of at the next one."""
    ledger: Ledger = request.app.state.ledger
    scratch: dict[str, Any] = {}
    request.app.state.failures.spend(_address(request), ledger.now(), scratch)


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""
