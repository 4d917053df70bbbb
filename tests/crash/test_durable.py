"""On SQLite, what was acknowledged is on the disk: SIGKILL alone cannot show that, because the system's cache survives.

Every acknowledged commit is preceded by a sync of the write-ahead log, seen from outside the process by strace.
"""

import shutil
from pathlib import Path

import httpx
import pytest

from service.storage.database import Database
from service.storage.scope import EVERYTHING
from tests.builders import a_contract, housed
from tests.core.worked import W1_FACTS
from tests.crash.serving import client_at
from tests.crash.tracing import Traced
from tests.shell.calling import JSON, answered, ledger_on, sent, working_key

EVENTS = 40
WAL = "ledger.db-wal"


@pytest.fixture
async def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh migrated ledger on SQLite."""
    shutil.copy(migrated_sqlite, tmp_path / "ledger.db")
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
async def sqlite_key(sqlite_url: str) -> str:
    """The key of that ledger's first administrator."""
    database = Database.at(sqlite_url, EVERYTHING)
    made = await working_key(ledger_on(database))
    await database.dispose()
    assert made is not None
    return made


def synced(traced: Traced, answer: httpx.Response, status: int = 201) -> int:
    """The syncs of the write-ahead log that were done before this answer was read."""
    answered(answer, status)
    return traced.syncs(WAL)


async def test_no_commit_is_acknowledged_before_it_is_on_the_disk(traced_service: Traced, sqlite_key: str) -> None:
    async with client_at(traced_service.port, sqlite_key) as client:
        before = traced_service.syncs(WAL)
        for document in [sent(housed(f"P{number}", "2022-08-31")) for number in range(3)]:
            assert (await client.post("/v1/events", json=document)).status_code == 422  # no contract, no commit
        registered = await client.post("/v1/contracts", json=a_contract(), headers=JSON)
        counts = [before, synced(traced_service, registered)]
        for number in range(EVENTS):
            answer = await client.post("/v1/events", json=sent(housed(f"P{number}", "2022-08-31")))
            counts.append(synced(traced_service, answer))
        batch = [sent(fact) for fact in W1_FACTS]
        counts.append(synced(traced_service, await client.post("/v1/events/batch", json=batch), 200))
        counts.append(synced(traced_service, await client.post("/v1/periods/2022/close?contract=w"), 200))
    unsynced = [place for place in range(1, len(counts)) if counts[place] <= counts[place - 1]]
    assert unsynced == [], f"acknowledged without a sync: {unsynced} of {counts}"
