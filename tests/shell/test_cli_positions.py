"""The command line on positions: investors, payers, contracts, ages and the portfolio of the ledger."""

from pathlib import Path

import pytest

from tests.render.reading import rows_in
from tests.shell.test_cli import DIALOG, Cli

NAME = "dialog-mod-vold"


@pytest.fixture
def loaded(database_url: str) -> Cli:
    """Dialog mod Vold with its facts, issued for 2023 by two people."""
    cli = Cli(database_url)
    cli.run("contracts", "load", DIALOG)
    cli.run("events", "load", DIALOG / "events.csv", "--contract", NAME)
    (closed,) = cli.json("statements", "close", "2023", "--contract", NAME, "--as", "anna")
    cli.run("statements", "approve", NAME, "2023", "--digest", closed["digest"], "--as", "bo")
    cli.run("statements", "close", "2023", "--contract", NAME, "--as", "bo")
    return cli


def test_the_position_of_a_contract_is_told_as_of_a_date_and_as_known(loaded: Cli) -> None:
    shown = loaded.run("positions", "contract", NAME).stdout
    assert "council" in shown and "230,000.00" in shown
    told = loaded.json("positions", "contract", NAME)
    council = next(row for row in told["investors"] if row["party"] == "council")
    assert (council["stated"], council["paid"], council["outstanding"]) == ("230000.00", "0.00", "230000.00")
    assert council["agreed"] == "1783000.00"
    before = loaded.json("positions", "contract", NAME, "--as-of", "2023-12-30")
    assert [row["stated"] for row in before["investors"]] == ["0.00", "0.00"]
    known = loaded.json("positions", "contract", NAME, "--known-at", "2")
    assert known["sequence"] == 2 and [row["stated"] for row in known["investors"]] == ["0.00", "0.00"]
    pending = loaded.json("positions", "contract", NAME, "--pending")
    assert pending["investors"][0]["pending"]["outcomes"] > 0
    assert "would pay" in loaded.run("positions", "contract", NAME, "--pending").stdout


def test_investors_and_payers_see_where_they_stand_and_what_is_due(loaded: Cli) -> None:
    investor = loaded.run("positions", "investor", "council").stdout
    assert all(word in investor for word in (NAME, "in all", "230,000.00"))
    assert loaded.json("positions", "payer", "sfb")["totals"][0]["stated"] == "460000.00"
    due = loaded.json("positions", "payer", "sfb", "--due")
    assert {one["investor"] for one in due["statements"]} == {"council", "dsi"}
    assert due["totals"][0]["outstanding"] == "460000.00"
    shown = loaded.run("positions", "investor", "council", "--due").stdout
    assert "not yet due: " in shown and "dialog-mod-vold.2023.council.1" in shown


def test_the_portfolio_of_the_ledger_is_a_table_by_year(loaded: Cli) -> None:
    table = loaded.run("portfolio", "ledger", "council").stdout
    assert all(word in table for word in (NAME, "2021", "2023", "506,000.00", "-230,000.00", "- repaid, DKK"))
    told = loaded.json("portfolio", "ledger", "council", "--effect", "1")
    assert told["effect"] == "1" and told["years"][0] == 2021


def test_positions_are_written_as_files(loaded: Cli, tmp_path: Path) -> None:
    for words in (
        ("positions", "investor", "council"),
        ("positions", "investor", "council", "--due"),
        ("positions", "contract", NAME),
        ("portfolio", "ledger", "council"),
    ):
        file = tmp_path / "file.csv"
        loaded.run(*words, "--format", "csv", "--to", file)
        assert "230000.00" in [cell for row in rows_in(file.read_bytes()) for cell in row.values()]


def test_what_is_not_there_is_refused(loaded: Cli) -> None:
    assert "Nobody by that id" in loaded.run("positions", "investor", "nobody", code=1).stderr
    assert "no contract" in loaded.run("positions", "contract", "nothing", code=1).stderr
    for effect in ("1.5", "80 %", "all"):
        assert "a share" in loaded.run("portfolio", "ledger", "council", "--effect", effect, code=2).stderr
