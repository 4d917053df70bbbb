"""Who may call: every route but health and the docs page wants a key, and the key is stored nowhere in clear."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.core.errors import NotAuthenticated
from service.main import create_app
from service.settings import Settings
from service.storage.access_tables import CredentialKeyTable, CredentialTable
from service.storage.database import Database
from service.workflows.access import begin_ledger, caller_by_key
from service.workflows.credentials import NewCredential, key_by_hand
from service.workflows.ledger import Ledger
from tests.shell.calling import NOW, Api, answered, key_of, problem_in
from tests.shell.tampering import forge, rows_of

OPEN = {
    "/",
    "/docs",
    "/docs/start.js",
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/schemas",
    "/v1/schemas/{kind}",
    "/problems",
    "/problems/{code}",
}


def operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and path that the service answers, whether the document of the API names it or not."""

    def walk(routes: Any) -> Iterator[tuple[str, str]]:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                yield from walk(inner.routes)
            elif hasattr(route, "methods"):
                yield from ((method, route.path) for method in route.methods)

    yield from walk(app.routes)
    for path, methods in app.openapi()["paths"].items():
        yield from ((method.upper(), path) for method in methods)


def filled(path: str) -> str:
    for name in ("contract", "statement", "party", "position", "period"):
        path = path.replace(f"{{{name}}}", "1")
    return path


async def test_every_route_but_health_and_the_docs_page_wants_a_key(w: Api, ledger: Ledger) -> None:
    found = {(method, path) for method, path in operations(create_app(Settings(), ledger))}
    guarded = {(method, path) for method, path in found if path not in OPEN}
    assert {path for _, path in found} >= OPEN
    paths = {path for _, path in guarded}
    assert len(paths) >= 18 and all(path.startswith("/v1/") for path in paths), paths
    for method, path in guarded:
        address = filled(path)
        for key in ("", "Bearer", "Bearer olk_wrong", "Bearer ", "Basic b2xrOng=", "bearer \xe6"):
            headers = [(b"Authorization", key.encode("latin-1"))]
            response = await w.client.request(method, address, headers=headers)
            assert response.status_code in (401, 405), (method, address, response.status_code)
            if response.status_code == 401 and method != "HEAD":
                problem_in(response, 401, "not-authenticated")
                assert response.headers["www-authenticate"] == "Bearer"
    assert {(method, path) for method, path in guarded if method == "POST"}


async def test_without_a_header_there_is_no_way_in_and_the_body_is_not_even_read(w: Api) -> None:
    del w.client.headers["Authorization"]
    problem_in(await w.client.get("/v1/contracts"), 401, "not-authenticated")
    problem_in(await w.client.post("/v1/events", content=b"{"), 401, "not-authenticated")
    problem_in(await w.client.get("/v1/contracts/nobody?unknown=1"), 401, "not-authenticated")


async def test_health_and_the_docs_page_are_open_and_whole_without_internet(w: Api) -> None:
    del w.client.headers["Authorization"]
    assert answered(await w.client.get("/healthz")) == {"status": "running"}
    assert answered(await w.client.get("/readyz")) == {"status": "ready"}
    page = await w.client.get("/docs")
    assert page.status_code == 200 and "//" not in page.text.replace("<!doctype", "")
    for asset in ("/docs/start.js", "/docs-assets/swagger-ui-bundle.js", "/docs-assets/swagger-ui.css"):
        assert (await w.client.get(asset)).status_code == 200
    assert (await w.client.get("/")).headers["location"] == "/docs"
    document = answered(await w.client.get("/openapi.json"))
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert ("security" in operation) is (path.startswith("/v1/") and path not in OPEN), path


async def test_the_key_is_not_stored_in_clear(api: Api, database: Database) -> None:
    secret = api.client.headers["Authorization"].removeprefix("Bearer ")
    assert secret.startswith("olk_") and len(secret) > 40
    stored = [*await rows_of(database, CredentialTable), *await rows_of(database, CredentialKeyTable)]
    assert len(stored) == 3
    for secret_part in (secret, secret[13:]):
        assert not any(secret_part in str(value) for row in stored for value in row)
        assert not any(secret_part.encode() in value for row in stored for value in row if isinstance(value, bytes))


def drawing(database: Database, clock: Callable[[], datetime] = lambda: NOW) -> Ledger:
    return Ledger(database, clock, secrets.token_bytes)


async def test_a_key_made_by_hand_takes_the_place_of_those_before_and_another_name_stands_beside_it(
    database: Database,
) -> None:
    ledger = drawing(database)
    assert await begin_ledger(ledger, "ledger-under-test") is not None
    assert await begin_ledger(ledger, "ledger-under-test") is None
    first, other, newer = [await key_of(ledger, NewCredential(name, ("finance",))) for name in ("anna", "bo", "anna")]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(Settings(), ledger)), base_url="http://ledger"
    ) as client:
        for key, status in ((first, 401), (other, 200), (newer, 200)):
            response = await client.get("/v1/contracts", headers={"Authorization": f"Bearer {key}"})
            assert response.status_code == status


async def test_a_key_that_another_process_replaced_stops_within_five_seconds(database: Database) -> None:
    clock = [NOW]
    mine, another = (drawing(database, lambda: clock[0]) for _ in range(2))
    key = await key_of(mine, NewCredential("anna", ("finance",)))
    assert (await caller_by_key(mine, key)).name == "anna"
    await key_of(another, NewCredential("anna", ("finance",)))
    clock[0] = NOW + timedelta(seconds=4)
    assert (await caller_by_key(mine, key)).name == "anna"
    clock[0] = NOW + timedelta(seconds=5)
    with pytest.raises(NotAuthenticated):
        await caller_by_key(mine, key)


async def test_a_key_that_was_good_a_moment_ago_is_not_good_beyond_its_end(database: Database) -> None:
    clock = [NOW]
    ledger = drawing(database, lambda: clock[0])
    key = await key_by_hand(ledger, "tests", NewCredential("anna", ("finance",)), 1)
    clock[0] = NOW + timedelta(days=1, seconds=-3)
    assert (await caller_by_key(ledger, key)).name == "anna"
    clock[0] = NOW + timedelta(days=1)
    with pytest.raises(NotAuthenticated):
        await caller_by_key(ledger, key)


async def test_a_clock_put_back_does_not_lengthen_the_life_of_a_replaced_key(database: Database) -> None:
    clock = [NOW]
    mine, another = (drawing(database, lambda: clock[0]) for _ in range(2))
    key = await key_of(mine, NewCredential("anna", ("finance",)))
    assert (await caller_by_key(mine, key)).name == "anna"
    await key_of(another, NewCredential("anna", ("finance",)))
    clock[0] = NOW - timedelta(hours=1)
    with pytest.raises(NotAuthenticated):
        await caller_by_key(mine, key)


async def test_a_ledger_whose_guards_are_gone_is_not_ready(w: Api, database: Database, database_url: str) -> None:
    await database.dispose()
    await forge(database_url, "UPDATE contract_head SET sequence = sequence WHERE contract = :name", name="w")
    refused = problem_in(await w.client.get("/readyz"), 503, "not-ready")
    assert "not protected" in refused["detail"]
