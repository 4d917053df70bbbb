"""The command line on a ledger: load, issue, show, verify and rebuild, each told to people and to programs."""

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.settings import settings
from tests.core.worked import W1_FACTS
from tests.databases import run_apart
from tests.render.reading import rows_in, sheets_in
from tests.shell.calling import sent
from tests.shell.tampering import forge
from tests.write_statements import CONTRACTS, folders

DIALOG = CONTRACTS / "dialog-mod-vold"


class Cli:
    """The program outcomes-ledger on one database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *words: str | Path, code: int = 0, typed: str | None = None) -> Result:
        """Run a command that has to end with that exit code, with what somebody types while it runs."""
        settings.cache_clear()
        environment = {"DATABASE_URL": self.url, "NO_COLOR": "1"}
        result = CliRunner().invoke(app, [str(word) for word in words], typed, environment)
        settings.cache_clear()
        assert result.exit_code == code, (result.exit_code, result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def issue(self, contract: str, period: str) -> None:
        """Issue a period as two people do: one closes it, another approves what was seen, the first closes it again."""
        (closed,) = self.json("statements", "close", period, "--contract", contract)
        if closed["outcome"] == "awaits-approval":
            self.run("statements", "approve", contract, period, "--digest", closed["digest"], "--as", "second-person")
            self.run("statements", "close", period, "--contract", contract)

    def json(self, *words: str | Path, code: int = 0) -> Any:
        """What a command answers to programs."""
        return json.loads(self.run(*words, "--json", code=code).stdout)


@pytest.fixture
def cli(database_url: str) -> Cli:
    """The program on a fresh migrated database."""
    return Cli(database_url)


@pytest.fixture
def offline() -> Cli:
    """The program where no database can be reached."""
    return Cli("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.fixture
def loaded(cli: Cli) -> Cli:
    """Dialog mod Vold with its facts, issued for 2023."""
    cli.run("contracts", "load", DIALOG)
    cli.run("events", "load", DIALOG / "events.csv", "--contract", "dialog-mod-vold")
    cli.issue("dialog-mod-vold", "2023")
    return cli


def test_sound_contract_files_are_told_without_a_database(offline: Cli) -> None:
    files = sum(len(folder.versions) for folder in folders())
    assert f"{files} contract files are sound" in offline.run("contracts", "check", CONTRACTS).stdout
    found = offline.json("contracts", "check", DIALOG)
    assert found == {"sound": ["dialog-mod-vold/1.toml", "dialog-mod-vold/2.toml"], "faults": [], "warnings": []}


def test_the_faults_of_contract_files_are_told_with_file_place_and_remedy(offline: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "wrong"
    shutil.copytree(DIALOG, folder)
    text = (folder / "2.toml").read_text("utf-8")
    (folder / "2.toml").write_text(text.replace('currency       = "DKK"', 'currency       = "SEK"'), "utf-8")
    told = offline.run("contracts", "check", folder, code=1).stdout
    assert all(word in told for word in ("wrong/2.toml", "/currency", "cannot change by amendment"))
    found = offline.json("contracts", "check", folder, code=1)
    assert [(fault["file"], fault["pointer"]) for fault in found["faults"]] == [("wrong/2.toml", "/currency")]
    (folder / "1.toml").write_bytes(b"\xff")
    assert "save the file as UTF-8" in offline.run("contracts", "check", folder, code=1).stdout


def test_a_folder_without_a_contract_is_not_sound(offline: Cli, tmp_path: Path) -> None:
    assert "no contract here" in offline.run("contracts", "check", tmp_path, code=1).stdout
    offline.run("contracts", "check", tmp_path / "missing", code=2)
    offline.run("contracts", "check", DIALOG / "1.toml", code=2)


def test_contracts_are_loaded_once_however_often_they_are_sent(cli: Cli) -> None:
    first = cli.json("contracts", "load", CONTRACTS)
    assert [one["version"] for one in first if one["contract"] == "dialog-mod-vold"] == [1, 2]
    assert cli.json("contracts", "load", CONTRACTS) == first
    assert "version 2, from 2023-10-01" in cli.run("contracts", "load", DIALOG).stdout


def test_another_file_under_a_loaded_name_is_refused(cli: Cli, tmp_path: Path) -> None:
    cli.run("contracts", "load", DIALOG)
    (tmp_path / "1.toml").write_bytes((DIALOG / "1.toml").read_bytes() + b"# another\n")
    assert "registered with other terms" in cli.run("contracts", "load", tmp_path, code=1).stderr


def test_events_are_loaded_from_csv_once_however_often(cli: Cli) -> None:
    cli.run("contracts", "load", DIALOG)
    command = ("events", "load", DIALOG / "events.csv", "--contract", "dialog-mod-vold")
    assert cli.json(*command) == {"accepted": 68}
    assert cli.json(*command) == {"duplicate": 68}
    assert "68 duplicate" in cli.run(*command).stdout


def w1(cli: Cli, tmp_path: Path, *documents: Any) -> Path:
    """Contract W loaded, and its facts as a file of JSON lines with further documents behind them."""
    lines = [json.dumps(sent(fact)) for fact in W1_FACTS] + [json.dumps(document) for document in documents]
    (tmp_path / "w.jsonl").write_text("\ufeff" + "\r\n".join(lines) + "\n\n", "utf-8")
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "1.toml").write_bytes((DIALOG / "1.toml").read_bytes().replace(b'"dialog-mod-vold"', b'"w"'))
    cli.run("contracts", "load", tmp_path / "w")
    return tmp_path / "w.jsonl"


def test_events_are_loaded_from_json_lines(cli: Cli, tmp_path: Path) -> None:
    file = w1(cli, tmp_path)
    assert cli.json("events", "load", file) == {"accepted": 7}
    text = file.read_text("utf-8").replace('"contract": "w", ', "")
    file.write_text(text, "utf-8")
    assert cli.json("events", "load", file, "--contract", "w") == {"duplicate": 7}


def test_events_that_are_not_taken_are_told_with_place_and_remedy(cli: Cli, tmp_path: Path) -> None:
    other = sent(W1_FACTS[1], on="2022-09-01")
    file = w1(cli, tmp_path, {**sent(W1_FACTS[1]), "id": "bad", "value": 1}, other)
    result = cli.run("events", "load", file, code=1)
    assert "7 accepted, 1 conflict, 1 rejected" in result.stdout
    assert "event 8/value" in result.stderr and "event 9" in result.stderr
    assert cli.json("events", "load", file, code=1) == {"duplicate": 7, "rejected": 1, "conflict": 1}


def test_files_that_cannot_be_read_are_refused_with_the_line(cli: Cli, tmp_path: Path) -> None:
    for name, content, told in (
        ("a.csv", b"\xff\xfe", "save the file as UTF-8"),
        ("b.csv", b"id,kind\n", "the first line names the columns"),
        ("c.csv", b"id,source,kind,on\n1,2\n", "line 2 has 2 cells"),
        ("d.csv", b'id,source,kind,on\n"a"b,c,d,e\n', "mend the quotes"),
        ("e.csv", b"id,id,source,kind,on\n", "a column stands twice"),
        ("f.jsonl", b'{"a": 1}\n{"a": NaN}\n', "/2: NaN and Infinity"),
        ("g.jsonl", b"\xff", "save the file as UTF-8"),
        ("h.jsonl", b'{"a": 1, "a": 2}', "/1: an object holds the same key twice"),
    ):
        (tmp_path / name).write_bytes(content)
        assert told in cli.run("events", "load", tmp_path / name, code=1).stderr
    cli.run("events", "load", tmp_path / "missing.csv", code=2)


def test_a_period_is_previewed_from_files_alone(offline: Cli, tmp_path: Path) -> None:
    (council, dsi) = offline.json("statements", "preview", DIALOG, "2023")
    assert council["totals"]["lines"] == dsi["totals"]["lines"] == "230000.00"
    assert "detail_digest" not in council
    told = offline.run("statements", "preview", DIALOG, "2023", "--investor", "council").stdout
    assert "230,000.00" in told and "Den Sociale" not in told
    no_events = tmp_path / "none.csv"
    no_events.write_text("id,source,kind,on\n")
    (empty, _) = offline.json("statements", "preview", DIALOG, "2023", "--events", no_events)
    assert empty["totals"]["lines"] == "0.00"
    assert "2023" in offline.run("statements", "preview", DIALOG, "2021", code=1).stderr
    assert "periods of a year" in offline.run("statements", "preview", DIALOG, "2023-Q1", code=1).stderr


def test_brackets_in_a_title_are_shown_as_they_are(offline: Cli, tmp_path: Path) -> None:
    text = (DIALOG / "1.toml").read_text("utf-8").replace("behandling af", "[/red] [ny] behandling af")
    (tmp_path / "1.toml").write_text(text, "utf-8")
    assert "[/red] [ny] behandling" in offline.run("statements", "preview", tmp_path, "2023").stdout


def test_the_ledger_previews_issues_and_shows_the_same_statement(loaded: Cli) -> None:
    shown = loaded.json("statements", "show", "dialog-mod-vold.2023.council.1")
    file = json.loads((DIALOG / "statements" / "2023.council.json").read_bytes())
    assert {**shown[0], "detail_digest": None} == {**file, "detail_digest": None}
    assert "230,000.00" in loaded.run("statements", "show", "dialog-mod-vold.2023.council.1").stdout
    previewed = loaded.json("statements", "preview", "dialog-mod-vold", "2024")
    loaded.issue("dialog-mod-vold", "2024")
    issued = [*loaded.json("statements", "show", "dialog-mod-vold.2024.council.1")]
    assert issued == [one for one in previewed if one["investor"]["id"] == "council"]
    (again,) = loaded.json("statements", "close", "2024", "--contract", "dialog-mod-vold")
    assert again["outcome"] == "issued-before"
    refused = loaded.run("statements", "close", "2024", "--contract", "nobody", code=1)
    assert "no contract by that name" in refused.stderr


def test_nobody_approves_their_own_work_on_the_command_line(loaded: Cli) -> None:
    (closed,) = loaded.json("statements", "close", "2024", "--contract", "dialog-mod-vold")
    told = ("statements", "approve", "dialog-mod-vold", "2024", "--digest", closed["digest"])
    assert "a second person has to" in " ".join(loaded.run(*told, code=1).stderr.split())
    assert "is approved by another" in loaded.run(*told, "--as", "another").stdout
    every = {one["contract"]: one for one in loaded.json("statements", "close", "2024")}
    assert every["dialog-mod-vold"]["outcome"] == "issued"
    assert every["dialog-mod-vold"]["waiting"]
    assert "No statement" in loaded.run("statements", "show", "nothing", code=1).stderr


def test_a_line_is_explained(loaded: Cli) -> None:
    told = loaded.json("statements", "show", "dialog-mod-vold.2023.council.1", "--line", "1")
    assert told["item"]["item"] == "line"
    shown = loaded.run("statements", "show", "dialog-mod-vold.2023.council.1", "--line", "1").stdout
    words = re.sub(r"[\s│]+", " ", shown)
    assert told["explanation"]["title"] in words
    assert all(paragraph in words for paragraph in told["explanation"]["paragraphs"])
    loaded.run("statements", "show", "dialog-mod-vold.2023.council.1", "--line", "9999", code=1)


def test_a_statement_is_written_as_a_file_for_a_spreadsheet(loaded: Cli, tmp_path: Path) -> None:
    command = ("statements", "show", "dialog-mod-vold.2023.council.1")
    for form in ("csv", "xlsx"):
        told = loaded.run(*command, "--format", form, "--to", tmp_path / f"a.{form}").stdout
        assert f"a.{form}: {(tmp_path / f'a.{form}').stat().st_size} bytes" in told
    payable = {row["What"]: row["Value"] for row in rows_in((tmp_path / "a.csv").read_bytes())}["Payable"]
    assert payable == "230000.00"
    assert ["Totals", "Payable", Decimal(230000)] in sheets_in((tmp_path / "a.xlsx").read_bytes())["Statement"]
    assert "go together" in loaded.run(*command, "--format", "xlsx", code=2).stderr
    assert "go together" in loaded.run(*command, "--to", tmp_path / "b.csv", code=2).stderr
    missing = ("--format", "csv", "--to", tmp_path / "nowhere" / "a.csv")
    assert "cannot be written" in loaded.run(*command, *missing, code=1).stderr
    assert "No statement" in loaded.run("statements", "show", "nothing", *missing, code=1).stderr
    loaded.run(*command, "--format", "pdf", "--to", tmp_path / "a.pdf", code=2)


def test_every_statement_is_verified_and_a_changed_one_ends_with_code_1(loaded: Cli) -> None:
    assert loaded.run("statements", "verify").stdout.count("proved") == 2
    found = loaded.json("statements", "verify", "dialog-mod-vold.2023.dsi.1")
    assert found[0]["match"] is True
    run_apart(forge(loaded.url, "UPDATE posting SET amount_minor = 1 WHERE transaction_id LIKE '%dsi%'"))
    told = loaded.run("statements", "verify", code=1).stdout
    assert "dsi.1: DOES NOT HOLD (postings)" in told and "council.1: proved" in told


def test_look_ups_are_rebuilt_and_a_broken_chain_ends_with_code_1(loaded: Cli) -> None:
    assert loaded.json("rebuild") == [{"contract": "dialog-mod-vold", "entries": 75, "terms": 2, "statements": 2}]
    assert "the chain of 75 entries holds" in loaded.run("rebuild", "dialog-mod-vold").stdout
    assert "no contract by that name" in loaded.run("rebuild", "nobody", code=1).stderr
    run_apart(forge(loaded.url, "DELETE FROM log_entry WHERE sequence = 5"))
    assert "broken at sequence 6" in loaded.run("rebuild", code=1).stderr


def test_a_new_key_is_shown_once(cli: Cli) -> None:
    first = cli.run("keys", "new", "finance")
    assert first.stdout.startswith("olk_") and len(first.stdout.split()) == 1
    assert "Administrator key, shown this once" in first.stderr
    second = cli.run("keys", "new", "finance")
    assert second.stdout != first.stdout and second.stderr == ""


def test_a_database_that_cannot_be_reached_or_is_of_another_kind_is_told(offline: Cli) -> None:
    assert "cannot be reached" in offline.run("statements", "verify", code=1).stderr
    assert "DATABASE_URL" in Cli("mysql://host/name").run("statements", "verify", code=2).stderr


def test_the_schema_is_migrated_from_nothing(empty_database_url: str) -> None:
    cli = Cli(empty_database_url)
    assert "schema is current" in cli.run("migrate").stdout
    assert "schema is current" in cli.run("migrate").stdout
