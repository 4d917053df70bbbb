"""The access trail on the command line: listed, asked about somebody, sampled, signed off and verified."""

import pytest

from tests.databases import run_apart
from tests.shell.tampering import forge
from tests.shell.test_cli import DIALOG, Cli

STATEMENT = "dialog-mod-vold.2023.council.1"


@pytest.fixture
def read(database_url: str) -> Cli:
    """Dialog mod Vold, issued for 2023, of which a line was explained and the log was read."""
    cli = Cli(database_url)
    cli.run("contracts", "load", DIALOG)
    cli.run("events", "load", DIALOG / "events.csv", "--contract", "dialog-mod-vold")
    cli.issue("dialog-mod-vold", "2023")
    cli.run("statements", "show", STATEMENT, "--line", "1")
    cli.run("audit", "log", "dialog-mod-vold")
    return cli


def test_what_the_command_line_reads_is_recorded_and_so_is_reading_that(read: Cli) -> None:
    read.run("access", "list", "--purpose", "a quarterly look")
    found = read.json("access", "list", "--contract", "dialog-mod-vold")
    told = [(one["body"]["operation"], one["body"]["purpose"]) for one in found if one["kind"] == "read"]

    assert told == [
        ("outcomes-ledger statements show --line", "work at the machine itself"),
        ("outcomes-ledger audit log", "work at the machine itself"),
        ("outcomes-ledger access list", "a quarterly look"),
    ]
    assert found[0]["body"]["names_participant"] and found[0]["body"]["statement"] == STATEMENT
    assert "participants" not in str(found)


def test_somebodys_accesses_are_found_by_pseudonym(read: Cli) -> None:
    person = read.json("statements", "show", STATEMENT, "--line", "1")["item"]["participant"]
    found = read.json("access", "of", person)

    assert [one["match"] for one in found] == ["named", "may-have-been-among", "named"]
    assert "does not say who stood in it" in " ".join(read.run("access", "of", person).stdout.split())


def test_a_sample_is_drawn_by_one_and_signed_off_by_another(read: Cli) -> None:
    drawn = read.json("access", "sample", "--size", "1", "--as", "anna")
    assert len(drawn["records"]) == 1
    found = ("--found", "the closing of 2023")
    assert "Reads of your own" in read.run("access", "sign-off", "1", *found, code=1).stderr
    assert "is signed off" in read.run("access", "sign-off", "1", *found, "--as", "anna").stdout
    assert "signed off before" in read.run("access", "sign-off", "1", *found, "--as", "anna", code=1).stderr
    kinds = [one["kind"] for one in read.json("access", "list")]
    assert kinds.count("sample") == kinds.count("sign-off") == 1


def test_the_chain_is_verified_and_where_it_breaks_is_told(read: Cli, database_url: str) -> None:
    records = len(read.json("access", "list")) + 1
    assert f"The chain of {records} records holds." in read.run("access", "verify").stdout
    run_apart(forge(database_url, "UPDATE access_record SET actor = 'somebody else' WHERE sequence = 3"))
    assert "does not hold at record 3" in read.run("access", "verify", code=1).stderr
