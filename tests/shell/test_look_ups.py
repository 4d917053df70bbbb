"""A row looked up by its key is what was committed, whoever writes meanwhile; a connection that broke is given up."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import asyncpg
import pytest
from sqlalchemy import bindparam, select

from service.core.errors import Unavailable
from service.storage.bulk import table_of
from service.storage.database import Database
from service.storage.look_ups import LookUp, SqliteFinder
from service.storage.rows import IssuedDocument
from service.storage.scope import EVERYTHING
from service.storage.store_statements import ISSUED_DOCUMENT
from service.storage.tables import LogEntryTable
from tests.shell.stored_rows import entry, statement
from tests.shell.tampering import as_owner

FOUND = IssuedDocument(statement(1).document, statement(1).sha256, statement(1).contract, statement(1).investor)
POOL = 16
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def issue(database: Database, sequence: int) -> None:
    async with database.begin() as store:
        await store.append([entry(sequence, "statement")])
        await store.add_statement(statement(sequence))


async def test_a_row_is_found_as_soon_as_it_is_committed_and_no_sooner(database: Database) -> None:
    await issue(database, 1)
    assert await database.look_up(ISSUED_DOCUMENT, id="dialog-1") == FOUND
    assert await database.look_up(ISSUED_DOCUMENT, id="dialog-2") is None
    async with database.begin() as store:
        await store.append([entry(2, "statement")])
        await store.add_statement(statement(2, investor="bank"))
        assert await database.look_up(ISSUED_DOCUMENT, id="dialog-2") is None
        assert await database.look_up(ISSUED_DOCUMENT, id="dialog-1") == FOUND
    assert await database.look_up(ISSUED_DOCUMENT, id="dialog-2") is not None


async def test_many_look_ups_at_the_same_moment_are_all_answered(database: Database) -> None:
    await issue(database, 1)
    found = await asyncio.gather(*(database.look_up(ISSUED_DOCUMENT, id="dialog-1") for _ in range(3 * POOL)))
    assert found == [FOUND] * (3 * POOL)


def test_a_column_whose_values_the_drivers_give_differently_cannot_be_looked_up() -> None:
    log = table_of(LogEntryTable).c
    with pytest.raises(TypeError, match="recorded_at"):
        LookUp(
            select(log.sequence, log.recorded_at).where(log.contract == bindparam("contract")),
            tuple,
            lambda *told: True,
        )


@on_sqlite
async def test_a_look_up_on_sqlite_cannot_write_and_keeps_no_checkpoint_waiting(database: Database) -> None:
    await issue(database, 1)
    assert await database.look_up(ISSUED_DOCUMENT, id="dialog-1") == FOUND
    with closing(sqlite3.connect(database.engine.url.database or "")) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    finder = database._finder
    assert isinstance(finder, SqliteFinder) and finder._connection is not None
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        finder._connection.execute("DELETE FROM statement")


@on_sqlite
async def test_where_sqlite_has_to_wait_the_event_loop_goes_on(database: Database) -> None:
    await issue(database, 1)
    await database.dispose()
    alone = sqlite3.connect(database.engine.url.database or "", isolation_level=None)
    alone.execute("PRAGMA locking_mode=EXCLUSIVE")
    alone.execute("DELETE FROM credential")
    alone.execute("BEGIN IMMEDIATE")
    asked = asyncio.create_task(database.look_up(ISSUED_DOCUMENT, id="dialog-1"))
    for _ in range(20):
        await asyncio.wait_for(asyncio.sleep(0.01), timeout=1)
    assert not asked.done()
    alone.close()
    assert await asked == FOUND


async def test_a_file_that_is_not_there_is_an_outage_and_is_not_made_by_asking(tmp_path: Any) -> None:
    database = Database.at(f"sqlite:///{tmp_path / 'ledger.db'}", EVERYTHING)
    with pytest.raises(Unavailable):
        await database.look_up(ISSUED_DOCUMENT, id="dialog-1")
    assert list(tmp_path.iterdir()) == []
    await database.dispose()


@asynccontextmanager
async def locked(database: Database) -> AsyncIterator[None]:
    """Nobody can read statements inside the block."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    other = await asyncpg.connect(url)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE statement")
            yield
    finally:
        await other.close()


@on_postgresql
async def test_callers_who_hang_up_while_postgresql_lets_them_wait_leave_room_for_others(database: Database) -> None:
    await issue(database, 1)
    async with locked(database):
        for _ in range(2):
            asked = [asyncio.create_task(database.look_up(ISSUED_DOCUMENT, id="dialog-1")) for _ in range(POOL)]
            await asyncio.sleep(0.1)
            for one in asked:
                one.cancel()
            assert {type(told) for told in await asyncio.gather(*asked, return_exceptions=True)} == {
                asyncio.CancelledError
            }
    found = await asyncio.gather(*(database.look_up(ISSUED_DOCUMENT, id="dialog-1") for _ in range(POOL)))
    assert found == [FOUND] * POOL


@on_postgresql
async def test_a_look_up_that_the_server_breaks_off_is_an_outage_and_the_next_is_answered(database: Database) -> None:
    await issue(database, 1)
    async with locked(database):
        asked = asyncio.create_task(database.look_up(ISSUED_DOCUMENT, id="dialog-1"))
        await asyncio.sleep(0.1)
        async with as_owner(database) as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        with pytest.raises(Unavailable):
            await asked
    assert await database.look_up(ISSUED_DOCUMENT, id="dialog-1") == FOUND
