"""The audit trail on the command line: the log, what was known when, and what changed between two statements."""

from datetime import datetime, timedelta

import pytest

from tests.shell.test_cli import DIALOG, Cli

STATEMENT = "dialog-mod-vold.2024.council.1"


@pytest.fixture
def audited(database_url: str) -> Cli:
    """Dialog mod Vold with its facts, issued for 2023 and 2024."""
    cli = Cli(database_url)
    cli.run("contracts", "load", DIALOG)
    cli.run("events", "load", DIALOG / "events.csv", "--contract", "dialog-mod-vold")
    for period in ("2023", "2024"):
        cli.issue("dialog-mod-vold", period)
    return cli


def test_the_log_is_told_whole_in_order_and_chained(audited: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.cli.audit._PAGE", 10)
    read = audited.json("audit", "log", "dialog-mod-vold")
    assert [entry["sequence"] for entry in read] == list(range(1, 81))
    assert [entry["before"] for entry in read[1:]] == [entry["after"] for entry in read[:-1]]
    for name, value in (("kind", "fact"), ("kind", "statement"), ("actor", "command-line"), ("actor", "nobody")):
        narrowed = audited.json("audit", "log", "dialog-mod-vold", f"--{name}", value)
        assert narrowed == [entry for entry in read if entry[name] == value]


def test_the_log_is_told_to_people(audited: Cli) -> None:
    told = audited.run("audit", "log", "dialog-mod-vold", "--kind", "statement").stdout
    assert "The log of dialog-mod-vold" in told
    first = audited.json("audit", "log", "dialog-mod-vold", "--kind", "statement")[0]
    assert first["after"][:16] in told
    assert "terms, fact, draft" in audited.run("audit", "log", "dialog-mod-vold", "--kind", "x", code=1).stderr
    assert "no contract by that name" in audited.run("audit", "log", "nobody", code=1).stderr


def test_what_was_known_is_told_at_an_entry_and_at_a_time(audited: Cli) -> None:
    found = audited.json("audit", "known", "dialog-mod-vold", "--at", "seq:70")
    assert (found["sequence"], found["facts"]["known"], found["statements"]) == (70, 68, [])
    last = audited.json("audit", "log", "dialog-mod-vold")[-1]
    moment = (datetime.fromisoformat(last["recorded_at"]) + timedelta(microseconds=1)).isoformat()
    by_time = audited.json("audit", "known", "dialog-mod-vold", "--at", moment)
    assert (by_time["sequence"], by_time["entry"]["digest"]) == (80, last["after"])
    effective = audited.json("audit", "known", "dialog-mod-vold", "--at", "75")["facts"]["effective"]
    told = audited.run("audit", "known", "dialog-mod-vold", "--at", "75").stdout
    facts = f"68 facts known, {effective} of them effective"
    for words in ("at entry 75", facts, "terms version 2", "judged at the end of 2024"):
        assert words in told
    assert "has no offset" in audited.run("audit", "known", "nobody", "--at", "2024-01-01T00:00:00", code=1).stderr
    assert "from entry 1 to" in audited.run("audit", "known", "dialog-mod-vold", "--at", "0", code=1).stderr


def test_what_changed_between_two_statements_is_told_in_sentences(audited: Cli) -> None:
    found = audited.json("statements", "changes", STATEMENT)
    shown = " ".join(audited.run("statements", "changes", STATEMENT).stdout.split())
    sentences = [change["sentence"] for metric in found["metrics"] for change in metric["changes"]]
    assert sentences
    for words in (found["title"], found["summary"], *sentences):
        assert words in shown
    given = ("--since", "dialog-mod-vold.2023.council.1")
    assert audited.json("statements", "changes", STATEMENT, *given) == found
    other = ("--since", "dialog-mod-vold.2023.dsi.1")
    assert "earlier statement" in audited.run("statements", "changes", STATEMENT, *other, code=1).stderr
