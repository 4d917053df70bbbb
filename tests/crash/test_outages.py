"""An outage is told from a mistake: only what time or the operator can mend is a 503, and a broken promise never is."""

import sqlite3
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from service.core.errors import Unavailable
from service.main import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.outages import is_outage
from service.storage.scope import EVERYTHING
from service.storage.store_statements import ISSUED_DOCUMENT
from tests.shell.calling import ledger_on, problem_in
from tests.shell.stored_rows import entry


def refused_by_sqlite(path: Path, statement: str, second: str) -> sqlite3.Error:
    """The error of the second statement, on a connection that does not wait while the first one's unit is open."""
    first, other = [sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2)]
    try:
        first.execute(statement)
        with pytest.raises(sqlite3.Error) as raised:
            other.execute(second)
        return raised.value
    finally:
        first.close()
        other.close()


@pytest.mark.parametrize(
    ("first", "second", "outage"),
    [
        ("BEGIN IMMEDIATE", "BEGIN IMMEDIATE", True),
        ("BEGIN EXCLUSIVE", "SELECT * FROM sqlite_master", True),
        ("SELECT 1", "SELECT * FROM no_such_table", False),
        ("SELECT 1", "SELEC", False),
    ],
)
def test_sqlite_that_is_busy_is_an_outage_and_a_wrong_statement_is_not(
    tmp_path: Path, first: str, second: str, outage: bool
) -> None:
    error = refused_by_sqlite(tmp_path / "file.db", first, second)
    assert is_outage(OperationalError(second, None, error)) is outage


def test_sqlite_that_cannot_be_opened_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(tmp_path / "no folder" / "file.db")
    assert is_outage(OperationalError("", None, raised.value))


@pytest.mark.parametrize(
    ("raised", "outage"),
    [
        (asyncpg.AdminShutdownError("restart"), True),
        (asyncpg.CannotConnectNowError("starting up"), True),
        (asyncpg.ConnectionDoesNotExistError("in the middle of an operation"), True),
        (asyncpg.DiskFullError("no space"), True),
        (asyncpg.TooManyConnectionsError("too many clients"), True),
        (asyncpg.DeadlockDetectedError("deadlock"), True),
        (asyncpg.UndefinedTableError("no such table"), False),
        (asyncpg.ReadOnlySQLTransactionError("read only"), False),
        (asyncpg.DataError("out of range"), False),
        (asyncpg.InterfaceError("another operation is in progress"), False),
    ],
)
def test_postgresql_that_goes_away_or_has_no_room_is_an_outage_and_a_wrong_statement_is_not(
    raised: Exception, outage: bool
) -> None:
    assert is_outage(DBAPIError("", None, raised)) is outage


def test_a_lost_connection_is_an_outage_and_a_taken_key_is_not_even_then() -> None:
    error = asyncpg.InterfaceError("connection is closed")
    assert is_outage(DBAPIError("", None, error, connection_invalidated=True))
    assert not is_outage(IntegrityError("", None, asyncpg.UniqueViolationError("key"), connection_invalidated=True))


def test_a_network_without_a_server_and_a_pool_without_a_connection_are_outages() -> None:
    assert is_outage(ConnectionRefusedError())
    assert is_outage(TimeoutError())
    assert is_outage(NoConnectionFree("QueuePool limit"))


@pytest.mark.parametrize("url", ["postgresql://ledger@127.0.0.1:1/nothing", "postgresql://ledger@/x?host=/no-socket"])
async def test_a_service_whose_database_cannot_be_reached_says_so_on_every_way_in(url: str) -> None:
    database = Database.at(url, EVERYTHING)
    with pytest.raises(Unavailable):
        async with database.begin() as store:
            await store.head("w")
    with pytest.raises(Unavailable):
        async with database.reading() as store:
            await store.head("w")
    with pytest.raises(Unavailable):
        await database.look_up(ISSUED_DOCUMENT, id="w.2022.a.1")
    for asked in (database.revision, database.missing_guards):
        with pytest.raises(Unavailable):
            await asked()
    await database.dispose()


async def test_a_taken_key_and_a_wrong_statement_stay_what_they_are(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as store:
            await store.append([entry(1), entry(1)])
    with pytest.raises(DBAPIError) as raised:
        async with database.begin() as store:
            await store._connection.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(raised.value, IntegrityError)


async def test_an_outage_is_a_problem_of_its_own_with_the_time_to_come_again() -> None:
    database = Database.at("postgresql://ledger@127.0.0.1:1/nothing", EVERYTHING)
    transport = httpx.ASGITransport(create_app(Settings(), ledger_on(database)))
    headers = {"Authorization": "Bearer olk_of-somebody"}
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as client:
        refused = await client.get("/v1/contracts")
    await database.dispose()
    problem_in(refused, 503, "unavailable")
    assert refused.headers["retry-after"] == "5"
