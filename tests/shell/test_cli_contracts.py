"""Contracts on the command line: checked with warnings, described, told apart, and what an amendment would do."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from service.storage.toml_text import write_toml
from tests.builders import EXAM, HOUSING, a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import sent
from tests.shell.test_cli import Cli
from tests.write_statements import CONTRACTS

DIALOG = CONTRACTS / "dialog-mod-vold"
CHEAPER = {**HOUSING["tariff"]["price"], "6 months": "12000.00"}


@pytest.fixture
def offline() -> Cli:
    """The program where no database can be reached."""
    return Cli("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.fixture
def cli(database_url: str) -> Cli:
    """The program on a fresh migrated database."""
    return Cli(database_url)


def written(path: Path, document: dict[str, Any]) -> Path:
    """A contract as a file."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(write_toml(document, "A contract."))
    return path


def amended(**changes: Any) -> dict[str, Any]:
    """Contract W with a lower price of 6 months from 2023 on (W8)."""
    housing = {**HOUSING, "tariff": {"kind": "flat", "price": CHEAPER}}
    return a_contract(housing, version=2, effective_from="2023-01-01", reason="a lower price", **changes)


def told(text: str) -> str:
    """What was printed, in one line."""
    return " ".join(text.split())


def test_warnings_are_told_beside_sound_contracts_and_do_not_fail(offline: Cli, tmp_path: Path) -> None:
    document = a_contract({**EXAM, "limits": {"participant": {"amount": "1.00"}}})
    written(tmp_path / "w" / "1.toml", document)
    text = told(offline.run("contracts", "check", tmp_path / "w").stdout)
    assert "1 contract files are sound: w/1.toml." in text
    assert "Odd, w/1.toml /metrics/0/limits/participant: is lower than a price of this metric" in text
    found = offline.json("contracts", "check", tmp_path / "w")
    assert [warning["pointer"] for warning in found["warnings"]] == ["/metrics/0/limits/participant"]


def test_what_cannot_be_right_is_told_with_its_remedy(offline: Cli, tmp_path: Path) -> None:
    circle = {**EXAM, "requires": [{"metric": "housing"}]}, {**HOUSING, "requires": [{"metric": "exam"}]}
    written(tmp_path / "w" / "1.toml", a_contract(*circle))
    found = offline.json("contracts", "check", tmp_path / "w", code=1)
    assert [fault["pointer"] for fault in found["faults"]] == ["/metrics/0/requires", "/metrics/1/requires"]
    assert all("take one condition away" in fault["detail"] for fault in found["faults"])


def test_a_contract_on_a_rate_card_that_is_not_there_is_told(offline: Cli, tmp_path: Path) -> None:
    written(tmp_path / "w" / "1.toml", {**a_contract(), "card": "missing"})
    written(tmp_path / "x" / "1.toml", a_contract())
    found = offline.json("contracts", "check", tmp_path, code=1)
    assert [(fault["file"], fault["pointer"]) for fault in found["faults"]] == [("w", "/card")]
    assert found["sound"] == ["x/1.toml"]


def test_a_contract_is_described_clause_by_clause(offline: Cli) -> None:
    text = told(offline.run("contracts", "describe", DIALOG).stdout)
    for sentence in (
        "violence-ceased: The family's own account: the violence has ceased (goal 1)",
        "Achieved when a family reaches the milestone violence_ceased, within 3 months from completion.",
        "At most 3,485,000.00 DKK is paid for the contract.",
    ):
        assert sentence in text
    first = offline.json("contracts", "describe", DIALOG, "--version", "1")
    limits = next(clause["sentences"] for clause in first if clause["heading"] == "Limits over all metrics")
    assert limits == ["At most 5,500,000.00 DKK is paid for the contract."]
    assert "versions 1 to 2" in offline.run("contracts", "describe", DIALOG, "--version", "3", code=1).stderr


def test_what_an_amendment_changes_is_told_in_sentences(offline: Cli, tmp_path: Path) -> None:
    text = told(offline.run("contracts", "diff", DIALOG / "1.toml", DIALOG / "2.toml").stdout)
    assert (
        "- Changed, limits, limit for the contract: At most 5,500,000.00 DKK is paid for the contract. "
        "Now: At most 3,485,000.00 DKK is paid for the contract." in text
    )
    assert "Both say the same." in offline.run("contracts", "diff", DIALOG / "1.toml", DIALOG / "1.toml").stdout
    (tmp_path / "2.json").write_text(json.dumps(amended()), "utf-8")
    old = written(tmp_path / "1.toml", a_contract())
    changes = offline.json("contracts", "diff", old, tmp_path / "2.json")
    assert {change["about"] for change in changes} == {"version", 'price of step "6 months"'}


@pytest.fixture
def w1(tmp_path: Path) -> Path:
    """Contract W in a folder, with the facts of W1."""
    columns = ["id", "source", "kind", "participant", "on", "name", "value"]
    rows = [",".join(str(sent(fact).get(column, "")) for column in columns) for fact in W1_FACTS]
    written(tmp_path / "w" / "1.toml", a_contract())
    (tmp_path / "w" / "events.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", "utf-8")
    return tmp_path / "w"


def effects(found: dict[str, Any]) -> dict[tuple[str, bool, str], tuple[str, str, str]]:
    """The amounts without and with an amendment, and their difference, by period, whether stated, party."""
    return {
        (effect["period"], effect["stated"], effect["party"]): (effect["without"], effect["with"], effect["difference"])
        for effect in found["effects"]
    }


def test_the_impact_on_open_periods_is_calculated_with_and_without(offline: Cli, w1: Path) -> None:
    amendment = written(w1.parent / "2.toml", amended())
    found = offline.json("contracts", "impact", w1, amendment)
    assert (found["stated_through"], found["calculated_through"]) == (None, "2024")
    assert effects(found) == {
        ("2022", False, "a"): ("7500.00", "7500.00", "0.00"),
        ("2022", False, "b"): ("7500.00", "7500.00", "0.00"),
        ("2023", False, "a"): ("7500.00", "6000.00", "-1500.00"),
        ("2023", False, "b"): ("7500.00", "6000.00", "-1500.00"),
        ("2024", False, "a"): ("15000.00", "15000.00", "0.00"),
        ("2024", False, "b"): ("15000.00", "15000.00", "0.00"),
    }
    text = told(offline.run("contracts", "impact", w1, amendment).stdout)
    assert "Nothing was stated yet. Open periods through 2024 change by -3,000.00 DKK in all" in text


def test_the_impact_on_what_was_stated_is_told_apart(offline: Cli, w1: Path) -> None:
    amendment = written(w1.parent / "2.toml", amended())
    found = offline.json("contracts", "impact", w1, amendment, "--stated-through", "2023")
    assert effects(found)["2023", True, "a"] == ("7500.00", "6000.00", "-1500.00")
    assert effects(found)["2024", False, "a"] == ("15000.00", "15000.00", "0.00")
    text = told(offline.run("contracts", "impact", w1, amendment, "--stated-through", "2023").stdout)
    assert "What was stated through 2023 changes by -3,000.00 DKK in all." in text
    text = told(offline.run("contracts", "impact", w1, amendment, "--stated-through", "2022").stdout)
    assert "Nothing of what was stated through 2022 changes." in text


def test_an_amendment_that_does_not_fit_or_a_period_that_is_not_there_is_refused(offline: Cli, w1: Path) -> None:
    other = written(w1.parent / "2.toml", amended(currency="EUR"))
    assert "/currency" in offline.run("contracts", "impact", w1, other, code=1).stderr
    fine = written(w1.parent / "3.toml", amended())
    assert "2021" not in offline.run("contracts", "impact", w1, fine, "--stated-through", "2021", code=1).stdout
    offline.run("contracts", "impact", w1, fine, "--stated-through", "2023-Q1", code=1)


def test_the_impact_of_a_version_in_the_folder_is_that_on_the_versions_before_it(offline: Cli) -> None:
    found = offline.json("contracts", "impact", DIALOG, DIALOG / "2.toml")
    assert (found["version"], found["stated_through"]) == (2, "2024")
    assert any(change["about"] == "limit for the contract" for change in found["changes"])
    assert {effect["difference"] for effect in found["effects"]} == {"0.00"}


def test_the_impact_on_a_contract_of_the_ledger_follows_what_was_issued(cli: Cli, w1: Path) -> None:
    cli.run("contracts", "load", w1)
    cli.run("events", "load", w1 / "events.csv", "--contract", "w")
    cli.issue("w", "2022")
    cli.issue("w", "2023")
    amendment = written(w1.parent / "2.toml", amended())
    found = cli.json("contracts", "impact", "w", amendment)
    assert found["stated_through"] == "2023"
    assert effects(found)["2023", True, "b"] == ("7500.00", "6000.00", "-1500.00")
    assert cli.json("contracts", "impact", "w", amendment) == found
    shutil.copy(amendment, w1 / "2.toml")
    cli.run("contracts", "load", w1)
    assert told(cli.run("contracts", "describe", "w").stdout).startswith("w: Contract W of the worked examples")
    (preview,) = [one for one in cli.json("statements", "preview", "w", "2024") if one["investor"]["id"] == "a"]
    assert preview["totals"]["lines"] == "13500.00"
