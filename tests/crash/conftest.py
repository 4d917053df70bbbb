"""Fixtures of the crash tests: servers that can be killed, and the key to call them with."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from service.storage.database import Database
from tests.conftest import WITHOUT
from tests.crash.cluster import Cluster, a_cluster
from tests.crash.serving import Nursery, a_nursery
from tests.crash.tracing import UNCOUNTED, NoStrace, Traced, traced
from tests.databases import NoPostgresql
from tests.shell.calling import ledger_on, working_key


@pytest.fixture(scope="session")
def all_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """The process that has the service loaded, one for the run (of this worker)."""
    with a_nursery(tmp_path_factory.mktemp("served")) as nursery:
        yield nursery


@pytest.fixture
def nursery(all_servers: Nursery) -> Iterator[Nursery]:
    """Servers for one test; none is left behind."""
    yield all_servers
    all_servers.kill_all()


@pytest.fixture
async def key(database: Database) -> str:
    """The key of a fresh ledger's first administrator."""
    made = await working_key(ledger_on(database))
    assert made is not None
    return made


@pytest.fixture
def traced_service(sqlite_url: str, sqlite_key: str, tmp_path: Path) -> Iterator[Traced]:
    """The service on SQLite, begun and under strace."""
    try:
        with traced(sqlite_url, tmp_path) as service:
            yield service
    except NoStrace as reason:
        left_out(f"{UNCOUNTED}: {reason}")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that tests may restart, beside the one that all the others use."""
    try:
        with a_cluster() as started:
            yield started
    except NoPostgresql as reason:
        left_out(f"{WITHOUT}: {reason}")


def left_out(reason: str) -> NoReturn:
    """Skip the test, loudly; on the build server it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
