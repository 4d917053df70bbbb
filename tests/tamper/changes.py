"""Every change of the matrix: what somebody with the rights of the database's owner does, its guards out of the way."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, UniqueConstraint, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.storage.database import engine_for
from service.storage.tables import LedgerTable
from tests.shell.tampering import without_guards

# Tables that `verify` leaves out, each with the reason.
OUTSIDE = {
    "idempotency": "answers that are sent again to whoever repeats a request; no amount rests on them",
    "credential": "who may do what from now on; what was done names its actor in the log",
    "access_record": "who read what: a chain of its own, which `outcomes-ledger access verify` reads link by link",
    "access_head": "the end of that chain, which the same command compares",
    "credential_key": "digests of keys; `last_used_on` is for people, a forged key opens what its credential may",
}
# Columns that no proof rests on: when it was says only this row, and only the order is checked.
FOR_PEOPLE = {("checkpoint", "made_at"), ("checkpoint_key", "made_at")}
Row = dict[str, Any]
Act = Callable[[AsyncConnection], Awaitable[None]]


class Change(NamedTuple):
    """A cell of the matrix: what is done to which table and column, and how."""

    done: str
    table: str
    column: str
    act: Act


@asynccontextmanager
async def owners(url: str) -> AsyncIterator[AsyncEngine]:
    """Connections with the rights of the database's owner."""
    engine = engine_for(url, migrating=True)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def tampering(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction of the owner without guards and foreign keys, which is rolled back at its end."""
    async with engine.connect() as connection, connection.begin() as transaction:
        await without_guards(connection)
        yield connection
        await transaction.rollback()


def tables() -> list[Table]:
    """The tables that are verified, by name."""
    return sorted((one for one in LedgerTable.metadata.tables.values() if one.name not in OUTSIDE), key=str)


async def rows_in(connection: AsyncConnection, table: Table) -> list[Row]:
    """Every row by primary key, as columns are named in the database."""
    found = await connection.execute(select(table).order_by(*table.primary_key))
    return [dict(zip([one.name for one in table.columns], row, strict=True)) for row in found]


def at(table: Table, row: Row) -> Any:
    """The row itself."""
    return and_(*(column == row[column.name] for column in table.primary_key))


async def put(connection: AsyncConnection, table: Table, row: Row, **values: Any) -> None:
    """Other values in a row."""
    named = {named_in(table, key): value for key, value in values.items()}
    await connection.execute(update(table).where(at(table, row)).values(named))


def named_in(table: Table, name: str) -> Column[Any]:
    """The column by its name in the database."""
    return next(column for column in table.columns if column.name == name)


def other(value: Any) -> Any:
    """Another value of the same kind, as near as there is one."""
    match value:
        case None:
            return "x"
        case bool() | int():
            return value + 1
        case str():
            return f"{value}x"
        case bytes():
            middle = len(value) // 2
            return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :] if value else b"x"
        case datetime():
            return value + timedelta(microseconds=1)
        case date():
            return value + timedelta(days=1)
    raise TypeError(type(value).__name__)


def changes() -> Iterator[Change]:
    """Edits of each column, then what is done to whole rows."""
    for table in tables():
        for column in table.columns:
            yield Change("edit", table.name, column.name, _edit(table, column))
        for name, made in (("delete", _delete), ("insert", _insert), ("swap", _swap), ("truncate", _truncate)):
            yield Change(name, table.name, "", made(table))


def _edit(table: Table, column: Column[Any]) -> Act:
    async def act(connection: AsyncConnection) -> None:
        rows = await rows_in(connection, table)
        given = [row for row in rows if row[column.name] is not None] or rows
        row = given[len(given) // 2]
        # A key is moved to where it is free: one that is taken the database refuses by itself.
        moved = 1_000 if column.primary_key and isinstance(row[column.name], int) else 0
        value = row[column.name] + moved if moved else other(row[column.name])
        await put(connection, table, row, **{column.name: value})

    return act


def _delete(table: Table) -> Act:
    async def act(connection: AsyncConnection) -> None:
        rows = await rows_in(connection, table)
        await connection.execute(delete(table).where(at(table, rows[len(rows) // 2])))

    return act


def _insert(table: Table) -> Act:
    """A copy of the last row under the next key, wherever else it has to be unique too."""

    async def act(connection: AsyncConnection) -> None:
        row = (await rows_in(connection, table))[-1]
        for column in {*table.primary_key.columns, *_unique(table)} - {_named_or_none(table, "contract")}:
            row[column.name] = other(row[column.name])
        await connection.execute(insert(table).values({named_in(table, key): value for key, value in row.items()}))

    return act


def _named_or_none(table: Table, name: str) -> Column[Any] | None:
    return next((column for column in table.columns if column.name == name and len(table.primary_key) > 1), None)


def _unique(table: Table) -> set[Column[Any]]:
    found = (constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint))
    return {[*constraint.columns][-1] for constraint in found}


def _swap(table: Table) -> Act:
    """Two rows take each other's place: everything but the key that says which row it is."""

    async def act(connection: AsyncConnection) -> None:
        rows = await rows_in(connection, table)
        if len(rows) < 2:
            raise NothingToDo
        first, second = rows[-2:]
        keys = [column.name for column in table.primary_key]
        await connection.execute(delete(table).where(at(table, first)))
        await connection.execute(delete(table).where(at(table, second)))
        for here, there in ((first, second), (second, first)):
            row = {**there, **{key: here[key] for key in keys}}
            await connection.execute(insert(table).values({named_in(table, key): value for key, value in row.items()}))

    return act


class NothingToDo(Exception):
    """There is only one row."""


def _truncate(table: Table) -> Act:
    async def act(connection: AsyncConnection) -> None:
        row = (await rows_in(connection, table))[-1]
        await connection.execute(delete(table).where(at(table, row)))
        if table.name == "log_entry":
            await _head_back(connection, table, row)

    return act


async def _head_back(connection: AsyncConnection, log: Table, gone: Row) -> None:
    """The head as well: the chain is whole again, only shorter."""
    before = [row for row in await rows_in(connection, log) if row["contract"] == gone["contract"]][-1]
    head = LedgerTable.metadata.tables["contract_head"]
    await put(connection, head, {"contract": gone["contract"]}, sequence=before["sequence"], digest=before["digest"])
    for name in ("fact", "act", "posting", "statement", "detail_item"):
        table = LedgerTable.metadata.tables[name]
        here = and_(table.c.contract == gone["contract"], table.c.sequence == gone["sequence"])
        await connection.execute(delete(table).where(here))
