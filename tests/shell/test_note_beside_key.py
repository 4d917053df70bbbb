"""The last signed note is kept beside the key: a database that was rolled back or forked is not signed."""

from pathlib import Path

import pytest

from service.core.errors import BrokenInvariant, Unavailable
from service.core.notes import signed_note
from service.core.proofs import Checkpoint
from service.storage.signing_keys import KeyFolder, key_from_seed
from service.workflows.checkpoints import accept_restore, make_checkpoint
from tests.builders import a_contract
from tests.shell.calling import Api, KeysInMemory, problem_in
from tests.shell.tampering import forge
from tests.shell.test_tree_of_statements import ORIGIN, checkpoints, lived

# As an old backup leaves it: later statements, leaves and checkpoints were never there.
OLDER = (
    "DELETE FROM statement_leaf WHERE leaf_index >= 2",
    "DELETE FROM checkpoint WHERE number > 1",
)


def kept(api: Api) -> bytes | None:
    ring = api.ledger.key_ring
    assert isinstance(ring, KeysInMemory)
    return ring.last_note(ORIGIN)


async def rolled_back(api: Api, database_url: str) -> None:
    await lived(api)
    await api.ledger.database.dispose()
    for statement in OLDER:
        await forge(database_url, statement)


async def test_the_last_committed_note_is_kept_before_the_next_is_signed(w: Api) -> None:
    await lived(w)
    notes = [one.note for one in await checkpoints(w.ledger)]
    assert kept(w) == notes[-2]
    assert (await make_checkpoint(w.ledger)).note == notes[-1] == kept(w)


async def test_a_tree_that_was_rolled_back_is_not_signed_and_nothing_is_issued(w: Api, database_url: str) -> None:
    await rolled_back(w, database_url)
    with pytest.raises(BrokenInvariant, match="rolled back or forked") as refused:
        await make_checkpoint(w.ledger)
    assert refused.value.code == "tree-broken"
    await w.register(a_contract(contract="later"))
    problem_in(await w.client.post("/v1/periods/2022/close", params={"contract": "later"}), 500, "tree-broken")
    assert len(await checkpoints(w.ledger)) == 1


async def test_a_tree_that_forked_behind_the_kept_note_is_not_signed(w: Api, database_url: str) -> None:
    await rolled_back(w, database_url)
    notes, ring = kept(w), w.ledger.key_ring
    assert isinstance(ring, KeysInMemory) and notes is not None
    ring.notes.clear()  # another machine, with a copy of the key, goes on from the backup
    await w.register(a_contract(contract="fork"))
    await w.issue("2022", "fork")
    ring.notes[ORIGIN] = notes
    with pytest.raises(BrokenInvariant, match="rolled back or forked"):
        await make_checkpoint(w.ledger)


async def test_a_restore_that_is_meant_is_accepted_by_command_and_signing_goes_on(w: Api, database_url: str) -> None:
    await rolled_back(w, database_url)
    was, now = await accept_restore(w.ledger)
    assert (was, now) == (4, 2)
    await w.register(a_contract(contract="later"))
    await w.issue("2022", "later")
    assert [one.tree_size for one in await checkpoints(w.ledger)] == [2, 4]


async def test_a_ledger_that_is_begun_anew_with_an_old_key_is_accepted_too(w: Api) -> None:
    key = key_from_seed(ORIGIN, bytes(32))
    note = signed_note(Checkpoint(ORIGIN, 9, bytes(32)).text, [(key.public, key.sign)])
    w.ledger.key_ring.keep_note(ORIGIN, note.stored)
    with pytest.raises(BrokenInvariant, match="rolled back or forked"):
        await make_checkpoint(w.ledger)
    assert await accept_restore(w.ledger) == (9, 0)
    assert (await make_checkpoint(w.ledger)).tree_size == 0


async def test_a_note_beside_the_key_that_is_none_stops_signing(w: Api) -> None:
    await lived(w)
    w.ledger.key_ring.keep_note(ORIGIN, b"something else")
    with pytest.raises(BrokenInvariant, match="rolled back or forked"):
        await make_checkpoint(w.ledger)


def test_the_note_lies_in_a_file_beside_the_key(tmp_path: Path) -> None:
    ring = KeyFolder(tmp_path / "keys")
    assert ring.last_note("a tree/statements") is None
    ring.keep_note("a tree/statements", b"first")
    ring.keep_note("a tree/statements", b"second")
    assert ring.last_note("a tree/statements") == b"second"
    (file,) = (tmp_path / "keys").iterdir()
    assert (file.name, file.stat().st_mode & 0o077) == ("a-tree-statements.note", 0)
    ring.keep_note("a tree/statements", None)
    assert ring.last_note("a tree/statements") is None
    file.mkdir()
    with pytest.raises(Unavailable, match="note beside the signing key"):
        ring.last_note("a tree/statements")
    with pytest.raises(Unavailable, match="note beside the signing key"):
        ring.keep_note("a tree/statements", b"third")
