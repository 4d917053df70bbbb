"""Changes made behind the ledger's back, as somebody with access to the database could make them."""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine

from service.storage.bulk import table_of
from service.storage.database import Database, async_url
from service.storage.tables import LedgerTable, LogEntryTable

_WITHOUT_GUARDS = {
    "sqlite": ("DROP TRIGGER log_entry_no_update", "DROP TRIGGER log_entry_no_delete"),
    "postgresql": ("ALTER TABLE log_entry DISABLE TRIGGER ALL",),
}


async def execute(database: Database, statement: str, **values: Any) -> None:
    """Run one statement through the ledger's own connection, its guards in force."""
    async with database.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def rows_of(database: Database, model: type[LedgerTable]) -> list[tuple[Any, ...]]:
    """Every row of a table, in order."""
    table = table_of(model)
    async with database.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]


async def forge(url: str, statement: str, **values: Any) -> None:
    """Run one statement on a connection of one's own, after the guards of the log were taken away."""
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        for without_guard in _WITHOUT_GUARDS[engine.dialect.name]:
            await connection.exec_driver_sql(without_guard)
        await connection.execute(text(statement), values)
    await engine.dispose()


async def log_of(database: Database) -> list[tuple[Any, ...]]:
    """Every entry of the log."""
    return await rows_of(database, LogEntryTable)
