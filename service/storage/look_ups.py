"""Look-ups of one row by its key: SQLAlchemy writes the statement once, and the driver alone runs it each time."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import asyncpg
from sqlalchemy import BigInteger, Integer, LargeBinary, Select, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

from service.storage.isolation import told, within_scope
from service.storage.scope import Scope
from service.storage.sqlite_connection import prepare_for_look_ups

T_co = TypeVar("T_co", covariant=True)
# Both drivers give these as the ledger takes them; anything else would need the conversions that are left out here.
_AS_THE_DRIVER_GIVES_IT = Text | LargeBinary | Integer | BigInteger
_OCCUPIED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class LookUp(Generic[T_co]):
    """A SELECT of at most one row whose keys are named `bindparam`s, what a row becomes, and whether a scope holds it.

    TypeError for a column whose values have to be converted.
    """

    def __init__(
        self, query: Select[Any], made: Callable[[Sequence[Any]], T_co], is_within: Callable[[Scope, Any], bool]
    ) -> None:
        odd = [column.key for column in query.selected_columns if not isinstance(column.type, _AS_THE_DRIVER_GIVES_IT)]
        if odd:
            raise TypeError(f"not as the drivers give it: {', '.join(map(str, odd))}")
        self.query, self.made, self.is_within = query, made, is_within
        self._written: dict[str, tuple[str, Sequence[str]]] = {}

    def written_for(self, dialect: Dialect) -> tuple[str, Sequence[str]]:
        """The statement in the database's SQL, and the names of its keys in the order of their places."""
        if dialect.name not in self._written:
            compiled: Any = self.query.compile(dialect=dialect)
            self._written[dialect.name] = compiled.string, tuple(compiled.positiontup)
        return self._written[dialect.name]


class Finder(Protocol):
    """How one kind of database looks a row up."""

    async def first(self, look_up: LookUp[Any], keys: Mapping[str, Any], scope: Scope) -> Sequence[Any] | None:
        """The row, or None; DBAPIError for whatever the driver says. Where the database itself keeps to a scope, this
        is the one it is told."""

    def close(self) -> None:
        """Give up what is held."""


class SqliteFinder:
    """Asks on the event loop itself, over one connection that can only read.

    In WAL mode a reader waits for nobody, and a row by its key takes some ten microseconds: less than it takes to hand
    the question to a thread. Where SQLite would have to wait after all, the engine's connections do it in threads.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: sqlite3.Connection | None = None

    async def first(self, look_up: LookUp[Any], keys: Mapping[str, Any], scope: Scope) -> Sequence[Any] | None:
        """As `Finder` has it."""
        sql, names = look_up.written_for(self._engine.dialect)
        try:
            if self._connection is None:
                self._connection = self._opened()
            # All rows, because an unfinished statement holds its snapshot, and no checkpoint gets past that.
            rows = self._connection.execute(sql, [keys[name] for name in names]).fetchall()
        except sqlite3.Error as error:
            self.close()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OCCUPIED:
                raise DBAPIError(sql, None, error, hide_parameters=True) from error
            return await self._waiting(look_up, keys)
        return rows[0] if rows else None

    def close(self) -> None:
        """As `Finder` has it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        address = Path(self._engine.url.database or "").absolute().as_uri() + "?mode=ro"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        prepare_for_look_ups(connection)
        return connection

    async def _waiting(self, look_up: LookUp[Any], keys: Mapping[str, Any]) -> Sequence[Any] | None:
        async with self._engine.connect() as connection:
            row: Sequence[Any] | None = (await connection.execute(look_up.query, keys)).first()
            return row


class PostgresqlFinder:
    """Asks over a connection of the engine's pool, with the statement that the driver has prepared on it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def first(self, look_up: LookUp[Any], keys: Mapping[str, Any], scope: Scope) -> Sequence[Any] | None:
        """As `Finder` has it."""
        sql, names = look_up.written_for(self._engine.dialect)
        pooled = await self._borrowed()
        driver: Any = pooled.driver_connection
        try:
            row: Sequence[Any] | None = await driver.fetchrow(
                within_scope(sql, len(names)), *[keys[name] for name in names], *told(scope)
            )
        except BaseException as error:
            lost = driver.is_closed() or not isinstance(error, asyncpg.PostgresError)
            # Nobody knows what is still under way on it: the pool takes no closed connection back into use.
            driver.terminate()
            if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError):
                raise DBAPIError(sql, None, error, hide_parameters=True, connection_invalidated=lost) from error
            raise
        finally:
            pooled.close()
        return row

    async def _borrowed(self) -> PoolProxiedConnection:
        try:
            return await self._engine.raw_connection()
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise DBAPIError("", None, error) from error

    def close(self) -> None:
        """As `Finder` has it: the pool is the engine's."""


def finder_for(engine: AsyncEngine) -> Finder:
    """How the engine's database looks a row up."""
    return SqliteFinder(engine) if engine.dialect.name == "sqlite" else PostgresqlFinder(engine)
