"""Proofs on the command line: a statement is proved from files, and the signing key is changed in the open."""

from service.core import canonical
from service.core.merkle import is_consistent
from service.core.notes import from_base64, read_key, read_note, signers_of
from service.core.proofs import prove_statement, read_proof, signed_checkpoint
from tests.shell.test_cli import Cli
from tests.shell.test_cli_audit import STATEMENT, audited

__all__ = ["audited"]
ORIGIN = "outcomes-ledger/statements"
CONTRACT = "dialog-mod-vold"


def test_a_statement_is_proved_from_what_the_commands_write(audited: Cli) -> None:
    proof = read_proof(audited.run("proof", "statement", STATEMENT).stdout_bytes)
    keys = [read_key(one["vkey"]) for one in audited.json("proof", "keys")]
    (shown,) = audited.json("statements", "show", STATEMENT)
    checkpoint = signed_checkpoint(audited.run("proof", "checkpoint").stdout_bytes, keys, ORIGIN)
    assert signed_checkpoint(proof.checkpoint, keys, ORIGIN) == checkpoint
    assert prove_statement(canonical.to_bytes(shown), proof, keys, ORIGIN) == checkpoint


def test_the_end_of_a_log_and_consistency_are_told_to_people_and_to_programs(audited: Cli) -> None:
    head = audited.json("proof", "head", CONTRACT)
    (*_, last) = audited.json("audit", "log", CONTRACT)
    assert head == {"contract": CONTRACT, "sequence": last["sequence"], "digest": last["after"]}
    assert f"digest: {last['after']}" in audited.run("proof", "head", CONTRACT).stdout
    told = audited.json("proof", "consistency", "1")
    old_root, new_root = from_base64(told["from_root"]), from_base64(told["to_root"])
    assert is_consistent(1, told["to_size"], old_root, new_root, [from_base64(one) for one in told["hashes"]])
    assert f"to root: {told['to_root']}" in audited.run("proof", "consistency", "1", str(told["to_size"])).stdout
    assert "no proof between" in audited.run("proof", "consistency", "99", code=1).stderr
    assert "No statement by that id" in audited.run("proof", "statement", "nothing", code=1).stderr
    assert "no contract by that name" in audited.run("proof", "head", "nobody", code=1).stderr


def test_the_signing_key_is_changed_and_both_keys_are_told(audited: Cli) -> None:
    before = read_key(audited.json("proof", "keys")[-1]["vkey"])
    told = " ".join(audited.run("keys", "rotate-signing").stdout.split())
    after = read_key(audited.json("proof", "keys")[-1]["vkey"])
    assert f"before: {before.text}" in told and f"from now on: {after.text}" in told and before != after
    assert after.text in audited.run("proof", "keys").stdout
    note = read_note(audited.run("proof", "checkpoint").stdout_bytes)
    assert signers_of(note, [before, after]) == (before, after)
