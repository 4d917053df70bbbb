"""Changes made behind the ledger's back, as somebody with access to the database could make them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from service.storage.bulk import table_of
from service.storage.database import Database, async_url
from service.storage.tables import LedgerTable, LogEntryTable

GUARDED = ("log_entry", "statement_leaf", "checkpoint", "checkpoint_key", "access_record")
_WITHOUT_GUARDS = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {table}_no_{what}" for table in GUARDED for what in ("update", "delete")],
    "postgresql": [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in GUARDED],
}


@asynccontextmanager
async def as_owner(database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction with the rights of the database's owner, whom neither roles nor row-level security hold back."""
    async with database.engine.begin() as connection:
        if database.engine.dialect.name == "postgresql":
            await connection.exec_driver_sql("SET LOCAL ROLE NONE")
        yield connection


async def execute(database: Database, statement: str, **values: Any) -> None:
    """Run one statement as the owner, the guards of the log in force."""
    async with as_owner(database) as connection:
        await connection.execute(text(statement), values)


async def rows_of(database: Database, model: type[LedgerTable]) -> list[tuple[Any, ...]]:
    """Every row of a table, in order."""
    table = table_of(model)
    async with as_owner(database) as connection:
        return [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]


async def forge(url: str, statement: str, **values: Any) -> None:
    """Run one statement on a connection of one's own, after the guards of what only grows were taken away."""
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        for without_guard in _WITHOUT_GUARDS[engine.dialect.name]:
            await connection.exec_driver_sql(without_guard)
        await connection.execute(text(statement), values)
    await engine.dispose()


async def without_guards(connection: AsyncConnection) -> None:
    """Take the guards of what only grows away, and foreign keys, for this transaction of the owner."""
    for without_guard in _WITHOUT_GUARDS[connection.dialect.name]:
        await connection.exec_driver_sql(without_guard)
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


async def log_of(database: Database) -> list[tuple[Any, ...]]:
    """Every entry of the log."""
    return await rows_of(database, LogEntryTable)
