"""Every known way to rewrite, remove or skip an entry of the log is tried on both databases and refused."""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from service.storage.database import Database, migrate
from service.storage.scope import EVERYTHING
from tests.databases import create_postgresql, drop_postgresql, run_apart
from tests.shell.revisions import REVISIONS

COLUMNS = "contract, sequence, kind, recorded_at, actor, source, external_id, bytes, digest"
STORED = f"SELECT {COLUMNS} FROM log_entry ORDER BY contract, sequence"
TAKEN = "'cases', 'id1'"
FREE = "'cases', 'new'"


def insert(sequence: int | str, identity: str = FREE, verb: str = "INSERT", contract: str = "dialog") -> str:
    values = f"'{contract}', {sequence}, 'fact', '2026-01-01 00:00:00', 'ann', {identity}, 'bytes', 'digest'"
    return f"{verb} INTO log_entry ({COLUMNS}) VALUES ({values})"


FILL = [insert(sequence, f"'cases', 'id{sequence}'") for sequence in (1, 2, 3)]
PARENT = "CREATE TABLE parent (id TEXT PRIMARY KEY)"
CHILD = "ALTER TABLE log_entry ADD COLUMN parent TEXT REFERENCES parent (id) ON DELETE CASCADE"
CHILD_ENTRY = insert(4).replace(COLUMNS, f"{COLUMNS}, parent").replace("'digest')", "'digest', 'p')")
SHADOW = "CREATE TEMPORARY TABLE log_entry AS SELECT 'dialog' AS contract, 8 AS sequence"

# The last statement of each is the attack; those before it prepare it and succeed.
ON_BOTH = {
    "update": ["UPDATE log_entry SET bytes = 'forged' WHERE sequence = 2"],
    "update the key": ["UPDATE log_entry SET sequence = 9 WHERE sequence = 3"],
    "delete": ["DELETE FROM log_entry WHERE sequence = 3"],
    "delete all": ["DELETE FROM log_entry"],
    "delete by cascade": [PARENT, "INSERT INTO parent VALUES ('p')", CHILD, CHILD_ENTRY, "DELETE FROM parent"],
    "upsert": [insert(1) + " ON CONFLICT (contract, sequence) DO UPDATE SET bytes = 'forged'"],
    "upsert by identity": [
        insert(4, TAKEN) + " ON CONFLICT (contract, source, external_id) DO UPDATE SET bytes = 'forged'"
    ],
    "a sequence that is taken": [insert(2)],
    "an identity that is taken": [insert(4, TAKEN)],
    "a gap": [insert(9)],
    "a gap in an empty contract": [insert(2, contract="other")],
    "sequence 0": [insert(0)],
    "a negative sequence": [insert(-1)],
    "no sequence": [insert("NULL")],
    "many with a gap": [insert(4, "NULL, NULL") + ", " + insert(6, "NULL, NULL").split("VALUES ")[1]],
}
ON_SQLITE = {
    "replace by key": [insert(2, verb="INSERT OR REPLACE")],
    "replace by identity": [insert(4, TAKEN, "INSERT OR REPLACE")],
    "replace": [insert(2, verb="REPLACE")],
    "replace by row number": [
        insert(4, verb="INSERT OR REPLACE")
        .replace("(contract", "(rowid, contract")
        .replace("('dialog'", "(1, 'dialog'")
    ],
    "ignore what is taken": [insert(2, verb="INSERT OR IGNORE")],
    "update or replace": ["UPDATE OR REPLACE log_entry SET sequence = 2 WHERE sequence = 3"],
    "update or ignore": ["UPDATE OR IGNORE log_entry SET bytes = 'forged'"],
}
ON_SQLITE_CONNECTION = {
    "drop a guard": ["DROP TRIGGER log_entry_no_update"],
    "drop the table": ["DROP TABLE log_entry"],
    "rename the table": ["ALTER TABLE log_entry RENAME TO gone"],
    "drop a column": ["ALTER TABLE log_entry DROP COLUMN actor"],
    "edit the schema as text": ["PRAGMA writable_schema = ON"],
    "loosen the connection": ["PRAGMA recursive_triggers = OFF"],
    "attach a file": ["ATTACH ':memory:' AS other"],
    "shadow the table": [SHADOW],
    "a trigger of one's own": ["CREATE TEMP TRIGGER t BEFORE INSERT ON log_entry BEGIN SELECT RAISE(IGNORE); END"],
}
REPLICA = "SET session_replication_role = replica"
ON_POSTGRESQL = {
    "truncate": ["TRUNCATE log_entry CASCADE"],
    "truncate by cascade": [PARENT, CHILD, "TRUNCATE parent CASCADE"],
    "update as replica": [REPLICA, "UPDATE log_entry SET bytes = 'forged'"],
    "delete as replica": [REPLICA, "DELETE FROM log_entry"],
    "truncate as replica": [REPLICA, "TRUNCATE log_entry CASCADE"],
    "a gap as replica": [REPLICA, insert(9)],
    "merge": [
        "MERGE INTO log_entry USING (SELECT 2 AS wanted) AS w ON sequence = wanted"
        " WHEN MATCHED THEN UPDATE SET bytes = 'forged'"
    ],
    "a gap behind a shadow": [SHADOW, insert(9).replace("log_entry", "public.log_entry", 1)],
    "a gap by copying": [
        f"INSERT INTO log_entry ({COLUMNS}) SELECT contract, sequence + 4, kind, recorded_at, actor,"
        " NULL, NULL, bytes, digest FROM log_entry"
    ],
}


def ids(attacks: dict[str, list[str]]) -> dict[str, Any]:
    return {"argvalues": attacks.values(), "ids": attacks.keys()}


@pytest.fixture(params=REVISIONS)
def sqlite_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    run_apart(migrate(f"sqlite:///{path}", request.param))
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in FILL:
            connection.execute(statement)
    return path


@pytest.fixture(params=REVISIONS)
def postgresql_at(request: pytest.FixtureRequest, postgresql_url: str) -> Iterator[str]:
    url = create_postgresql(postgresql_url)
    run_apart(migrate(url, request.param))
    yield url
    drop_postgresql(url)


@pytest.fixture
async def postgresql(postgresql_at: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgresql_at)
    for statement in FILL:
        await connection.execute(statement)
    yield connection
    await connection.close()


def stored_in(path: Path) -> Sequence[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(STORED).fetchall()


@pytest.mark.parametrize("statements", **ids(ON_BOTH | ON_SQLITE))
def test_sqlite_refuses_even_the_owner_of_the_file(sqlite_path: Path, statements: list[str]) -> None:
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in statements[:-1]:
            connection.execute(statement)
        before = stored_in(sqlite_path)
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute(statements[-1])

    assert stored_in(sqlite_path) == before
    assert len(before) >= 3


@pytest.mark.parametrize("statements", **ids(ON_BOTH | ON_SQLITE | ON_SQLITE_CONNECTION))
async def test_the_ledgers_own_sqlite_connection_is_refused(sqlite_path: Path, statements: list[str]) -> None:
    database, before = Database.at(f"sqlite:///{sqlite_path}", EVERYTHING), stored_in(sqlite_path)

    with pytest.raises(DatabaseError):
        async with database.engine.begin() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)

    assert stored_in(sqlite_path) == before
    assert await database.missing_guards() == ()
    await database.dispose()


@pytest.mark.parametrize("statements", **ids(ON_BOTH | ON_POSTGRESQL))
async def test_postgresql_refuses_even_the_superuser(postgresql: asyncpg.Connection, statements: list[str]) -> None:
    for statement in statements[:-1]:
        await postgresql.execute(statement)
    stored = STORED.replace("log_entry", "public.log_entry")
    before = await postgresql.fetch(stored)

    with pytest.raises(asyncpg.PostgresError):
        await postgresql.execute(statements[-1])

    assert await postgresql.fetch(stored) == before
    assert len(before) >= 3


async def test_a_copied_batch_with_a_gap_is_refused(postgresql: asyncpg.Connection) -> None:
    entry = (await postgresql.fetch(STORED))[0]
    batch = [(entry[0], sequence, *entry[2:5], None, None, *entry[7:]) for sequence in (4, 5, 7)]

    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="gapless"):
        await postgresql.copy_records_to_table("log_entry", records=batch, columns=COLUMNS.split(", "))
    assert len(await postgresql.fetch(STORED)) == len(FILL)


TAMPERED_SQLITE = {
    "DROP TRIGGER log_entry_no_update": "log_entry_no_update",
    "DROP TRIGGER log_entry_no_delete": "log_entry_no_delete",
    "DROP TRIGGER log_entry_gapless; CREATE TRIGGER log_entry_gapless BEFORE INSERT ON log_entry BEGIN SELECT 1; END":
        "log_entry_gapless",
}  # fmt: skip
DO_NOTHING = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
TAMPERED_POSTGRESQL = {
    "DROP TRIGGER log_entry_no_change ON log_entry": ("log_entry_no_change",),
    "ALTER TABLE log_entry DISABLE TRIGGER log_entry_no_truncate": ("log_entry_no_truncate",),
    "ALTER TABLE log_entry ENABLE TRIGGER log_entry_gapless": ("log_entry_gapless",),
    "ALTER TABLE log_entry DISABLE TRIGGER ALL": (
        "log_entry_gapless", "log_entry_no_change", "log_entry_no_truncate",
    ),
    f"CREATE OR REPLACE FUNCTION log_entry_refuse_gap() {DO_NOTHING}": ("log_entry_gapless",),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "missing"), TAMPERED_SQLITE.items())
async def test_a_guard_taken_from_an_sqlite_file_is_missed(sqlite_path: Path, statement: str, missing: str) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.executescript(statement)
    database = Database.at(f"sqlite:///{sqlite_path}", EVERYTHING)

    assert await database.missing_guards() == (missing,)
    await database.dispose()


@pytest.mark.parametrize(("statement", "missing"), TAMPERED_POSTGRESQL.items())
async def test_a_guard_taken_from_postgresql_is_missed(
    postgresql: asyncpg.Connection, postgresql_at: str, statement: str, missing: tuple[str, ...]
) -> None:
    await postgresql.execute(statement)
    database = Database.at(make_url(postgresql_at).render_as_string(hide_password=False), EVERYTHING)

    assert await database.missing_guards() == missing
    await database.dispose()


async def test_a_table_built_anew_by_sqlite_loses_its_guards_and_that_is_missed(sqlite_path: Path) -> None:
    rebuild = "CREATE TABLE n AS SELECT * FROM log_entry; DROP TABLE log_entry; ALTER TABLE n RENAME TO log_entry"
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.executescript(rebuild)
    database = Database.at(f"sqlite:///{sqlite_path}", EVERYTHING)

    assert len(await database.missing_guards()) == 3
    await database.dispose()
