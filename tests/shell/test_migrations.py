"""The schema comes from the migrations alone, from any earlier revision, and agrees with the table classes."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from service.storage.database import Database, current_revision, engine_for, head_revision, migrate
from service.storage.guards import install_guards, missing_guards
from service.storage.scope import EVERYTHING
from service.storage.tables import LedgerTable
from tests.shell.revisions import REVISIONS, SCRIPTS, alembic_config
from tests.shell.tampering import as_owner


def test_there_is_one_head() -> None:
    assert SCRIPTS.get_heads() == [head_revision()]
    assert REVISIONS[-1] == head_revision()


async def test_an_empty_database_has_no_revision(empty_database_url: str) -> None:
    assert await current_revision(empty_database_url) is None


@pytest.mark.parametrize("start", [None, *REVISIONS])
async def test_every_revision_leads_to_the_head(empty_database_url: str, start: str | None) -> None:
    if start is not None:
        await migrate(empty_database_url, start)
        assert await current_revision(empty_database_url) == start

    await migrate(empty_database_url)

    assert await current_revision(empty_database_url) == head_revision()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_the_guards_are_in_force_after_every_revision(empty_database_url: str, revision: str) -> None:
    await migrate(empty_database_url, revision)
    database = Database.at(empty_database_url, EVERYTHING)

    async with as_owner(database) as connection:
        assert await connection.run_sync(missing_guards) == ()
    await database.dispose()


async def test_the_table_classes_and_the_migrations_agree(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, LedgerTable.metadata))

    async with as_owner(database) as connection:
        assert await connection.run_sync(differences) == []


async def test_the_checks_are_in_the_schema(database: Database) -> None:
    def names(connection: Connection) -> set[str | None]:
        found = inspect(connection)
        return {check["name"] for table in ("ledger", "posting") for check in found.get_check_constraints(table)}

    async with as_owner(database) as connection:
        assert await connection.run_sync(names) == {"ck_ledger_one_row", "ck_posting_not_zero"}


async def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    program = "import asyncio, sys; from service.storage.database import migrate; asyncio.run(migrate(sys.argv[1]))"
    start = partial(asyncio.create_subprocess_exec, sys.executable, "-c", program, empty_database_url)
    processes = [await start(), await start()]

    assert await asyncio.wait_for(asyncio.gather(*(process.wait() for process in processes)), 30) == [0, 0]
    assert await current_revision(empty_database_url) == head_revision()


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Connection) -> None:
        install_guards(connection)
        raise ArithmeticError("the power fails here")

    monkeypatch.setattr("service.storage.guards.install_guards", fail)

    with pytest.raises(ArithmeticError):
        await migrate(empty_database_url)
    assert await current_revision(empty_database_url) is None


async def test_going_back_points_to_the_backup(database_url: str) -> None:
    def go_back(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    engine = engine_for(database_url, migrating=True)
    async with engine.connect() as connection:
        with pytest.raises(RuntimeError, match="restore from a backup instead"):
            await connection.run_sync(go_back)
    await engine.dispose()


def test_the_command_line_takes_the_database_as_an_argument(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    config = alembic_config()
    config.cmd_opts = type("Options", (), {"x": [f"url={url}"]})()

    command.upgrade(config, "head")

    assert asyncio.run(current_revision(url)) == head_revision()
