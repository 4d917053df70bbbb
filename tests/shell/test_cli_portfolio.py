"""The command line on the portfolio of a fund, from files alone."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from tests.write_statements import CONTRACTS

FUND = CONTRACTS / "aarhus-fund.toml"
BOOTCAMP = """
fund     = "small"
title    = "A small fund"
investor = "council"
currency = "DKK"
unit     = 1_000
capital  = 1_000
budget_effect = 1
source   = "nothing printed"
columns  = [{ label = "R2020", first_year = 2020, last_year = 2020, holds = "accounts" }]

[[programmes]]
title    = "Job BootCamp"
contract = "job-bootcamp"
drawn    = [ 800]
repaid   = [-900]

[printed]
totals   = [-100]
balances = [1100]
"""


def run(*words: str | Path, code: int) -> Result:
    """Run a command that has to end with that exit code, where no database can be reached."""
    environment = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "NO_COLOR": "1", "COLUMNS": "160"}
    result = CliRunner().invoke(app, ["portfolio", *(str(word) for word in words)], env=environment)
    assert result.exit_code == code, (result.exit_code, result.output, result.exception)
    return result


def rows_in(shown: str) -> dict[str, list[str]]:
    """The rows of the printed table by their first cell."""
    lines = [line.strip() for line in shown.splitlines() if line.startswith("│")]
    cells = [[cell.strip() for cell in line[1:-1].split("│")] for line in lines]
    return {first: others for first, *others in cells}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A fund of one contract that adds up."""
    shutil.copytree(CONTRACTS / "job-bootcamp", tmp_path / "job-bootcamp")
    file = tmp_path / "fund.toml"
    file.write_text(BOOTCAMP, "utf-8")
    return file


def test_the_portfolio_by_year_is_shown_with_its_sums_and_where_the_amounts_are_from() -> None:
    shown = run("show", FUND, code=0).stdout
    rows = rows_in(shown)
    assert rows["UngiFokus"] == ["", "900", "3,600", "3,600", "3,600", "2,700", ""]
    assert rows["sum of the rows"] == ["322", "3,725", "12,885", "15,104", "6,462", "-1,645", "-19,330"]
    assert rows["left at the end"][3] == "7,964"
    assert rows["printed total"][3] == "14,803"
    words = re.sub(r"\s+", " ", shown)
    assert "calculated from the contracts' own facts" in words and "expected at 80% of full effect, as printed" in words


def test_the_portfolio_is_answered_to_programs_in_whole_kroner_with_the_origin_of_each_amount() -> None:
    told: Any = json.loads(run("show", FUND, "--json", code=0).stdout)
    assert told["totals"][:4] == ["322000.00", "3725000.00", "12885000.00", "15104000.00"]
    learning = next(row for row in told["rows"] if (row["title"], row["kind"]) == ("Lær for Livet", "repaid"))
    assert learning["amounts"][3:5] == ["-169000.00", "-301000.00"]
    assert learning["from"][3:5] == ["statements", "expected as printed"]


def test_each_year_that_does_not_add_up_is_named_with_by_how_much_and_ends_with_code_1() -> None:
    shown = run("compare", FUND, code=1).stdout
    for sentence in (
        "R2021: the printed total 3,724 is not the sum of the rows, 3,725: off by 1.",
        "R2022: the printed total 12,844 is not the sum of the rows, 12,885: off by 41.",
        "R2022: the printed balance 23,148 is not the one before less the printed total, 23,109: off by 39; "
        "it implies a total of 12,805.",
        "R2023: the printed total 14,803 is not the sum of the rows, 15,104: off by 301.",
        "B2024: the printed total 6,412 is not the sum of the rows, 6,462: off by 50.",
        "2026-34: the printed total 17,636 is not the sum of the rows, -19,330: off by 36,966, and has the wrong sign.",
        "it implies a total of -18,781.",
    ):
        assert sentence in shown
    assert "R2020" not in shown.partition("Source:")[2] and "R2023: the printed balance" not in shown
    told = json.loads(run("compare", FUND, "--json", code=1).stdout)
    assert told["adds_up"] is False
    assert [each["off_by"] for each in told["differences"] if each["column"] == "R2023"] == ["-301000.00"]


def test_a_fund_that_adds_up_ends_with_code_0(small: Path) -> None:
    assert "Every printed total and balance adds up." in run("compare", small, code=0).stdout
    assert json.loads(run("compare", small, "--json", code=0).stdout) == {"adds_up": True, "differences": []}


def test_a_row_that_the_contract_does_not_give_is_named(small: Path) -> None:
    small.write_text(BOOTCAMP.replace("[-900]", "[-890.5]"), "utf-8")
    shown = run("compare", small, code=1).stdout
    assert "R2020: Job BootCamp, repaid: printed is -890.5, the contract gives -900: off by 9.5." in shown


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"job-bootcamp"', '"nothing"', "There is no 1.toml in nothing"),
        ('investor = "council"', 'investor = "dsi"', "is no investor of job-bootcamp"),
        ('"DKK"', '"GBP"', "is not in the currency of the fund"),
        ("[printed]", "[printed", "The text is not TOML"),
        ("drawn ", "withdrawn ", "is not the file of a fund"),
    ],
)
def test_a_fund_that_does_not_fit_its_contracts_is_refused(small: Path, old: str, new: str, told: str) -> None:
    small.write_text(BOOTCAMP.replace(old, new), "utf-8")
    assert told in run("show", small, code=1).stderr


def test_events_that_are_not_valid_are_refused(small: Path) -> None:
    events = small.parent / "job-bootcamp" / "events.csv"
    events.write_text(events.read_text("utf-8").replace("2020-06-15", "midsummer"), "utf-8")
    assert "events of job-bootcamp are not valid" in run("show", small, code=1).stderr
