"""Fixtures that need a database: each test gets its own, on SQLite and on PostgreSQL; nothing starts unasked."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from service.storage.database import Database, migrate
from service.storage.scope import EVERYTHING
from tests.crash.tracing import UNCOUNTED
from tests.databases import NoPostgresql, create_postgresql, drop_postgresql, postgresql_server, run_apart

BOTH = ("sqlite", "postgresql")
WITHOUT = "PostgreSQL was not tested"
WITHOUT_CHROMIUM = "The docs page was not tested in a browser"
WITHOUT_HLEDGER = "Journals were not read by hledger"


@pytest.fixture(scope="session", autouse=True)
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the keys that commands and services of this run sign with."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("signing-keys")
        patch.setenv("SIGNING_KEYS", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def keys_of_this_test(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own for each test, whose database is a fresh one: beside a key lies what it signed last."""
    monkeypatch.setenv("SIGNING_KEYS", str(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a PostgreSQL server for this run (of this worker)."""
    try:
        server = postgresql_server()
        url = server.__enter__()
    except NoPostgresql as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{WITHOUT}: {reason}")
        pytest.skip(f"{WITHOUT}: {reason}")
    try:
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator[str]:
    """The URL of a migrated database that others are copied from."""
    url = create_postgresql(postgresql_url)
    run_apart(migrate(url))
    yield url
    drop_postgresql(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that others are copied from."""
    path = tmp_path_factory.mktemp("migrated") / "ledger.db"
    run_apart(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "ledger.db")
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    template = make_url(request.getfixturevalue("migrated_postgresql")).database
    url = create_postgresql(request.getfixturevalue("postgresql_url"), template)
    yield url
    drop_postgresql(url)


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table; the SQLite file and its folder do not exist yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'ledger.db'}"
        return
    url = create_postgresql(request.getfixturevalue("postgresql_url"))
    yield url
    drop_postgresql(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh migrated database, closed after the test."""
    opened = Database.at(database_url, EVERYTHING)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="session")
def hledger() -> str:
    """The path of hledger; where it is missing the test is left out, on the build server it fails."""
    found = shutil.which("hledger")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{WITHOUT_HLEDGER}: it is not installed")
        pytest.skip(f"{WITHOUT_HLEDGER}: it is not installed (on Debian: hledger)")
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where nobody can miss it when databases, the browser, hledger or the syncs were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    for without in (WITHOUT, WITHOUT_CHROMIUM, WITHOUT_HLEDGER, UNCOUNTED):
        left_out = [report for report in skipped if without in str(report.longrepr)]
        if left_out:
            terminalreporter.section(f"{without}: {len(left_out)} tests left out", sep="!", red=True, bold=True)
