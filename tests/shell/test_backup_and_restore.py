"""A backup of a running service is put back elsewhere and is the same ledger; nothing else is put back unnoticed."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from service.core.errors import BrokenInvariant, InvalidInput, Unavailable, WrongState
from service.settings import Settings
from service.storage.backups import restore_postgresql
from service.storage.database import Database
from service.storage.scope import EVERYTHING
from service.workflows.backups import back_up, hold_against, manifest_of, restore
from service.workflows.opening import bring_up_to_date
from service.workflows.whole import Ends
from tests.databases import create_postgresql, drop_postgresql, programs
from tests.shell.calling import Api, ledger_on
from tests.shell.living import exam, living, whole
from tests.shell.tampering import execute, forge
from tests.shell.test_erasure import erase
from tests.shell.test_export_and_import import PSEUDONYM, lived, nameless
from tests.sources import commands


@pytest.fixture(autouse=True)
def postgresql_programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs that come with the server the tests run on: an older pg_dump refuses a newer server."""
    if "postgresql" in request.node.name and shutil.which("pg_dump") is None:
        monkeypatch.setenv("PATH", str(programs()), prepend=":")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """Where there is nothing yet, of the same kind as the test's own database."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'ledger.db'}"
        return
    url = create_postgresql(request.getfixturevalue("postgresql_url"))
    yield url
    drop_postgresql(url)


async def put_back(file: Path, url: str) -> tuple[Ends, dict[str, list[tuple[Any, ...]]], tuple[str, ...]]:
    """Restore a backup as the command does: where it ends, all its rows, and what guards are missing there."""
    manifest = await restore(url, file)
    await bring_up_to_date(Settings(database_url=url))
    database = Database.at(url, EVERYTHING)
    try:
        ends = await hold_against(ledger_on(database), manifest)
        return ends, await whole(database), await database.missing_guards()
    finally:
        await database.dispose()


async def test_a_backup_that_is_put_back_is_the_same_ledger_with_its_guards(
    api: Api, database: Database, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await lived(api)
    file = tmp_path / "ledger.backup"
    backed_up = await back_up(api.ledger, database_url, file)
    ends, rows, missing = await put_back(file, elsewhere)
    assert (ends, missing) == (backed_up, ())
    assert rows == await whole(database)
    assert file.stat().st_mode & 0o077 == 0
    assert {one.name for one in tmp_path.glob("ledger.backup*")} == {"ledger.backup", "ledger.backup.json"}


async def test_a_backup_taken_while_events_come_in_is_one_moment_of_the_ledger(
    api: Api, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await living(api)
    taken = asyncio.Event()

    async def write() -> int:
        number = 0
        while not taken.is_set():
            number += 1
            await api.learn(exam(f"Q{number}", "2022-06-01"))
            await asyncio.sleep(0)
        return number

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.1)
    try:
        backed_up = await back_up(api.ledger, database_url, tmp_path / "ledger.backup")
    finally:
        taken.set()
        written = await writing
    assert written > 2
    ends, _, _ = await put_back(tmp_path / "ledger.backup", elsewhere)
    assert ends == backed_up
    async with api.ledger.database.reading() as store:
        head = await store.head("w")
    assert head is not None and ends.heads["w"].sequence <= head.sequence


async def test_nothing_of_the_erased_is_in_a_backup(api: Api, database_url: str, tmp_path: Path) -> None:
    await living(api)
    await api.learn(nameless(PSEUDONYM))
    await api.issue("2022")
    await back_up(api.ledger, database_url, tmp_path / "before.backup")
    await erase(api, PSEUDONYM)
    await back_up(api.ledger, database_url, tmp_path / "ledger.backup")
    assert PSEUDONYM.encode() in plain(tmp_path / "before.backup")
    assert PSEUDONYM.encode() not in plain(tmp_path / "ledger.backup")


def plain(backup: Path) -> bytes:
    """What stands in a backup; a dump is compressed, and has bytes in hexadecimal beside names in clear."""
    stored = backup.read_bytes()
    if stored.startswith(b"SQLite"):
        return stored
    return subprocess.run([programs() / "pg_restore", "-f", "-", backup], capture_output=True, check=True).stdout


async def test_a_backup_is_not_written_over_another_nor_put_back_over_a_ledger(
    api: Api, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await living(api)
    file = tmp_path / "ledger.backup"
    await back_up(api.ledger, database_url, file)
    kept = file.read_bytes()
    with pytest.raises(WrongState, match="exists"):
        await back_up(api.ledger, database_url, file)
    await put_back(file, elsewhere)
    for url in (elsewhere, database_url):
        with pytest.raises(WrongState, match="nothing was changed"):
            await restore(url, file)
    assert file.read_bytes() == kept


async def test_a_damaged_or_foreign_backup_is_not_put_back(
    api: Api, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await lived(api)
    file = tmp_path / "ledger.backup"
    await back_up(api.ledger, database_url, file)
    whole_file, manifest = file.read_bytes(), json.loads(manifest_of(file).read_bytes())
    for damaged in (whole_file[:-1], b"", whole_file[:99] + bytes([whole_file[99] ^ 4]) + whole_file[100:]):
        file.write_bytes(damaged)
        with pytest.raises(InvalidInput, match="damaged or cut off"):
            await restore(elsewhere, file)
    file.write_bytes(whole_file)
    for wrong, sentence in (
        ({"v": 2}, "another version"),
        ({"database": "oracle"}, "other kind of database"),
        ({"sha256": None}, "damaged"),
    ):
        manifest_of(file).write_text(json.dumps(manifest | wrong))
        with pytest.raises(InvalidInput, match=sentence):
            await restore(elsewhere, file)
    manifest_of(file).unlink()
    with pytest.raises(InvalidInput, match="is not there"):
        await restore(elsewhere, file)
    manifest_of(file).write_text(json.dumps(manifest | {"tree_size": 5}))
    with pytest.raises(BrokenInvariant, match="does not end where"):
        await put_back(file, elsewhere)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE statement SET document = sha256 WHERE contract = 'w'", "DELETE FROM statement_leaf WHERE leaf_index = 5"],
)
async def test_a_ledger_that_does_not_hold_together_is_told_when_it_is_backed_up(
    api: Api, database_url: str, tmp_path: Path, statement: str
) -> None:
    await lived(api)
    await forge(database_url, statement)
    with pytest.raises(BrokenInvariant):
        await back_up(api.ledger, database_url, tmp_path / "ledger.backup")
    assert not [*tmp_path.glob("ledger.backup*")]


async def test_an_owner_who_is_no_superuser_backs_up_every_row(
    api: Api, database: Database, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await lived(api)
    url = database_url
    if database_url.startswith("postgresql"):
        url = await _owned_by_somebody_plain(database, database_url)
    await back_up(api.ledger, url, tmp_path / "ledger.backup")
    _, rows, _ = await put_back(tmp_path / "ledger.backup", elsewhere)
    assert rows == await whole(database)


async def _owned_by_somebody_plain(database: Database, url: str) -> str:
    """The same database in the hands of a role that row-level security holds to its policies, with a password."""
    create = "CREATE ROLE plain_owner LOGIN PASSWORD 'a b:c'"
    made = f"DO $$ BEGIN {create}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    tables = await _names_of_tables(database)
    for statement in (made, *(f"ALTER TABLE {name} OWNER TO plain_owner" for name in tables)):
        await execute(database, statement.replace(":", "\\:"))
    return make_url(url).set(username="plain_owner", password="a b:c").render_as_string(hide_password=False)


async def _names_of_tables(database: Database) -> list[str]:
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        return list(found.scalars())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_documented_dump_has_every_row_and_without_its_options_there_is_none(
    api: Api, database: Database, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await lived(api)
    owner = make_url(await _owned_by_somebody_plain(database, database_url))
    (words,) = (words for path, words in commands("pg_dump") if str(path) == "docs/operations.md")
    file, login = tmp_path / "ledger.dump", {"PGPASSWORD": str(owner.password)}
    target = owner.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    given = [word.replace("postgresql://ledger@db.example/ledger", target) for word in words]
    dump = [str(programs() / "pg_dump"), *(f"--file={file}" if word.startswith("--file") else word for word in given)]
    subprocess.run(dump, check=True, capture_output=True, env=login)
    await restore_postgresql(file, elsewhere)
    await bring_up_to_date(Settings(database_url=elsewhere))
    restored = Database.at(elsewhere, EVERYTHING)
    assert await whole(restored) == await whole(database)
    await restored.dispose()

    bare = [str(programs() / "pg_dump"), f"--dbname={target}", "--data-only"]
    refused = subprocess.run(bare, capture_output=True, text=True, env=login, check=False)
    assert refused.returncode and "row-level security" in refused.stderr
    empty = subprocess.run([*bare, "--enable-row-security"], capture_output=True, text=True, env=login, check=True)
    assert "exam-P1" not in empty.stdout


async def test_what_pg_dump_says_is_told_in_a_sentence(
    api: Api, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await living(api)
    if database_url.startswith("sqlite"):
        with pytest.raises(Unavailable, match=r"no database in missing\.db"):
            await back_up(api.ledger, f"sqlite:///{tmp_path / 'missing.db'}", tmp_path / "ledger.backup")
        return
    nowhere = make_url(database_url).set(database="missing").render_as_string(hide_password=False)
    with pytest.raises(Unavailable, match=r"pg_dump has failed.*missing"):
        await back_up(api.ledger, nowhere, tmp_path / "ledger.backup")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="pg_dump is not installed"):
        await back_up(api.ledger, database_url, tmp_path / "ledger.backup")
    assert not [*tmp_path.glob("ledger.backup*")]
