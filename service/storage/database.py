"""The unit of work: one transaction that is committed when its block ends and rolled back when it raises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from copy import copy
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from service.storage.guards import install_guards, missing_guards
from service.storage.isolation import enter_scope, install_isolation, missing_isolation, take_application_role
from service.storage.look_ups import LookUp, finder_for
from service.storage.outages import outages_told
from service.storage.scope import Scope
from service.storage.sqlite_connection import prepare, prepare_for_migration
from service.storage.store import Store
from service.telemetry.metrics import COMMIT_SECONDS

T = TypeVar("T")
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

# A connection over the pool's size is closed as soon as it is given back: costly at every request of a busy hour.
_POOL: dict[str, Any] = {"pool_size": 16, "max_overflow": 0, "pool_use_lifo": True}
_BEGIN = "ledger_begin"
_READING: dict[str, dict[str, Any]] = {
    "sqlite": {_BEGIN: "BEGIN"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_GLANCING: dict[str, dict[str, Any]] = {"sqlite": {_BEGIN: None}, "postgresql": {"postgresql_readonly": True}}


def async_url(url: str) -> URL:
    """The URL with its async driver; ValueError for a database other than SQLite in a file or PostgreSQL."""
    try:
        given = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("is not a URL; give sqlite:///path/to/file or postgresql://user@host/database") from None
    match given.get_backend_name():
        case "sqlite" if given.database and given.database != ":memory:":
            return given.set(drivername="sqlite+aiosqlite")
        case "postgres" | "postgresql":
            return _with_asyncpg(given)
    raise ValueError(
        f"{given.render_as_string()} is neither sqlite:///path/to/file nor postgresql://user@host/database"
    )


def engine_for(url: str, *, migrating: bool = False) -> AsyncEngine:
    """An engine for the URL; creates the folder of an SQLite file.

    An SQLite connection is not allowed to change the schema unless `migrating`, when it also leaves foreign keys
    unchecked, because a table is altered there by building it anew. On PostgreSQL one that is not `migrating` gives up
    what its user may do for what the application's role may.
    """
    target = async_url(url)
    if target.get_backend_name() != "sqlite":
        engine = create_async_engine(target, hide_parameters=True, **_POOL)
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        if not migrating:
            event.listen(engine.sync_engine, "connect", take_application_role)
        return engine
    _create_folder(target)
    engine = create_async_engine(target, hide_parameters=True, **_POOL)
    event.listen(engine.sync_engine, "connect", prepare_for_migration if migrating else prepare)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


class Database:
    """One engine for the process, seen within a scope: `begin()` to write, `reading()` to read, `glance()` for a single
    SELECT, `look_up()` for one row by its key; what the scope does not hold is not there."""

    def __init__(self, engine: AsyncEngine, scope: Scope) -> None:
        self.engine, self.scope = engine, scope
        self._reading = engine.execution_options(**_READING[engine.dialect.name])
        self._glancing = engine.execution_options(**_GLANCING[engine.dialect.name])
        self._finder = finder_for(engine)
        # Whoever waits for SQLite's one write lock inside SQLite sleeps and asks again, ever longer: a queue is fair
        # and loses no time.
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @classmethod
    def at(cls, url: str, scope: Scope) -> "Database":
        """The database at a URL, as `engine_for` takes it, within a scope."""
        return cls(engine_for(url), scope)

    def within(self, scope: Scope) -> "Database":
        """The same database, engine and queue within another scope."""
        seen = copy(self)
        seen.scope = scope
        return seen

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Store]:
        """A unit that writes: committed if the block ends, rolled back if it raises.

        On SQLite it holds the file's only write lock from its first statement on; on PostgreSQL READ COMMITTED.
        Raises Unavailable where the database is away, full or busy.
        """
        with outages_told():
            async with self._turn, self.engine.begin() as connection:
                await enter_scope(connection, self.scope)
                yield Store(connection, self.scope)
                ended = perf_counter()
            COMMIT_SECONDS.observe(perf_counter() - ended)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Store]:
        """A unit that reads one snapshot throughout, whatever is committed meanwhile; it must not write.

        Raises Unavailable where the database is away or busy.
        """
        with outages_told():
            async with self._reading.begin() as connection:
                await enter_scope(connection, self.scope)
                yield Store(connection, self.scope)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Store]:
        """For one single SELECT, which is a snapshot by itself: on SQLite it saves beginning and ending a transaction.

        Raises Unavailable where the database is away or busy.
        """
        with outages_told():
            async with self._glancing.connect() as connection:
                await enter_scope(connection, self.scope)
                yield Store(connection, self.scope)

    async def look_up(self, look_up: LookUp[T], **keys: Any) -> T | None:
        """One row by its key, or None where the scope does not hold it, at a fifth of what a glance costs; `keys` are
        those the look-up names.

        Raises Unavailable where the database is away or busy.
        """
        with outages_told():
            row = await self._finder.first(look_up, keys, self.scope)
        found = None if row is None else look_up.made(row)
        return found if found is not None and look_up.is_within(self.scope, found) else None

    async def missing_guards(self) -> tuple[str, ...]:
        """What is not in force of the guards of the log and of the isolation of contracts; empty when all of it is.
        Raises Unavailable."""
        with outages_told():
            async with self.engine.connect() as connection:
                return await connection.run_sync(missing_guards) + await connection.run_sync(missing_isolation)

    async def revision(self) -> str | None:
        """The revision its schema is at; raises Unavailable."""
        with outages_told():
            async with self.engine.connect() as connection:
                return await connection.run_sync(_revision)

    async def dispose(self) -> None:
        """Close every connection."""
        self._finder.close()
        await self.engine.dispose()


async def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at the URL up to a revision; safe when several processes start at once."""
    engine = engine_for(url, migrating=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, revision)
    finally:
        await engine.dispose()


async def restore_guards(url: str) -> tuple[str, ...]:
    """Put every guard of a migrated database in place; the names of those that were missing.

    Not done at each start: whoever takes a guard away should be noticed.
    """
    engine = engine_for(url, migrating=True)
    try:
        async with engine.begin() as connection:
            missing = await connection.run_sync(missing_guards)
            if missing:
                await connection.run_sync(install_guards)
            await connection.run_sync(install_isolation)
            return missing
    finally:
        await engine.dispose()


async def current_revision(url: str) -> str | None:
    """The revision the database at the URL is at, or None if it was never migrated."""
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The revision that this version of the program needs."""
    head = ScriptDirectory.from_config(_alembic_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"there are no migrations in {MIGRATIONS}")
    return head


def _upgrade(connection: Connection, revision: str) -> None:
    config = _alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _alembic_config() -> Config:
    if not MIGRATIONS.is_dir():
        raise FileNotFoundError(f"the migrations are not at {MIGRATIONS}; install the program with its repository")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _with_asyncpg(given: URL) -> URL:
    # libpq's name for it, which stands in most PostgreSQL URLs; the driver calls it ssl.
    query = {"ssl" if name == "sslmode" else name: value for name, value in given.query.items()}
    return given.set(drivername="postgresql+asyncpg", query=query)


def _create_folder(target: URL) -> None:
    Path(target.database or "").parent.mkdir(parents=True, exist_ok=True)


def _refuse_closed(dbapi_connection: Any, record: Any, proxy: Any) -> None:
    # The driver has seen the server hang up by itself: cheaper than asking the server at every checkout.
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError("the server closed the connection while nobody used it")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock now: two units that both read first could not both get it later.
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN IMMEDIATE")
    if begin:
        connection.exec_driver_sql(begin)
