"""Reads what an operator's check asks of a database: how durable its commits are, its clock, where its file lies."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.storage.database import Database
from service.storage.outages import outages_told

# journal_mode=WAL is what the ledger sets; every other journal but these keeps commits as well.
_SQLITE = {
    "journal_mode": {"wal", "delete", "truncate", "persist"},
    "synchronous": {"2", "3"},
    "foreign_keys": {"1"},
}
_POSTGRESQL = {
    "fsync": {"on"},
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
    "full_page_writes": {"on"},
}


class DurabilitySetting(NamedTuple):
    """A setting on which it depends whether a commit outlives a crash, and the values with which it does."""

    name: str
    value: str
    sufficient: frozenset[str]


async def durability_of(database: Database) -> list[DurabilitySetting]:
    """The settings as they are on a connection of the application. Raises Unavailable."""
    on_sqlite = database.engine.dialect.name == "sqlite"
    wanted = _SQLITE if on_sqlite else _POSTGRESQL
    question = "PRAGMA {name}" if on_sqlite else "SHOW {name}"
    with outages_told():
        async with database.engine.connect() as connection:
            return [
                DurabilitySetting(name, await _asked(connection, question.format(name=name)), frozenset(sufficient))
                for name, sufficient in wanted.items()
            ]


async def _asked(connection: AsyncConnection, question: str) -> str:
    return str((await connection.exec_driver_sql(question)).scalar_one()).lower()


async def database_clock(database: Database) -> datetime:
    """The database's own time, aware; on SQLite that of this machine. Raises Unavailable."""
    with outages_told():
        async with database.engine.connect() as connection:
            if database.engine.dialect.name == "sqlite":
                told = await connection.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"))
                return datetime.fromisoformat(told.scalar_one()).replace(tzinfo=UTC)
            moment: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
            return moment.astimezone(UTC)


def database_file(database: Database) -> Path | None:
    """The database's file; None for PostgreSQL, whose disk belongs to its server."""
    url = database.engine.url
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None
