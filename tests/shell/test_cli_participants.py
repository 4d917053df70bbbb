"""Participants on the command line: looked at, erased, and not known any more."""

import json
from pathlib import Path

import pytest

from service.workflows.verification import Verification
from tests.shell.calling import sent
from tests.shell.test_cli import Cli, cli, loaded
from tests.shell.test_cli_contracts import written
from tests.shell.test_retention import CONTRACT, TWO_HOUSED

__all__ = ["cli", "loaded"]
ERASE = ("participants", "erase", "dialog-mod-vold", "F-02", "--reason", "asked for", "--legal-basis", "article 17")
LOOKED = "7 events and 26 detail entries would be erased; their findings are kept without them."
DUE = ("participants", "due-for-erasure", "w", "--as-of")
ERASE_DUE = (*DUE, "2025-06-30", "--erase", "--reason", "the retention is over")
BOTH = [{"participant": name, "since": "2025-06-30"} for name in ("P1", "P2")]


@pytest.fixture
def ended(cli: Cli, tmp_path: Path) -> Cli:
    """Contract W, whose retention ends on 2025-06-30, with two people stated for 2022."""
    cli.run("contracts", "load", written(tmp_path / "w" / "1.toml", CONTRACT).parent)
    (tmp_path / "w.jsonl").write_text("\n".join(json.dumps(sent(fact)) for fact in TWO_HOUSED), "utf-8")
    cli.run("events", "load", tmp_path / "w.jsonl")
    cli.issue("w", "2022")
    return cli


def test_a_participant_is_erased_after_a_look(loaded: Cli) -> None:
    assert loaded.run(*ERASE, "--dry-run").output.split() == LOOKED.split()
    assert loaded.json(*ERASE) == {"events": 7, "entries": 26, "is_kept": True, "done": True}
    assert "nobody does any more" in " ".join(loaded.run(*ERASE, code=1).output.split())
    told = loaded.run("statements", "verify").output.splitlines()
    assert all(line.endswith(": proved, 1 erased") for line in told)
    assert {one["erased"] for one in loaded.json("statements", "verify")} == {1}
    assert "the chain of" in loaded.run("rebuild", "dialog-mod-vold").output


def test_a_statement_that_does_not_hold_is_told_with_what_fails() -> None:
    checks = (("statement", False, "bytes"), ("digest", True, "digest"))
    assert Verification("w.2022.a.1", checks, 3).in_words == "DOES NOT HOLD (statement)"
    assert Verification("w.2022.a.1", (("digest", True, "digest"),)).in_words == "proved"


def test_those_whose_retention_is_over_are_listed_with_the_day_since_when(ended: Cli) -> None:
    listed = ended.run(*DUE, "2025-07-31").stdout.splitlines()
    assert listed == ["P1 since 2025-06-30", "P2 since 2025-06-30", "2 due for erasure on 2025-07-31."]
    assert ended.json(*DUE, "2025-06-30") == {"due": BOTH, "erased": 0}
    assert ended.json(*DUE, "2025-06-29") == {"due": [], "erased": 0}


def test_all_who_are_due_are_erased_once_somebody_says_yes(ended: Cli) -> None:
    for typed in ("n\n", None):
        refused = ended.run(*ERASE_DUE, code=1, typed=typed)
        assert "Erase 2 for ever?" in refused.stderr
        assert "0 of 2 were erased." in refused.stdout
    assert "2 of 2 were erased." in ended.run(*ERASE_DUE, typed="y\n").stdout
    assert "0 due" in ended.run(*DUE, "2025-06-30").stdout
    told = ended.run("statements", "verify").stdout.splitlines()
    assert told and all(line.endswith(": proved, 2 erased") for line in told)


def test_a_machine_erases_all_who_are_due_without_a_question(ended: Cli) -> None:
    assert ended.json(*ERASE_DUE, "--yes") == {"due": BOTH, "erased": 2}
    assert ended.json(*ERASE_DUE, "--yes") == {"due": [], "erased": 0}


def test_nobody_is_erased_without_a_reason_before_the_day_or_with_a_reason_that_names_somebody(ended: Cli) -> None:
    assert "needs a --reason" in ended.run(*DUE, "2025-06-30", "--erase", "--yes", code=2).stderr
    late = (*DUE, "2199-12-31", "--erase", "--reason", "too early", "--yes")
    assert "before it is due" in " ".join(ended.run(*late, code=1).stderr.split())
    naming = (*DUE, "2025-06-30", "--erase", "--reason", "010190-1234 asked", "--yes")
    assert "CPR" in ended.run(*naming, code=1).stderr
    assert ended.json(*DUE, "2025-06-30") == {"due": BOTH, "erased": 0}
