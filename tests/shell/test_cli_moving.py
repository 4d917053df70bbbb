"""The commands that move a whole ledger: told to people and to programs, refused in a sentence with exit code 1."""

import json
from pathlib import Path

import pytest

from service.storage.database import Database
from service.storage.scope import EVERYTHING
from tests.databases import run_apart
from tests.shell.other_database import other_url
from tests.shell.test_cli import Cli, cli
from tests.shell.test_cli_audit import STATEMENT, audited

__all__ = ["audited", "cli", "other_url"]


def test_a_ledger_moves_to_the_other_database_and_issues_there_what_it_would_have_issued_here(
    audited: Cli, other_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ledger.ndjson"
    told = audited.json("export", file)
    assert json.loads(file.read_bytes().splitlines()[-1]).items() >= told.items() and told["tree_size"] == 4
    assert file.stat().st_mode & 0o077 == 0
    other = Cli(other_url)
    moved = other.run("import", file)
    assert "Imported from" in moved.stdout and told["root"] in moved.stdout
    assert "Administrator key, shown this once: olk_" in moved.stderr
    audited.issue("dialog-mod-vold", "2025")
    sizes = [audited.run("proof", "checkpoint").stdout.splitlines()[1]]
    # two ledgers that go on from one point under one key are a fork, which the note beside the key would tell
    monkeypatch.setenv("SIGNING_KEYS", str(tmp_path / "keys-there"))
    other.issue("dialog-mod-vold", "2025")
    sizes.append(other.run("proof", "checkpoint").stdout.splitlines()[1])
    late = STATEMENT.replace("2023", "2025")
    assert other.json("statements", "show", late) == audited.json("statements", "show", late)
    # a leaf also binds when its statement was recorded, which is a moment later there
    assert sizes == ["6", "6"]


def test_an_import_that_is_refused_is_told_in_a_sentence_and_leaves_the_place_empty(
    audited: Cli, other_url: str, tmp_path: Path
) -> None:
    file, other = tmp_path / "ledger.ndjson", Cli(other_url)
    audited.run("export", file)
    assert "exists; choose another name" in audited.run("export", file, code=1).stderr
    assert "not empty" in audited.run("import", file, code=1).stderr
    stored = file.read_bytes()
    file.write_bytes(stored[: len(stored) // 2])
    assert "cut off" in other.run("import", file, code=1).stderr
    file.write_bytes(stored.replace(b"dialog-mod-vold", b"dialog-mod-volt", 1))
    assert "damaged" in other.run("import", file, code=1).stderr
    file.write_bytes(stored)
    assert "Imported" in other.run("import", file).stdout


def test_a_backup_is_made_and_put_back(audited: Cli, empty_database_url: str, tmp_path: Path) -> None:
    file, there = tmp_path / "ledger.backup", Cli(empty_database_url)
    told = audited.json("backup", file)
    assert json.loads((tmp_path / "ledger.backup.json").read_bytes()).items() >= told.items()
    assert "exists; choose another name" in audited.run("backup", file, code=1).stderr
    restored = there.run("restore", file, code=0 if _same_kind(audited, there) else 1)
    if not _same_kind(audited, there):
        assert "the other kind of database" in " ".join(restored.stderr.split())
        return
    assert "Restored from" in restored.stdout and told["root"] in restored.stdout
    # who may call is in a backup, so that no first key is made
    assert "Administrator key" not in restored.stderr
    assert "nothing was changed" in there.run("restore", file, code=1).stderr
    assert there.json("statements", "show", STATEMENT) == audited.json("statements", "show", STATEMENT)


def _same_kind(*programs: Cli) -> bool:
    return len({one.url.partition(":")[0] for one in programs}) == 1


def test_an_export_of_an_empty_ledger_begins_an_empty_ledger_of_that_name(
    cli: Cli, other_url: str, tmp_path: Path
) -> None:
    cli.run("export", tmp_path / "empty.ndjson")
    Cli(other_url).run("import", tmp_path / "empty.ndjson")
    assert run_apart(_name(other_url)) == "outcomes-ledger"


async def _name(url: str) -> str | None:
    database = Database.at(url, EVERYTHING)
    try:
        async with database.reading() as store:
            return await store.ledger_name()
    finally:
        await database.dispose()
