"""The disk is full in the middle of a batch: a clear 503, nothing half stored, and the service goes on by itself."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service.storage.database import Database
from service.storage.scope import EVERYTHING
from tests.builders import a_contract, housed
from tests.core.worked import W1_FACTS
from tests.crash.aftermath import facts_hold, stored
from tests.crash.callers import Post, Told
from tests.crash.outage import refused_for_now, until_taken
from tests.crash.scarcity import LimitedFiles, Room, a_small_disk
from tests.crash.serving import Nursery
from tests.shell.calling import JSON, answered, ledger_on, sent, working_key

BATCH = Post([sent(housed(f"Q{place}", "2022-08-31")) for place in range(1_000)], atomic=False)


@pytest.fixture(params=["limited files", "small disk"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """A place for a database that can be made full."""
    if request.param == "limited files":
        yield LimitedFiles(tmp_path)
        return
    with a_small_disk(tmp_path) as disk:
        yield disk


@pytest.fixture
async def cramped(migrated_sqlite: Path, room: Room) -> AsyncIterator[Database]:
    """A fresh migrated database in that place."""
    path = room.folder / "ledger.db"
    shutil.copy(migrated_sqlite, path)
    database = Database.at(f"sqlite:///{path}", EVERYTHING)
    yield database
    await database.dispose()


async def test_a_batch_that_finds_the_disk_full_is_refused_leaves_nothing_and_is_taken_when_there_is_room(
    nursery: Nursery, room: Room, cramped: Database
) -> None:
    key = await working_key(ledger_on(cramped))
    served = nursery.start(f"sqlite:///{room.folder / 'ledger.db'}")
    told = Told(("w", "w"), [Post([sent(fact) for fact in W1_FACTS], atomic=False)])
    async with served.client(key or "") as client:
        answered(await client.post("/v1/contracts", json=a_contract(), headers=JSON), 201)
        await until_taken(client, told.posts[0])
        room.take(served)
        for _ in range(3):
            refused_for_now(await client.post("/v1/events/batch", json=list(BATCH.documents)))
        answered(await client.get("/v1/contracts"))  # who only reads is served
        assert set((await stored(cramped, told)).facts.values()) == set(range(2, 2 + len(W1_FACTS)))
        room.give(served)
        assert await until_taken(client, BATCH) == 0
        told.posts.append(BATCH)
        (closed,) = answered(await client.post("/v1/periods/2022/close?contract=w"))["data"]
        assert len(closed["statements"]) == 2
        await facts_hold(client, told, await stored(cramped, told))
    nursery.kill(served)  # which fails if it died by itself
