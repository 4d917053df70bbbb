"""Access tokens: a credential's holder comes in with one, does no more than it says, and no longer than it lasts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, OKPKey, RSAKey

from service.core.errors import NotAuthenticated, Unavailable
from service.storage.database import Database
from service.workflows.access_tokens import caller_by_token
from service.workflows.credentials import NewCredential, create_credential, revoke_credential
from service.workflows.issuer_keys import IssuerKeys, away, fetched
from service.workflows.ledger import Ledger
from tests.builders import housed
from tests.shell.calling import EVERY_ROLE, NOW, Api, answered, ledger_on, problem_in, sent, with_chance
from tests.shell.issuing import AUDIENCE, ISSUER, SECONDS, SUBJECT, Issuer, client_with_tokens, tokens_of

MACHINE = NewCredential("machine", EVERY_ROLE, issuer=ISSUER, subject=SUBJECT)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def caller(w: Api, ledger: Ledger, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    await create_credential(with_chance(ledger), "tests", MACHINE)
    async with client_with_tokens(ledger, issuer.key_set) as client:
        yield client


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_good_token_opens_what_its_credential_may_do(caller: httpx.AsyncClient, issuer: Issuer) -> None:
    good: list[dict[str, Any]] = [
        {},
        {"header": {"alg": "ES256", "kid": "curve"}},
        {"header": {"typ": "application/AT+JWT"}},
        {"header": {"x5t": "nobody-reads-this", "nonce": "nor-this"}},
        {"aud": ["https://other.example.org", AUDIENCE]},
        {"sub": None, "client_id": SUBJECT},
        {"nbf": SECONDS, "iat": SECONDS + 5, "exp": SECONDS + 3605},
        {"exp": SECONDS + 1},
    ]
    for place, said in enumerate(good):
        event = sent(housed(f"P{place}", "2022-08-31"))
        posted = await caller.post("/v1/events", json=event, headers=bearing(issuer.token(**said)))
        assert posted.status_code == 201, (said, posted.text)
        for scheme in ("bearer", "BEARER"):
            headers = {"Authorization": f"{scheme} {issuer.token(**said)}"}
            answered(await caller.get("/v1/contracts", headers=headers))
    problem_in(await caller.get("/v1/credentials", headers=bearing(issuer.token())), 403, "permission-missing")
    assert issuer.asked == 1


async def test_a_scope_narrows_and_never_widens(caller: httpx.AsyncClient, issuer: Issuer) -> None:
    reading = bearing(issuer.token(scope="contracts:read credentials:write everything"))
    answered(await caller.get("/v1/contracts", headers=reading))
    problem_in(await caller.get("/v1/statements", headers=reading), 403, "permission-missing")
    problem_in(await caller.get("/v1/credentials", headers=reading), 403, "permission-missing")
    for scope in ("", "openid", "CONTRACTS:READ", "contracts:read,statements:read"):
        refused = await caller.get("/v1/contracts", headers=bearing(issuer.token(scope=scope)))
        problem_in(refused, 403, "permission-missing")
    answered(await caller.get("/v1/statements", headers=bearing(issuer.token())))


async def test_a_token_ends_with_its_last_second_and_with_its_credential(database: Database, issuer: Issuer) -> None:
    clock = [NOW]
    mine, another = (replace(with_chance(ledger_on(database)), now=lambda: clock[0]) for _ in range(2))
    await create_credential(mine, "tests", MACHINE)
    tokens, short, long = tokens_of(issuer.key_set), issuer.token(exp=SECONDS + 3), issuer.token()
    for token in (short, long):
        assert (await caller_by_token(mine, tokens, token)).name == "machine"
    clock[0] = NOW + timedelta(seconds=3)
    with pytest.raises(NotAuthenticated, match="expired"):
        await caller_by_token(mine, tokens, short)
    await revoke_credential(another, "tests", "machine")
    clock[0] = NOW + timedelta(seconds=4)
    assert (await caller_by_token(mine, tokens, long)).name == "machine"
    clock[0] = NOW + timedelta(seconds=5)
    with pytest.raises(NotAuthenticated, match="No credential"):
        await caller_by_token(mine, tokens, long)


async def test_a_new_key_is_fetched_once_however_many_unknown_ones_are_named(issuer: Issuer) -> None:
    keys = IssuerKeys(issuer.key_set)
    assert await keys.key("edwards", NOW) and issuer.asked == 1
    issuer.others = [OKPKey.generate_key("Ed25519", {"kid": "next"}).as_dict(private=False)]
    for seconds in (0, 1, 30, 59):
        assert await keys.key("next", NOW + timedelta(seconds=seconds)) is None
    assert issuer.asked == 1
    assert await keys.key("next", NOW + timedelta(seconds=60)) and issuer.asked == 2
    assert await keys.key("edwards", NOW + timedelta(minutes=10)) and issuer.asked == 2
    issuer.others = []
    assert await keys.key("next", NOW + timedelta(minutes=11)) is None and issuer.asked == 3


async def test_a_known_key_goes_on_for_a_day_without_its_issuer_and_an_unknown_one_waits(
    w: Api, ledger: Ledger, issuer: Issuer
) -> None:
    is_away, clock, asked = [True], [NOW], [0]

    async def fetch() -> bytes:
        asked[0] += 1
        if is_away[0]:
            raise away()
        return await issuer.key_set()

    mine = replace(with_chance(ledger), now=lambda: clock[0])
    await create_credential(mine, "tests", MACHINE)

    def at(moment: timedelta) -> dict[str, str]:
        clock[0] = NOW + moment
        seconds = int(clock[0].timestamp())
        return bearing(issuer.token(iat=seconds, exp=seconds + 600))

    async with client_with_tokens(mine, fetch) as client:
        for second in (0, 1):
            refused = await client.get("/v1/contracts", headers=at(timedelta(seconds=second)))
            problem_in(refused, 503, "issuer-unavailable")
            assert refused.headers["retry-after"] == "5"
        assert asked == [1]
        is_away[0] = False
        answered(await client.get("/v1/contracts", headers=at(timedelta(seconds=5))))
        is_away[0] = True
        answered(await client.get("/v1/contracts", headers=at(timedelta(hours=23))))
        headers = bearing(issuer.token({"kid": "next"}))
        problem_in(await client.get("/v1/contracts", headers=headers), 503, "issuer-unavailable")
        problem_in(await client.get("/v1/contracts", headers=at(timedelta(hours=25))), 503, "issuer-unavailable")
        is_away[0] = False
        answered(await client.get("/v1/contracts", headers=at(timedelta(hours=26))))


async def test_only_public_keys_for_signatures_are_taken_from_a_key_set(issuer: Issuer) -> None:
    small = RSAKey.generate_key(2048, {"kid": "small"}).as_dict(private=False)
    issuer.others = [
        OctKey.generate_key(256, {"kid": "shared"}).as_dict(private=True),
        OKPKey.generate_key("Ed25519", {"kid": "private"}).as_dict(private=True),
        OKPKey.generate_key("Ed25519", {"kid": "sealing", "use": "enc"}).as_dict(private=False),
        {**small, "n": small["n"][:171]},
        {"kty": "OKP", "crv": "Ed25519", "kid": "broken", "x": "AA"},
        {"kty": "AKP", "kid": "of-tomorrow", "pub": "AA"},
        {"kty": ["EC"], "kid": "listed"},
        {"kty": "EC", "kid": ["listed"]},
    ]
    keys = IssuerKeys(issuer.key_set)
    assert await keys.key("edwards", NOW)
    for kid in ("shared", "private", "sealing", "small", "broken", "of-tomorrow", "listed"):
        assert await keys.key(kid, NOW) is None, kid


@pytest.mark.parametrize("text", [b"", b"[]", b'{"keys": {}}', b'{"keys": [], "keys": []}', b"\xff", b"[" * 100])
async def test_what_is_no_key_set_is_an_issuer_that_is_away(text: bytes) -> None:
    async def fetch() -> bytes:
        return text

    with pytest.raises(Unavailable):
        await IssuerKeys(fetch).key("edwards", NOW)


async def test_the_key_set_is_read_with_bounds_and_no_redirect_is_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        match request.url.path:
            case "/good":
                return httpx.Response(200, stream=httpx.ByteStream(b'{"keys":[]}'))
            case "/moved":
                return httpx.Response(302, headers={"Location": "https://login.example.org/good"})
            case "/large":
                return httpx.Response(200, stream=httpx.ByteStream(b" " * 100_001))
            case "/packed":
                return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"x"))
            case "/away":
                raise httpx.ConnectError("away")
        return httpx.Response(500)

    transport = httpx.MockTransport(answer)
    assert await fetched("https://login.example.org/good", transport) == b'{"keys":[]}'
    for path in ("moved", "large", "packed", "away", "broken"):
        with pytest.raises(Unavailable):
            await fetched(f"https://login.example.org/{path}", transport)
    assert asked.count("/good") == 1


async def test_without_an_issuer_no_token_is_taken(w: Api, issuer: Issuer) -> None:
    refused = await w.client.get("/v1/contracts", headers=bearing(issuer.token()))
    problem_in(refused, 401, "not-authenticated")
