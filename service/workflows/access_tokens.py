"""Reads access tokens (RFC 9068): whose one is and what it may do, once everything about it is as it must be."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from service.core.errors import InvalidInput, NotAuthenticated
from service.storage.strict_json import strict_json
from service.workflows.access import caller_by_subject, digest_of, remembered
from service.workflows.callers import Caller
from service.workflows.issuer_keys import IssuerKeys, set_of
from service.workflows.ledger import Ledger

_LONGEST_TEXT = 8192
_LONGEST_SUBJECT = 200
_SKEW_SECONDS = 5  # of the issuer's clock beside ours
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
# They bring a key along, or change what is signed: a token of the issuer's that is meant for us has none of them.
_REFUSED = frozenset({"crit", "b64", "cty", "enc", "zip", "jku", "jwk", "x5u", "x5c"})


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What an access token has to be: the issuer's, for this audience, signed so, no longer than this from `iat` to
    `exp`; `names_credentials` says that its subject is the name of a credential."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    longest_seconds: int
    names_credentials: bool = False


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """The rules for access tokens, and the keys that sign them."""

    rules: TokenRules
    keys: IssuerKeys


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a good token says: the subject, until when, and the permissions it is narrowed to (None: all)."""

    subject: str
    until: datetime
    scope: frozenset[str] | None


async def caller_by_token(ledger: Ledger, tokens: AccessTokens, token: str) -> Caller:
    """Whose access token it is; NotAuthenticated with the reason, Unavailable where the issuer's keys cannot be had."""
    sent = digest_of(token)
    caller = remembered(ledger, sent)
    if caller is not None:
        return caller
    rules, now = tokens.rules, ledger.now()
    kid = _key_id(token, rules)
    key = await tokens.keys.key(kid, now)
    if key is None:
        raise _not_taken("no key of the issuer has its kid")
    claimed = _claimed(_signed(token, key, rules), rules, now)
    issuer = None if rules.names_credentials else rules.issuer
    return await caller_by_subject(ledger, sent, issuer, claimed.subject, claimed.until, claimed.scope)


def _not_taken(reason: str) -> NotAuthenticated:
    return NotAuthenticated(f"The access token is not taken: {reason}. Fetch a new one from the issuer.")


def _key_id(token: str, rules: TokenRules) -> str:
    """The id of the key that a token names, which nobody vouches for yet; everything else of its header is as it must
    be."""
    parts = token.split(".")
    if len(token) > _LONGEST_TEXT or len(parts) != 3:
        raise _not_taken("it is not a signed JWT in its compact form of at most 8192 characters")
    try:
        header = _object(urlsafe_b64decode(parts[0].encode()))
    except ValueError:
        raise _not_taken("its header is not base64url in its only form") from None
    if not _REFUSED.isdisjoint(header):
        raise _not_taken(f"its header may hold none of {', '.join(sorted(_REFUSED))}")
    if str(header.get("typ")).lower() not in _TYPES:
        raise _not_taken("its typ must be at+jwt")
    if header.get("alg") not in rules.algorithms:
        raise _not_taken(f"its alg must be one of {', '.join(rules.algorithms)}")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise _not_taken("its header must hold a kid")
    return kid


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = strict_json(text)
    except InvalidInput:
        value = None
    if not isinstance(value, dict):
        raise _not_taken("it does not hold JSON objects that can be read in one way only")
    return value


def _signed(token: str, key: Key, rules: TokenRules) -> dict[str, Any]:
    """What the token says, whose signature is the key's."""
    registry = jws.JWSRegistry(algorithms=rules.algorithms, strict_check_header=False)
    try:
        return _object(jws.deserialize_compact(token, set_of(key), registry=registry).payload)
    except (JoseError, ValueError, TypeError):
        raise _not_taken("its signature is not by that key of the issuer") from None


def _claimed(claims: dict[str, Any], rules: TokenRules, now: datetime) -> Claimed:
    seconds = int(now.timestamp())
    registry = JWTClaimsRegistry(
        seconds,
        leeway=_SKEW_SECONDS,
        iss={"essential": True, "value": rules.issuer},
        aud={"essential": True, "value": rules.audience},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise _not_taken(f"{getattr(error, 'claim', None) or 'a claim'} is missing or not right") from None
    issued, ends = claims["iat"], claims["exp"]
    # Allowances for clocks are for tokens that begin, never for one that has ended.
    if ends <= seconds:
        raise _not_taken("it has expired")
    if ends - issued > rules.longest_seconds:
        raise _not_taken(f"it may be good for {rules.longest_seconds} seconds at the most")
    return Claimed(_subject(claims), datetime.fromtimestamp(ends, UTC), _scope(claims))


def _subject(claims: dict[str, Any]) -> str:
    """`sub`, or `client_id` where there is none; only what a database can compare."""
    subject = claims.get("sub", claims.get("client_id"))
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise _not_taken("it must have a sub or a client_id")
    return subject


def _scope(claims: dict[str, Any]) -> frozenset[str] | None:
    if "scope" not in claims:
        return None
    if not isinstance(claims["scope"], str):
        raise _not_taken("its scope must be names of permissions with spaces between")
    return frozenset(claims["scope"].split(" "))
