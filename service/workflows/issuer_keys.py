"""The public keys of the issuer of access tokens: fetched when they are needed, kept, and fetched again with care."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from service.core.errors import InvalidInput, Unavailable
from service.storage.strict_json import strict_json

Fetch = Callable[[], Awaitable[bytes]]

_ASKED_AGAIN_AFTER = timedelta(seconds=60)  # for keys that nobody has, whoever sends how many of them
_TRIED_AGAIN_AFTER = timedelta(seconds=5)  # where the issuer was away
_FRESH_FOR = timedelta(minutes=10)  # a key that the issuer took back is good for so long
_GOOD_FOR = timedelta(days=1)  # with an issuer that is away
_SECONDS = 5.0
_MOST_BYTES = 100_000
_SMALLEST_RSA = 342  # characters of a modulus of 2048 bits
_KINDS = frozenset({"EC", "OKP", "RSA"})


class IssuerKeys:
    """The keys of one issuer, by their ids; `fetch` gives its JWK set (RFC 7517), or raises Unavailable."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._keys: dict[str, Key] = {}
        self._asked_at: datetime | None = None
        self._read_at: datetime | None = None
        self._failure: Unavailable | None = None
        self._asking = asyncio.Lock()

    async def key(self, kid: str, now: datetime) -> Key | None:
        """The key of that id, None where the issuer has none; Unavailable where that cannot be told now.

        A key that is known goes on for a day while the issuer is away.
        """
        if not self._holds(kid, now, _FRESH_FOR) and not (self._asking.locked() and self._holds(kid, now, _GOOD_FOR)):
            async with self._asking:
                # Whoever waited finds what the first one fetched.
                if not self._holds(kid, now, _FRESH_FOR) and self._may_ask(now):
                    await self._ask(now)
        if self._failure is not None and not self._holds(kid, now, _GOOD_FOR):
            raise away() from self._failure
        return self._keys.get(kid)

    def _holds(self, kid: str, now: datetime, life: timedelta) -> bool:
        return kid in self._keys and _is_within(life, self._read_at, now)

    def _may_ask(self, now: datetime) -> bool:
        pause = _ASKED_AGAIN_AFTER if self._failure is None else _TRIED_AGAIN_AFTER
        return not _is_within(pause, self._asked_at, now)

    async def _ask(self, now: datetime) -> None:
        self._asked_at = now
        try:
            self._keys, self._read_at, self._failure = _read(await self._fetch()), now, None
        except Unavailable as failure:
            self._failure = failure


def _is_within(span: timedelta, since: datetime | None, now: datetime) -> bool:
    # A clock that was put back must not lengthen anything.
    return since is not None and timedelta(0) <= now - since < span


async def fetched(url: str, transport: httpx.AsyncBaseTransport | None = None) -> bytes:
    """The answer of an issuer: at most 100 kB within five seconds, and no redirect is followed. Unavailable."""
    plain = {"Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        async with (
            asyncio.timeout(_SECONDS),
            httpx.AsyncClient(timeout=_SECONDS, transport=transport, follow_redirects=False) as client,
            client.stream("GET", url, headers=plain) as answer,
        ):
            answer.raise_for_status()
            if answer.status_code != 200 or "content-encoding" in answer.headers:
                raise away()
            return await _bounded(answer)
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        raise away() from error


async def _bounded(answer: httpx.Response) -> bytes:
    body = b""
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > _MOST_BYTES:
            raise away()
    return body


def away() -> Unavailable:
    """What is told where the issuer's keys cannot be had."""
    told = "The keys of the issuer of access tokens cannot be read now. Send the request again after a while."
    return Unavailable(told, "issuer-unavailable")


def _read(text: bytes) -> dict[str, Key]:
    """The keys that can check a signature, by id; of two with the same id the first. What is not understood is left."""
    try:
        document = strict_json(text)
    except InvalidInput as error:
        raise away() from error
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise away()
    keys: dict[str, Key] = {}
    for data in listed:
        if isinstance(data, dict) and _checks_signatures(data):
            try:
                keys.setdefault(data["kid"], JWKRegistry.import_key(data))
            except (JoseError, ValueError, TypeError):
                continue
    return keys


def _checks_signatures(data: dict[str, Any]) -> bool:
    """Whether it is a public key, with an id, that is meant for signatures and long enough."""
    if str(data.get("kty")) not in _KINDS or "d" in data or data.get("use") not in (None, "sig"):
        return False
    modulus = data.get("n", "")
    is_long = data["kty"] != "RSA" or (isinstance(modulus, str) and len(modulus) >= _SMALLEST_RSA)
    return is_long and isinstance(data.get("kid"), str)


def set_of(key: Key) -> KeySet:
    """A set of that key alone, whose id and algorithm have to be those of what it checks."""
    return KeySet([key])
