"""Single bits flipped at random, in rows of every table and in SQLite's file and its backups: all are found.

A trial counts where it changes what the ledger reads of the verified tables, or where SQLite itself finds the file
damaged; a bit of free space, of a counter or of a table that is left out changes nothing, and another is drawn.
"""

import os
import random
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from service.core.errors import LedgerError
from service.storage.database import Database, async_url
from service.storage.scope import EVERYTHING
from service.storage.store import Store
from service.workflows.verify_everything import verify_ledger, verify_store
from tests.tamper.changes import FOR_PEOPLE, Row, owners, put, rows_in, tables, tampering
from tests.tamper.conftest import Told

TRIALS = int(os.environ.get("FLIP_TRIALS", "200"))
IN_FILES = 4  # on SQLite every fourth trial is in a file
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def flipped(value: Any, chance: random.Random) -> Any:
    """The value with one bit flipped; None where there is no bit to flip, or what comes of it is no such value."""
    match value:
        case None | "" | b"":
            return None
        case int():
            return value ^ 1 << chance.randrange(24)
        case bytes():
            place = chance.randrange(len(value))
            return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
        case str():
            try:
                found: str = flipped(value.encode(), chance).decode()
            except UnicodeDecodeError:
                return None
            return None if "\0" in found else found
        case datetime():
            microseconds = (value - _EPOCH) // timedelta(microseconds=1)
            return _EPOCH + timedelta(microseconds=microseconds ^ 1 << chance.randrange(48))
        case date():
            return date.fromordinal(value.toordinal() ^ 1 << chance.randrange(12))
    raise TypeError(type(value).__name__)


def binds_nothing(table: str, row: Row) -> bool:
    """Whether no event and no entry is salted with this key: of the second contract nothing is."""
    return table == "participant_key" and row["contract"] == "other"


async def flip_of_a_row(engine: AsyncEngine, chance: random.Random) -> tuple[str, str | None] | None:
    """Where a bit was flipped and what was found; None where the database refused it or there was nothing to flip."""
    table = chance.choice(tables())
    column = chance.choice([one.name for one in table.columns])
    async with tampering(engine) as connection:
        row = chance.choice(await rows_in(connection, table))
        value = flipped(row[column], chance)
        if value is None or (table.name, column) in FOR_PEOPLE or binds_nothing(table.name, row):
            return None
        try:
            await put(connection, table, row, **{column: value})
        except DBAPIError:
            return None
        broken = (await verify_store(Store(connection, EVERYTHING))).broken
    return f"{table.name}.{column}: {row[column]!r} to {value!r}", None if broken is None else str(broken)


async def content(file: Path) -> Any:
    """What the ledger reads of the verified tables, but for columns that are for people; None of a damaged file."""
    engine = create_async_engine(async_url(f"sqlite:///{file}"))
    try:
        async with engine.connect() as connection:
            if [*(await connection.exec_driver_sql("PRAGMA integrity_check(1)"))] != [("ok",)]:
                return None
            rows = {table.name: await rows_in(connection, table) for table in tables()}
    except (DBAPIError, ValueError, TypeError, sqlite3.Error):
        return None
    finally:
        await engine.dispose()
    keys = [row for row in rows["participant_key"] if not binds_nothing("participant_key", row)]
    for table, column in FOR_PEOPLE:
        for row in rows[table]:
            del row[column]
    return {**rows, "participant_key": keys}


async def flip_of_a_file(told: Told, whole: Path, chance: random.Random) -> tuple[str, str | None] | None:
    """The same of a copy of SQLite's file."""
    copy = whole.with_name("flipped.db")
    shutil.copy(whole, copy)
    place, bit = chance.randrange(copy.stat().st_size), chance.randrange(8)
    with copy.open("r+b") as opened:
        opened.seek(place)
        byte = opened.read(1)[0]
        opened.seek(place)
        opened.write(bytes([byte ^ 1 << bit]))
    after = await content(copy)
    if after is not None and after == await content(whole):
        return None
    database = Database.at(f"sqlite:///{copy}", EVERYTHING)
    try:
        broken: object = (await verify_ledger(replace(told.ledger, database=database))).broken
    except LedgerError as error:
        broken = error.message
    finally:
        await database.dispose()
        for beside in whole.parent.glob("flipped.db-*"):
            beside.unlink()
    return f"bit {bit} of byte {place} of the file", None if broken is None else str(broken)


def copies_of(file: Path, folder: Path) -> list[Path]:
    """The file as it lies there, and a backup of it as SQLite makes one."""
    lying, backup = folder / "lying.db", folder / "backup.db"
    with sqlite3.connect(file) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(file, lying)
        with sqlite3.connect(backup) as target:
            opened.backup(target)
    return [lying, backup]


async def test_every_flipped_bit_is_found(told: Told, database_url: str, tmp_path: Path) -> None:
    await told.ledger.database.dispose()
    chance = random.Random(20261128)
    files = copies_of(tmp_path / "ledger.db", tmp_path) if database_url.startswith("sqlite") else []
    trials: list[tuple[str, str | None]] = []
    async with owners(database_url) as engine:
        while len(trials) < TRIALS:
            if files and len(trials) % IN_FILES == 0:
                trial = await flip_of_a_file(told, chance.choice(files), chance)
            else:
                trial = await flip_of_a_row(engine, chance)
            trials += [trial] if trial is not None else []
    missed = [where for where, found in trials if found is None]
    assert not missed, missed
