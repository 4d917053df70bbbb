"""The development issuer: tokens for whoever has a key, only where the operator switched it on."""

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.main import create_app
from service.settings import Settings
from service.workflows.credentials import NewCredential, revoke_credential
from service.workflows.ledger import Ledger
from tests.shell.calling import NOW, Api, answered, key_of, problem_in, with_chance
from tests.shell.serving import served

FINANCE = NewCredential("anna", ("finance",))
FORM = {"grant_type": "client_credentials", "client_id": "anna"}


def client_on(ledger: Ledger, **settings: Any) -> httpx.AsyncClient:
    app = create_app(Settings(development_issuer=True, **settings), ledger)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger")


@pytest.fixture
async def key(w: Api, ledger: Ledger) -> str:
    return await key_of(ledger, FINANCE)


@pytest.fixture
async def caller(key: str, ledger: Ledger) -> AsyncIterator[httpx.AsyncClient]:
    async with client_on(with_chance(ledger), failed_logins_per_minute=0) as client:
        yield client


def basic(name: str, key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{name}:{key}'.encode()).decode()}"}


async def issued(client: httpx.AsyncClient, key: str, **fields: str) -> dict[str, Any]:
    response = await client.post("/oauth/token", data={**FORM, "client_secret": key, **fields})
    assert response.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answered(response)
    return told


async def test_a_key_buys_a_token_of_ten_minutes_that_may_do_the_same(caller: httpx.AsyncClient, key: str) -> None:
    told = await issued(caller, key)
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 600) and "statements:read" in told["scope"].split()
    by_token = {"Authorization": f"Bearer {told['access_token']}"}
    answered(await caller.get("/v1/contracts", headers=by_token))
    problem_in(await caller.get("/v1/credentials", headers=by_token), 403, "permission-missing")
    again = await caller.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=basic("anna", key))
    assert answered(again)["access_token"] != told["access_token"]
    (public,) = answered(await caller.get("/oauth/jwks.json"))["keys"]
    assert (public["kty"], public["crv"], public["alg"]) == ("OKP", "Ed25519", "Ed25519") and "d" not in public


async def test_a_token_is_narrowed_to_what_is_asked_for(caller: httpx.AsyncClient, key: str) -> None:
    told = await issued(caller, key, scope="contracts:read credentials:write")
    assert told["scope"] == "contracts:read"
    by_token = {"Authorization": f"Bearer {told['access_token']}"}
    answered(await caller.get("/v1/contracts", headers=by_token))
    problem_in(await caller.get("/v1/statements", headers=by_token), 403, "permission-missing")


async def test_a_token_ends_after_ten_minutes_with_its_credential_and_with_the_process(
    key: str, ledger: Ledger
) -> None:
    clock = [NOW]
    mine = replace(with_chance(ledger), now=lambda: clock[0])
    async with client_on(mine) as client, client_on(mine) as restarted:
        by_token = {"Authorization": f"Bearer {(await issued(client, key))['access_token']}"}
        answered(await client.get("/v1/contracts", headers=by_token))
        clock[0] = NOW + timedelta(seconds=6)
        problem_in(await restarted.get("/v1/contracts", headers=by_token), 401, "not-authenticated")
        clock[0] = NOW + timedelta(seconds=600)
        problem_in(await client.get("/v1/contracts", headers=by_token), 401, "not-authenticated")
        by_token = {"Authorization": f"Bearer {(await issued(client, key))['access_token']}"}
        answered(await client.get("/v1/contracts", headers=by_token))
        await revoke_credential(mine, "tests", "anna")
        problem_in(await client.get("/v1/contracts", headers=by_token), 401, "not-authenticated")


async def test_what_it_refuses_it_names_as_oauth_does(caller: httpx.AsyncClient, key: str, ledger: Ledger) -> None:
    other = await key_of(ledger, NewCredential("bo", ("finance",)))
    good = {**FORM, "client_secret": key}
    refused: list[tuple[dict[str, Any], int, str]] = [
        ({"data": {**good, "client_secret": "olk_wrong"}}, 401, "invalid_client"),
        ({"data": {**good, "client_secret": other}}, 401, "invalid_client"),
        ({"data": {**good, "client_id": "bo"}}, 401, "invalid_client"),
        ({"data": FORM}, 401, "invalid_client"),
        ({"data": {"grant_type": "client_credentials"}, "headers": basic("anna", other)}, 401, "invalid_client"),
        (
            {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": "Basic \xff"}},
            401,
            "invalid_client",
        ),
        (
            {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": f"Bearer {key}"}},
            401,
            "invalid_client",
        ),
        ({"data": good, "headers": basic("anna", key)}, 400, "invalid_request"),
        ({"data": {**good, "grant_type": "password"}}, 400, "unsupported_grant_type"),
        ({"data": {**good, "scope": "credentials:write"}}, 400, "invalid_scope"),
        ({"data": {"client_id": "anna", "client_secret": key}}, 400, "invalid_request"),
        ({"data": {**good, "client_id": ["anna", "anna"]}}, 400, "invalid_request"),
        ({"json": good}, 400, "invalid_request"),
        (
            {"content": b"\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            400,
            "invalid_request",
        ),
    ]
    for request, status, error in refused:
        headers = {name: value.encode("latin-1") for name, value in request.pop("headers", {}).items()}
        response = await caller.post("/oauth/token", headers=headers, **request)
        assert (response.status_code, response.json()["error"]) == (status, error), (request, response.text)
        assert response.headers["cache-control"] == "no-store" and key not in response.text
        assert response.headers.get("www-authenticate", "").startswith("Basic") is (status == 401)


async def test_without_the_flag_nothing_of_it_is_there(w: Api) -> None:
    problem_in(await w.client.post("/oauth/token", data=FORM), 404, "not-found")
    problem_in(await w.client.get("/oauth/jwks.json"), 404, "not-found")
    for settings in (Settings(), Settings(development_issuer=True)):
        document = create_app(settings).openapi()
        assert not [path for path in document["paths"] if path.startswith("/oauth")]
        assert ("oauth2" in document["components"]["securitySchemes"]) is settings.development_issuer


def test_a_service_that_is_its_own_issuer_says_so_at_start(tmp_path: Path) -> None:
    for flag in ("true", "false"):
        folder = tmp_path / flag
        folder.mkdir()
        with served(f"sqlite:///{folder / 'ledger.db'}", folder, {"DEVELOPMENT_ISSUER": flag}) as service:
            told = [line for line in service.lines() if "DEVELOPMENT_ISSUER is on" in line["message"]]
            assert [line["level"] for line in told] == ["warning"] * (flag == "true")
