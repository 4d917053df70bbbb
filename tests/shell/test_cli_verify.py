"""Verifying on the command line: what is proved, the first thing that is wrong, and every kind of bad input."""

import re
from pathlib import Path

import orjson
import pytest

from service.core.calculation import EDITIONS
from service.core.notes import signed_note
from service.core.proofs import Checkpoint
from service.storage.signing_keys import SigningKey, key_from_seed
from tests.databases import run_apart
from tests.shell.tampering import forge
from tests.shell.test_cli import Cli
from tests.shell.test_cli_audit import STATEMENT, audited

__all__ = ["audited"]
CONTRACT = "dialog-mod-vold"


def kept_by_an_auditor(cli: Cli, folder: Path) -> tuple[Path, str]:
    """The checkpoint of today in a file, and the key that it is trusted by."""
    file = folder / "checkpoint"
    file.write_bytes(cli.run("proof", "checkpoint").stdout_bytes)
    return file, cli.json("proof", "keys")[-1]["vkey"]


def told(cli: Cli, *words: object, code: int = 1) -> str:
    """What the command said, in one line."""
    done = cli.run("verify", *map(str, words), code=code)
    assert "Traceback" not in done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


def test_a_ledger_a_contract_and_a_statement_are_proved_against_what_was_kept(audited: Cli, tmp_path: Path) -> None:
    file, vkey = kept_by_an_auditor(audited, tmp_path)
    head = audited.json("proof", "head", CONTRACT)
    kept = ("--checkpoint", file, "--vkey", vkey, "--head", f"{CONTRACT}:{head['sequence']}:{head['digest']}")
    assert told(audited, code=0).endswith("proved")
    whole = told(audited, *kept, code=0)
    assert "held against your checkpoint" in whole and f"held against your head of {CONTRACT}" in whole
    assert "held against the checkpoint beside the signing key" in whole
    assert told(audited, CONTRACT, "--since", 40, code=0).endswith("how much was erased proved")
    found = audited.json("verify", STATEMENT)
    assert (found["proved"], found["statements"], found["broken"]) == (True, 1, None)


def test_the_first_thing_that_is_wrong_is_named(audited: Cli, database_url: str) -> None:
    run_apart(forge(database_url, "UPDATE posting SET amount_minor = amount_minor + 1 WHERE position = 1"))
    said = told(audited)
    assert re.search(
        r"DOES NOT HOLD: step 3 \(look-ups\), contract dialog-mod-vold, sequence \d+, posting.amount_minor", said
    )
    found = orjson.loads(audited.run("verify", "--json", code=1).stdout)
    assert (found["proved"], found["broken"]["step"], found["broken"]["field"]) == (False, 3, "amount_minor")


def test_bad_input_is_explained(audited: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, vkey = kept_by_an_auditor(audited, tmp_path)
    stranger = key_from_seed("somebody/statements", bytes(range(32)))
    name = vkey.partition("+")[0]
    unknown = key_from_seed(name, bytes(range(32)))
    later = tmp_path / "later"
    later.write_bytes(note_of(unknown, Checkpoint(name, 99, bytes(32))))
    foreign = tmp_path / "foreign"
    foreign.write_bytes(note_of(stranger, Checkpoint("somebody/statements", 1, bytes(32))))
    damaged = tmp_path / "damaged"
    damaged.write_bytes(file.read_bytes()[:-20])
    for words, wanted in (
        (("nobody",), "No statement by that id"),
        ((CONTRACT, "--since", 9999), "has no entry 9999"),
        (("--checkpoint", later, "--vkey", unknown.public.text), "rolled back or truncated"),
        (("--checkpoint", foreign, "--vkey", stranger.public.text), "that of another ledger"),
        (("--checkpoint", file, "--vkey", unknown.public.text), "signed by no key that is known"),
        (("--checkpoint", file, "--vkey", "no key"), "cannot be believed"),
        (("--checkpoint", damaged, "--vkey", vkey), "cannot be believed"),
        (("--checkpoint", tmp_path / "nowhere", "--vkey", vkey), "cannot be read"),
        (("--head", f"{CONTRACT}:999:00"), "rolled back or truncated"),
        (("--head", f"{CONTRACT}:5:00"), "rewritten"),
    ):
        assert wanted in told(audited, *words), words
    assert "--vkey" in told(audited, "--checkpoint", file, code=2)
    assert "CONTRACT:SEQUENCE:DIGEST" in told(audited, "--head", "x", code=2)
    monkeypatch.setattr("service.workflows.verify_everything.EDITIONS", dict.fromkeys({"none"}, EDITIONS["2026-12"]))
    assert "edition 2026-12 is not installed here" in told(audited)


def note_of(key: SigningKey, checkpoint: Checkpoint) -> bytes:
    """A checkpoint that somebody signed."""
    return signed_note(checkpoint.text, [(key.public, key.sign)]).stored


def test_what_is_no_ledger_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "noise.db"
    file.write_bytes(b"this is no database " * 500)
    assert "cannot be read" in told(Cli(f"sqlite:///{file}"))
    assert "nothing was verified" in told(Cli(f"sqlite:///{tmp_path / 'nothing.db'}"))
