"""PostgreSQL restarts in the middle of a batch: a clear 503, nothing half stored, and the service goes on by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from service.core.errors import Unavailable
from service.storage.database import Database, migrate
from service.storage.scope import EVERYTHING
from tests.builders import a_contract, housed
from tests.crash.aftermath import facts_hold, stored
from tests.crash.callers import Post, Told
from tests.crash.cluster import Cluster, Mode
from tests.crash.outage import refused_for_now, until_taken
from tests.crash.serving import Nursery
from tests.databases import create_postgresql
from tests.shell.calling import JSON, answered, ledger_on, sent, working_key

CONTRACTS = ("a", "b")
BATCH, CALLERS = 300, 4
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
both_ways = pytest.mark.parametrize("mode", ["fast", "immediate"])


@pytest.fixture
async def fragile(cluster: Cluster) -> AsyncIterator[Database]:
    """A fresh migrated database on the server that restarts."""
    url = create_postgresql(cluster.url)
    await migrate(url)
    database = Database.at(url, EVERYTHING)
    yield database
    await database.dispose()


@pytest.fixture
async def client(nursery: Nursery, fragile: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the one service on that database, with both contracts registered."""
    key = await working_key(ledger_on(fragile))
    served = nursery.start(url_of(fragile))
    async with served.client(key or "") as calling:
        for contract in CONTRACTS:
            document = a_contract(contract=contract)
            answered(await calling.post("/v1/contracts", json=document, headers=JSON), 201)
        yield calling
        nursery.kill(served)  # which fails if it died by itself


def url_of(database: Database) -> str:
    """The URL a database was opened at, without its driver."""
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def a_batch(name: str) -> Post:
    """Events of both contracts in turn."""
    facts = [housed(f"{name}-{place}", "2022-08-31") for place in range(BATCH)]
    return Post([sent(fact, contract=CONTRACTS[place % 2]) for place, fact in enumerate(facts)], atomic=False)


@asynccontextmanager
async def held_up(
    database: Database, calling: httpx.AsyncClient, post: Post
) -> AsyncIterator["asyncio.Task[httpx.Response]"]:
    """The batch under way: its events of the first contract are written, it waits for somebody at the second."""
    in_the_way, watching = [await asyncpg.connect(url_of(database)) for _ in range(2)]
    await in_the_way.execute("BEGIN; SELECT 1 FROM contract_head WHERE contract = 'b' FOR UPDATE")
    posting = asyncio.create_task(calling.post("/v1/events/batch", json=list(post.documents)))
    while not await watching.fetchval(WAITING):
        await asyncio.sleep(0.01)
    yield posting
    in_the_way.terminate()
    watching.terminate()


@both_ways
async def test_a_batch_that_is_half_written_when_the_database_restarts_is_refused_and_leaves_nothing(
    cluster: Cluster, fragile: Database, client: httpx.AsyncClient, mode: Mode
) -> None:
    post, told = a_batch("held"), Told(CONTRACTS)
    async with held_up(fragile, client, post) as posting:
        await asyncio.to_thread(cluster.restart, mode)
        refused_for_now(await posting)
    assert (await stored(fragile, told)).facts == {}
    answered(await client.get("/v1/contracts"))  # at the first try: connections that died are not used again
    assert await until_taken(client, post) == 0
    told.posts.append(post)
    await facts_hold(client, told, await stored(fragile, told))


@both_ways
async def test_callers_who_come_again_get_everything_in_across_a_restart(
    cluster: Cluster, fragile: Database, client: httpx.AsyncClient, mode: Mode
) -> None:
    told, over, refusals = Told(CONTRACTS), asyncio.Event(), 0

    async def call(caller: int) -> None:
        nonlocal refusals
        number = 0
        while number < 3 or not over.is_set():
            post = a_batch(f"{caller}-{number}")
            told.posts.append(post)
            refusals += await until_taken(client, post)
            number += 1

    calls = asyncio.gather(*map(call, range(CALLERS)))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(cluster.restart, mode)
    over.set()
    await calls
    assert refusals > 0
    found = await stored(fragile, told)
    await facts_hold(client, told, found)
    assert len(found.facts) == sum(len(post.documents) for post in told.posts)


async def test_while_the_database_is_away_every_request_is_answered(
    cluster: Cluster, fragile: Database, client: httpx.AsyncClient
) -> None:
    await asyncio.to_thread(cluster.stop, "fast")
    try:
        for path in ("/v1/contracts", "/v1/statements", "/v1/events", "/v1/statements/none"):
            refused_for_now(await client.get(path))
        refused_for_now(await client.post("/v1/periods/2022/close?contract=a"))
        assert (await client.get("/readyz")).status_code == 503
        assert answered(await client.get("/healthz")) == {"status": "running"}
    finally:
        await asyncio.to_thread(cluster.start)
    assert answered(await client.get("/readyz")) == {"status": "ready"}
    assert await until_taken(client, a_batch("after")) == 0


async def test_a_driver_that_loses_its_place_while_rows_are_on_their_way_is_an_outage(
    fragile: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(driver: asyncpg.Connection, *_: object, **__: object) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 21; another operation (2) is in progress")

    many = {("a", f"P{place}"): bytes(32) for place in range(200)}  # fewer do not come by COPY
    with monkeypatch.context() as patched, pytest.raises(Unavailable):
        patched.setattr(asyncpg.Connection, "copy_records_to_table", lost)
        async with fragile.begin() as store:
            await store.add_participant_keys(many)
    async with fragile.begin() as store:
        await store.add_participant_keys(many)
