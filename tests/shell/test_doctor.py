"""The operator's check: each thing it looks at, provoked on both databases, and what it says is to be done."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner, Result

from service.cli import app
from service.settings import settings
from service.storage.database import Database, async_url, engine_for, migrate, restore_guards
from service.storage.guards import install_guards
from service.storage.scope import EVERYTHING
from service.storage.signing_keys import NoKeys
from service.workflows.checkpoints import make_checkpoint
from service.workflows.checkup import Check, check_up
from service.workflows.ledger import Ledger
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.crash.cluster import a_cluster
from tests.databases import create_postgresql, run_apart
from tests.shell.calling import Api, KeysInMemory, client_of, ledger_on
from tests.shell.serving import served
from tests.shell.tampering import forge

# The databases of tests are not durable on PostgreSQL, for speed; the check has to say so.
NOT_DURABLE = {
    "sqlite": set(),
    "postgresql": {"durability: fsync", "durability: synchronous_commit", "durability: full_page_writes"},
}
ROOMY = 2**40


def kind_of(database: Database) -> str:
    return database.engine.dialect.name


@pytest.fixture
async def filled(database: Database) -> Ledger:
    """A ledger with a contract and facts, recorded by the real clock."""
    ledger = replace(ledger_on(database), now=lambda: datetime.now(UTC))
    async with await client_of(ledger) as client:
        api = Api(client, ledger)
        await api.register(a_contract())
        await api.learn(W1_FACTS)
    return ledger


async def failing(ledger: Ledger, folder: Path, free_bytes: int = ROOMY) -> dict[str, Check]:
    """The checks that fail, beyond those that always do here."""
    checks = await check_up(ledger, folder, lambda _: free_bytes)
    expected = NOT_DURABLE[kind_of(ledger.database)]
    assert expected <= {check.name for check in checks if not check.passed} or checks[0].name == "database"
    return {check.name: check for check in checks if not check.passed and check.name not in expected}


async def test_a_sound_ledger_passes_every_check(filled: Ledger, tmp_path: Path) -> None:
    names = [check.name for check in await check_up(filled, tmp_path, lambda _: ROOMY)]
    assert {"schema", "guards", "clock beside database", "clock beside log", "ends of the chains"} <= set(names)
    assert f"disk of {tmp_path}" in names
    assert await failing(filled, tmp_path) == {}


async def test_guards_that_are_gone_are_named_and_the_command_to_migrate_puts_them_back(
    filled: Ledger, database_url: str, tmp_path: Path
) -> None:
    await forge(database_url, "UPDATE contract_head SET sequence = sequence")
    found = await failing(filled, tmp_path)
    assert list(found) == ["guards"] and "log_entry_no" in found["guards"].found
    assert "checkpoint_no" in found["guards"].found and "statement_leaf_no" in found["guards"].found
    assert "outcomes-ledger migrate" in (found["guards"].remedy or "")
    assert set(await restore_guards(database_url)) <= set(re.findall(r"\w+_(?:no|gapless)\w*", found["guards"].found))
    assert await failing(filled, tmp_path) == {} and await restore_guards(database_url) == ()


async def test_an_older_schema_is_told_and_what_needs_the_newer_one_is_left_out(
    filled: Ledger, database_url: str, tmp_path: Path
) -> None:
    await execute_freely(database_url, "UPDATE alembic_version SET version_num = '0000'")
    found = await failing(filled, tmp_path)
    assert list(found) == ["schema"] and found["schema"].remedy == "Run outcomes-ledger migrate."
    await execute_freely(database_url, "UPDATE alembic_version SET version_num = '9999'")
    assert (await failing(filled, tmp_path))["schema"].remedy == "Install the newer release."


async def execute_freely(url: str, statement: str) -> None:
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        await connection.exec_driver_sql(statement)
    await engine.dispose()


async def test_a_clock_behind_the_log_or_away_from_the_databases_is_told(filled: Ledger, tmp_path: Path) -> None:
    early = replace(filled, now=lambda: datetime.now(UTC) - timedelta(hours=1))
    found = await failing(early, tmp_path)
    assert list(found) == ["clock beside database", "clock beside log"]
    assert re.search(r"differ by 3[56]\d\d\.\d s", found["clock beside database"].found)
    assert re.search(r"3[56]\d\d\.\d s ahead of this clock", found["clock beside log"].found)
    late = replace(filled, now=lambda: datetime.now(UTC) + timedelta(seconds=7))
    assert list(await failing(late, tmp_path)) == ["clock beside database"]
    close = replace(filled, now=lambda: datetime.now(UTC) + timedelta(seconds=4))
    assert await failing(close, tmp_path) == {}


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE contract_head SET sequence = sequence - 1",
        "UPDATE contract_head SET digest = :other",
        "DELETE FROM contract_head",
        "DELETE FROM log_entry WHERE sequence = (SELECT max(sequence) FROM log_entry)",
    ],
)
async def test_ends_of_a_chain_that_do_not_meet_are_told(
    tampering: str, filled: Ledger, database_url: str, tmp_path: Path
) -> None:
    await forge(database_url, tampering, **({"other": bytes(32)} if ":other" in tampering else {}))
    engine = engine_for(database_url, migrating=True)
    async with engine.begin() as connection:
        await connection.run_sync(install_guards)
    await engine.dispose()
    found = await failing(filled, tmp_path)
    assert list(found) == ["ends of the chains"] and found["ends of the chains"].found == "head and log differ: w"


async def test_a_signing_key_that_is_lost_or_unusable_is_told(filled: Ledger, tmp_path: Path) -> None:
    await make_checkpoint(filled)
    assert await failing(filled, tmp_path) == {}
    lost = await failing(replace(filled, key_ring=KeysInMemory()), tmp_path)
    assert list(lost) == ["signing key"] and "fresh key" in (lost["signing key"].remedy or "")
    unusable = await failing(replace(filled, key_ring=NoKeys()), tmp_path)
    assert list(unusable) == ["signing key"] and "without its signing keys" in unusable["signing key"].found


async def test_a_disk_that_is_nearly_full_is_told(filled: Ledger, tmp_path: Path) -> None:
    found = await failing(filled, tmp_path, free_bytes=2**30 - 1)
    assert list(found) == [f"disk of {tmp_path}"] and found[f"disk of {tmp_path}"].found == "1.0 GiB free"


async def test_a_database_that_is_away_is_told_and_the_disk_is_still_looked_at(tmp_path: Path) -> None:
    for url in ("postgresql://nobody@127.0.0.1:1/nothing", f"sqlite:///{tmp_path / 'none.db'}"):
        database = Database.at(url, EVERYTHING)
        checks = await check_up(Ledger(database, lambda: datetime.now(UTC), bytes), tmp_path, lambda _: ROOMY)
        await database.dispose()
        assert [(check.name, check.passed) for check in checks] == [("database", False), (f"disk of {tmp_path}", True)]
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("pragma", ["journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_connection_to_sqlite_that_does_not_keep_what_it_commits_is_told(
    pragma: str, database_url: str, tmp_path: Path
) -> None:
    engine = create_async_engine(async_url(database_url))
    async with engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    await engine.dispose()
    engine = create_async_engine(async_url(database_url))
    for setting in ("foreign_keys=ON", pragma):
        event.listen(engine.sync_engine, "connect", lambda driver, _, it=setting: driver.execute(f"PRAGMA {it}"))
    ledger = replace(ledger_on(Database(engine, EVERYTHING)), now=lambda: datetime.now(UTC))
    found = await failing(ledger, tmp_path)
    await engine.dispose()
    name = pragma.partition("=")[0]
    assert list(found) == [f"durability: {name}"] and name in (found[f"durability: {name}"].remedy or "")


@pytest.fixture(scope="module")
def durable_url(postgresql_url: str) -> Iterator[str]:
    """A migrated database on a PostgreSQL server that keeps what it commits, unlike the one of the other tests."""
    with a_cluster() as cluster:
        for setting in ("fsync", "full_page_writes"):
            run_apart(administer(cluster.url, f"ALTER SYSTEM SET {setting} = on"))
        run_apart(administer(cluster.url, "SELECT pg_reload_conf()"))
        url = create_postgresql(cluster.url)
        run_apart(migrate(url))
        yield url


async def administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def run(url: str, folder: Path, *words: str) -> Result:
    settings.cache_clear()
    result = CliRunner().invoke(app, ["doctor", "--folder", str(folder), *words], env={"DATABASE_URL": url})
    settings.cache_clear()
    return result


def test_the_command_ends_with_0_where_all_is_well(durable_url: str, migrated_sqlite: Path, tmp_path: Path) -> None:
    for url in (durable_url, f"sqlite:///{migrated_sqlite}"):
        told = run(url, tmp_path)
        assert told.exit_code == 0 and "FAIL" not in told.stdout, told.output
        assert json.loads(run(url, tmp_path, "--json").stdout)["sound"] is True


def test_the_command_ends_with_1_and_a_remedy_where_something_is_not(database_url: str, tmp_path: Path) -> None:
    run_apart(forge(database_url, "UPDATE contract_head SET sequence = sequence"))
    told = run(database_url, tmp_path)
    assert told.exit_code == 1 and "FAIL  guards: " in told.stdout and "Find out who removed them" in told.stdout
    document = json.loads(run(database_url, tmp_path, "--json").stdout)
    (guards,) = [check for check in document["checks"] if check["name"] == "guards"]
    assert document["sound"] is False and guards["passed"] is False and "migrate" in guards["remedy"]


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_the_service_on_this_machine_is_asked_for_its_health(empty_database_url: str, tmp_path: Path) -> None:
    with served(empty_database_url, tmp_path) as service:
        well = CliRunner().invoke(app, ["health", "--port", str(service.port)])
        assert (well.exit_code, well.stdout) == (0, "The service is ready.\n")
        run_apart(forge(empty_database_url, "UPDATE contract_head SET sequence = sequence"))
        ill = CliRunner().invoke(app, ["health", "--port", str(service.port)])
        assert ill.exit_code == 1 and "The log is not protected" in ill.stderr
    gone = CliRunner().invoke(app, ["health", "--port", str(service.port)])
    assert (gone.exit_code, gone.stderr) == (1, "The service does not answer.\n")
