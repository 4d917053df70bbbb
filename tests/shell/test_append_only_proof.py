"""Leaves, checkpoints and published keys are only appended: every known way to change them is tried and refused."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.storage.bulk import table_of
from service.storage.database import Database
from service.storage.proof_tables import CheckpointKeyTable, CheckpointTable, StatementLeafTable
from service.workflows.checkpoints import rotate_signing_key
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api
from tests.shell.tampering import rows_of
from tests.shell.test_tree_of_statements import other_randomness

TABLES = {model: list(table_of(model).c) for model in (StatementLeafTable, CheckpointTable, CheckpointKeyTable)}
REPLICA = "SET session_replication_role = replica"


def copied(table: str, columns: list[Any], number: str, where: str = "", verb: str = "INSERT") -> str:
    """An INSERT of rows that are there under other numbers."""
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join([number, *(f'"{column.name}"' for column in columns[1:])])
    return f"{verb} INTO {table} ({names}) SELECT {values} FROM {table} {where}"


def attacks(table: str, columns: list[Any]) -> dict[str, list[str]]:
    """On both databases; the last statement is the attack."""
    number, other = columns[0].name, columns[-1].name
    last = f"{number} = (SELECT max({number}) FROM {table})"
    return {
        **{f"update {column.name}": [f'UPDATE {table} SET "{column.name}" = "{column.name}"'] for column in columns},
        "delete the last": [f"DELETE FROM {table} WHERE {last}"],
        "delete all": [f"DELETE FROM {table}"],
        "a gap": [copied(table, columns, f"{number} + 10", f"WHERE {last}")],
        "a number that is taken": [copied(table, columns, number, f"WHERE {last}")],
        "many with a gap": [
            copied(table, columns, f"{number} * 2 + (SELECT max({number}) + 1 - 2 * min({number}) FROM {table})")
        ],
        "a negative number": [copied(table, columns, "-1", f"WHERE {last}")],
        "upsert": [
            copied(table, columns, number, f"WHERE {last}")
            + f' ON CONFLICT ("{number}") DO UPDATE SET "{other}" = excluded."{other}"'
        ],
    }


def on_sqlite(table: str, columns: list[Any]) -> dict[str, list[str]]:
    """The ways that only SQLite has."""
    number = columns[0].name
    return {
        "replace by number": [copied(table, columns, number, verb="INSERT OR REPLACE")],
        "drop a guard": [f"DROP TRIGGER {table}_no_update"],
        "drop the table": [f"DROP TABLE {table}"],
        "update or replace": [f"UPDATE OR REPLACE {table} SET {number} = {number} - 1"],
    }


def on_postgresql(table: str, columns: list[Any]) -> dict[str, list[str]]:
    """The ways that only PostgreSQL has."""
    return {
        "truncate": [f"TRUNCATE {table} CASCADE"],
        "truncate as replica": [REPLICA, f"TRUNCATE {table}"],
        "update as replica": [REPLICA, f"UPDATE {table} SET {columns[0].name} = {columns[0].name}"],
        "delete as replica": [REPLICA, f"DELETE FROM {table}"],
        "a gap as replica": [REPLICA, copied(table, columns, "1000", "LIMIT 1")],
    }


@pytest.mark.parametrize("model", TABLES, ids=lambda model: str(model.__tablename__))
async def test_every_known_way_to_change_what_was_proved_is_refused(w: Api, database: Database, model: Any) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    await rotate_signing_key(other_randomness(w.ledger))
    columns, table = TABLES[model], str(model.__tablename__)
    before = await rows_of(database, model)
    assert len(before) == 2
    only_here = on_sqlite if database.engine.dialect.name == "sqlite" else on_postgresql
    for name, statements in {**attacks(table, columns), **only_here(table, columns)}.items():
        with pytest.raises(DatabaseError):
            await _attack(database, statements)
            pytest.fail(f"{name} was not refused")
        assert await rows_of(database, model) == before, name


async def _attack(database: Database, statements: list[str]) -> None:
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.mark.parametrize("model", [StatementLeafTable, CheckpointKeyTable])
async def test_nothing_is_proved_or_published_twice(w: Api, database: Database, model: Any) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    columns, table = TABLES[model], str(model.__tablename__)
    number = columns[0].name
    verbs = ["INSERT OR REPLACE", "INSERT"] if database.engine.dialect.name == "sqlite" else ["INSERT"]
    for verb in verbs:
        where = f"WHERE {number} = (SELECT max({number}) FROM {table})"
        with pytest.raises(DatabaseError):
            await _attack(database, [copied(table, columns, f"{number} + 1", where, verb)])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("model", [StatementLeafTable, CheckpointKeyTable])
async def test_a_connection_of_somebody_else_cannot_replace_a_row_either(
    w: Api, database: Database, database_url: str, model: Any
) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    before = await rows_of(database, model)
    columns, table = TABLES[model], str(model.__tablename__)
    where = f"WHERE {columns[0].name} = (SELECT max({columns[0].name}) FROM {table})"
    # As SQLite's own program opens it: without recursive triggers, so that replacing asks no trigger on deletion.
    attack = copied(table, columns, f"{columns[0].name} + 1", where, "INSERT OR REPLACE")
    with (
        closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"append-only: this .* is taken"),
    ):
        connection.execute(attack)
    assert await rows_of(database, model) == before
