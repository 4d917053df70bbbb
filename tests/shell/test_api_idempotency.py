"""A request under an Idempotency-Key: done once, answered the same again, and never taken for another one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest

from service.storage.database import Database
from service.storage.scope import EVERYTHING
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import JSON, Api, answered, client_of, ledger_on, problem_in
from tests.shell.tampering import as_owner, log_of

CALLERS = 16
ACTOR = "bootstrap"
KEY = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}
AMENDED = a_contract(version=2, effective_from="2023-01-01", reason="fewer participants")
ISSUE, AMEND, CREATE = "/v1/contracts/w/statements/2022", "/v1/contracts/w/amendments", "/v1/contracts"
REQUESTS: list[tuple[str, Any]] = [(CREATE, a_contract(contract="v")), (AMEND, AMENDED), (ISSUE, {})]


async def ask(client: httpx.AsyncClient, path: str, body: Any, **headers: str) -> httpx.Response:
    return await client.post(path, content=orjson.dumps(body), headers={**JSON, **KEY, **headers})


async def answers_kept(database: Database) -> int:
    async with as_owner(database) as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM idempotency")).scalar_one())


@pytest.fixture
async def ready(w: Api) -> Api:
    await w.learn(W1_FACTS)
    return w


@asynccontextmanager
async def processes(api: Api, url: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Clients of as many services on one database, which know nothing of each other."""
    own = [Database.at(url, EVERYTHING) for _ in range(CALLERS)]
    clients = [await client_of(ledger_on(database)) for database in own]
    for client in clients:
        client.headers["Authorization"] = api.client.headers["Authorization"]
    yield clients
    for client in clients:
        await client.aclose()
    for database in own:
        await database.dispose()


@pytest.mark.parametrize(("path", "body"), REQUESTS)
async def test_a_request_sent_again_is_answered_again_to_the_byte(
    ready: Api, database: Database, path: str, body: Any
) -> None:
    first = await ask(ready.client, path, body)
    answered(first, 201)
    stored = await log_of(database)
    assert "idempotency-replayed" not in first.headers
    for _ in range(2):
        again = await ask(ready.client, path, body)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers.get("location") == first.headers.get("location")
        assert again.headers["content-type"] == "application/json"
    assert await log_of(database) == stored
    assert await answers_kept(database) == 1


@pytest.mark.parametrize(("path", "body"), REQUESTS)
async def test_sixteen_callers_with_one_key_have_one_effect(
    ready: Api, database: Database, database_url: str, path: str, body: Any
) -> None:
    before = len(await log_of(database))

    async def until_done(client: httpx.AsyncClient) -> httpx.Response:
        while (response := await ask(client, path, body)).status_code == 409:
            problem_in(response, 409, "request-in-progress")
            assert response.headers["retry-after"] == "1"
            await asyncio.sleep(0.02)
        return response

    async with processes(ready, database_url) as clients:
        answers = await asyncio.gather(*map(until_done, clients))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Counter("idempotency-replayed" in answer.headers for answer in answers) == {True: CALLERS - 1, False: 1}
    assert len(await log_of(database)) - before == 1
    assert await answers_kept(database) == 1


async def test_a_key_that_is_at_work_is_told_to_wait_on_postgresql_and_waits_on_sqlite(
    ready: Api, database: Database
) -> None:
    answered(await ask(ready.client, CREATE, a_contract(contract="v")), 201)
    async with database.begin() as store:
        reserved = (ACTOR, "POST /v1/contracts/{contract}/amendments", "other")
        assert await store.reserve_key(*reserved)
        assert await store.answer(*reserved) is None
        asked = asyncio.create_task(ask(ready.client, AMEND, AMENDED, **{"Idempotency-Key": "other"}))
        await asyncio.wait([asked], timeout=1)
        if database.engine.dialect.name == "postgresql":
            problem_in(asked.result(), 409, "request-in-progress")
            assert asked.result().headers["retry-after"] == "1"
        else:
            assert not asked.done()
    if database.engine.dialect.name == "sqlite":
        answered(await asked, 201)


async def test_another_request_under_the_key_is_refused(ready: Api, database: Database) -> None:
    answered(await ask(ready.client, AMEND, AMENDED), 201)
    stored = await log_of(database)
    other = a_contract(version=3, effective_from="2024-01-01", reason="more")
    for path, body in ((AMEND, other), ("/v1/contracts/v/amendments", AMENDED), (AMEND, None)):
        problem = problem_in(await ask(ready.client, path, body), 422, "idempotency-key-reused")
        assert problem["errors"][0]["pointer"] == "Idempotency-Key"
    assert await log_of(database) == stored
    # Another route and another key are other requests.
    answered(await ask(ready.client, ISSUE, {}), 201)
    answered(await ask(ready.client, AMEND, other, **{"Idempotency-Key": "k2"}), 201)


async def test_the_key_is_the_same_with_and_without_its_quotes(ready: Api) -> None:
    for first, second in (('"a b"', '"a b"'), ("plain", '"plain"'), (r'"back\\slash"', r'"back\\slash"')):
        body = a_contract(contract=f"c-{len(first)}")
        answered(await ask(ready.client, CREATE, body, **{"Idempotency-Key": first}), 201)
        again = await ask(ready.client, CREATE, body, **{"Idempotency-Key": second})
        assert again.headers["idempotency-replayed"] == "true"


async def test_a_refused_request_is_not_kept_and_its_key_stays_free(ready: Api, database: Database) -> None:
    wrong = {**AMENDED, "currency": "XYZ"}
    problem_in(await ask(ready.client, AMEND, wrong), 422, "contract-invalid")
    problem_in(await ask(ready.client, "/v1/contracts/w/statements/2030", {}), 409, "not-the-next-period")
    assert await answers_kept(database) == 0
    assert "idempotency-replayed" not in (await ask(ready.client, AMEND, AMENDED)).headers


async def test_what_fails_on_the_way_leaves_neither_effect_nor_answer(
    ready: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await log_of(database)

    async def fail(*_: Any) -> None:
        raise ArithmeticError("the power fails here")

    for method in ("add_answer", "add_postings"):
        with monkeypatch.context() as broken:
            broken.setattr(f"service.storage.store.Store.{method}", fail)
            problem_in(await ask(ready.client, ISSUE, {}), 500)
        assert (await log_of(database), await answers_kept(database)) == (stored, 0)
    assert "idempotency-replayed" not in (await ask(ready.client, ISSUE, {})).headers


@pytest.mark.parametrize(
    "key", ["", " ", '""', "a b", '"', '"a', 'a"b', "a,b", "x" * 256, f'"{"x" * 256}"', '"a";b=1', "æ"]
)
async def test_a_key_that_cannot_be_read_is_refused(ready: Api, key: str) -> None:
    headers = [(b"Content-Type", b"application/json"), (b"Idempotency-Key", key.encode("latin-1"))]
    response = await ready.client.post(AMEND, content=orjson.dumps(AMENDED), headers=headers)
    problem_in(response, 400, "idempotency-key-malformed")
    assert len((await ready.get("/v1/contracts/w/versions"))["data"]) == 1


async def test_two_keys_are_none(ready: Api) -> None:
    headers = [("Content-Type", "application/json"), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    response = await ready.client.post(AMEND, content=orjson.dumps(AMENDED), headers=headers)
    problem_in(response, 400, "idempotency-key-malformed")


async def test_the_keys_of_two_callers_are_two_keys(ready: Api, database: Database) -> None:
    answered(await ask(ready.client, AMEND, AMENDED), 201)
    async with database.begin() as store:
        row = await store.answer(ACTOR, "POST /v1/contracts/{contract}/amendments", KEY["Idempotency-Key"][1:-1])
        assert row is not None and row.recorded_at == ready.ledger.now()
        await store.add_answer(row._replace(actor="somebody else"))
    assert await answers_kept(database) == 2
