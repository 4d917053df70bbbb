"""Every issued statement has one leaf in one tree, and what is signed of the tree never contradicts itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from service.core import canonical
from service.core.errors import BrokenInvariant, Unavailable
from service.core.merkle import tree_root
from service.core.notes import read_key, read_note, signers_of
from service.core.proofs import Checkpoint, leaf_bytes, signed_checkpoint
from service.storage.database import Database
from service.storage.proof_tables import CheckpointKeyTable, CheckpointTable, StatementLeafTable
from service.storage.rows import CheckpointRow, LeafRow, StatementRow
from service.storage.signing_keys import NoKeys, key_from_seed
from service.storage.tables import StatementTable
from service.workflows.checkpoints import make_checkpoint, rotate_signing_key
from service.workflows.closing import close_period
from service.workflows.ledger import Ledger
from service.workflows.rebuild import rebuild_all
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import LEDGER_NAME, NOW, Api, KeysInMemory, problem_in
from tests.shell.tampering import forge, rows_of

ORIGIN = f"{LEDGER_NAME}/statements"
KEY = key_from_seed(ORIGIN, bytes(32)).public
ORDER = [
    (contract, period, investor)
    for contract, period in (("w", "2022"), ("a-first", "2022"), ("w", "2023"))
    for investor in "ab"
]


async def leaves(ledger: Ledger) -> list[LeafRow]:
    async with ledger.database.reading() as store:
        return await store.leaves()


async def checkpoints(ledger: Ledger) -> list[CheckpointRow]:
    async with ledger.database.reading() as store:
        return await store.checkpoints()


async def statements(ledger: Ledger) -> list[StatementRow]:
    async with ledger.database.reading() as store:
        return list(await store.statements())


async def lived(api: Api) -> Api:
    """Three issues of two investors each, of two contracts in turn."""
    await api.register(a_contract(contract="a-first"))
    await api.learn(W1_FACTS)
    await api.issue("2022")
    await api.issue("2022", "a-first")
    await api.issue("2023")
    return api


async def test_every_issued_statement_has_one_leaf_in_the_order_of_issue_across_contracts(w: Api) -> None:
    found = await leaves((await lived(w)).ledger)
    assert [one.leaf_index for one in found] == list(range(6))
    told = [canonical.from_bytes(one.leaf_bytes)["statement"] for one in found]
    assert told == [f"{contract}.{period}.{investor}.1" for contract, period, investor in ORDER]
    issued = {(row.contract, row.sequence) for row in await statements(w.ledger)}
    assert {(one.contract, one.sequence) for one in found} == issued


async def test_a_leaf_holds_what_its_statement_and_its_entry_of_the_log_say(w: Api) -> None:
    found = {(one.contract, one.sequence): one for one in await leaves((await lived(w)).ledger)}
    for row in await statements(w.ledger):
        async with w.ledger.database.reading() as store:
            entry = await store.entry(row.contract, row.sequence)
        assert entry is not None
        wanted = leaf_bytes(LEDGER_NAME, row.id, row.sha256, row.contract, row.sequence, entry.digest)
        assert found[row.contract, row.sequence].leaf_bytes == wanted
        assert canonical.sha256_hex(row.document) == canonical.from_bytes(wanted)["sha256"]


async def test_each_issue_signs_the_tree_as_it_leaves_it(w: Api) -> None:
    signed = await checkpoints((await lived(w)).ledger)
    hashes = [canonical.leaf_digest(one.leaf_bytes) for one in await leaves(w.ledger)]
    assert [(one.number, one.tree_size) for one in signed] == [(1, 2), (2, 4), (3, 6)]
    for one in signed:
        checkpoint = signed_checkpoint(one.note, [KEY], ORIGIN)
        assert checkpoint == Checkpoint(ORIGIN, one.tree_size, tree_root(hashes[: one.tree_size]))
        assert (one.root, one.made_at) == (checkpoint.root, NOW)


async def test_a_preview_of_an_issue_leaves_no_leaf_and_signs_nothing(w: Api) -> None:
    await w.register(a_contract(contract="alone"))
    ledger = replace(w.ledger, key_ring=NoKeys())
    (closed,) = await close_period(ledger, "2022", "me", "alone", preview=True)
    assert closed.outcome == "issued"
    assert (await leaves(w.ledger), await checkpoints(w.ledger)) == ([], [])


async def test_an_issue_without_a_usable_key_stores_nothing(w: Api) -> None:
    await w.register(a_contract(contract="alone"))
    with pytest.raises(Unavailable, match="without its signing keys"):
        await close_period(replace(w.ledger, key_ring=NoKeys()), "2022", "me", "alone")
    assert (await statements(w.ledger), await leaves(w.ledger)) == ([], [])


async def test_contracts_that_are_issued_at_once_share_one_gapless_tree(w: Api) -> None:
    names = [f"at-once-{number}" for number in range(6)]
    for name in names:
        await w.register(a_contract(contract=name))
    await asyncio.gather(*(w.close("2022", name) for name in names))
    found = await leaves(w.ledger)
    assert [one.leaf_index for one in found] == list(range(12))
    assert [one.contract for one in found[::2]] == [one.contract for one in found[1::2]]
    assert [one.tree_size for one in await checkpoints(w.ledger)] == [2, 4, 6, 8, 10, 12]


async def test_a_rebuild_leaves_the_tree_as_it_is(w: Api, database: Database) -> None:
    await lived(w)
    tables = (StatementLeafTable, CheckpointTable, CheckpointKeyTable, StatementTable)
    before = [await rows_of(database, table) for table in tables]
    await rebuild_all(w.ledger)
    assert [await rows_of(database, table) for table in tables] == before


async def test_a_checkpoint_of_an_unchanged_tree_is_the_last_one_again(w: Api) -> None:
    await lived(w)
    last = (await checkpoints(w.ledger))[-1]
    later = replace(w.ledger, now=lambda: NOW + timedelta(days=1))
    assert await make_checkpoint(later) == last
    assert (await checkpoints(w.ledger))[-1] == last


async def test_the_empty_tree_can_be_signed_and_is_continued_by_the_first_issue(w: Api) -> None:
    empty = await make_checkpoint(w.ledger)
    assert signed_checkpoint(empty.note, [KEY], ORIGIN) == Checkpoint(ORIGIN, 0, tree_root([]))
    await w.learn(W1_FACTS)
    await w.issue("2022")
    assert [one.tree_size for one in await checkpoints(w.ledger)] == [0, 2]


FORGERIES = {
    "the tree is shorter than what was signed": "DELETE FROM statement_leaf WHERE leaf_index = 5",
    "all of it is gone": "DELETE FROM statement_leaf",
    "a subtree was altered": "UPDATE statement_leaf SET hashes = :same WHERE leaf_index = 3",
    "hashes were cut off": "UPDATE statement_leaf SET hashes = :short WHERE leaf_index = 3",
    "another key was put in": "UPDATE checkpoint_key SET vkey = :vkey",
    "the keys are gone": "DELETE FROM checkpoint_key",
    "the signed note was altered": "UPDATE checkpoint SET note = :note WHERE number = 3",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_nothing_is_signed_against_what_was_signed_before(w: Api, database_url: str, forgery: str) -> None:
    await lived(w)
    last = (await checkpoints(w.ledger))[-1]
    other = key_from_seed(ORIGIN, bytes([1]) * 32).public.text
    values = {"same": bytes(96), "short": bytes(32), "vkey": other, "note": last.note.replace(b"\n6\n", b"\n5\n")}
    await w.ledger.database.dispose()
    await forge(database_url, forgery, **{name: one for name, one in values.items() if f":{name}" in forgery})
    with pytest.raises(BrokenInvariant, match="does not hold together") as refused:
        await make_checkpoint(w.ledger)
    assert refused.value.code == "tree-broken"
    assert len(await checkpoints(w.ledger)) == 3


async def test_an_issue_that_would_contradict_what_was_signed_stores_nothing(w: Api, database_url: str) -> None:
    await w.register(a_contract(contract="alone"))
    await lived(w)
    await w.ledger.database.dispose()
    await forge(database_url, "UPDATE statement_leaf SET hashes = :hashes WHERE leaf_index = 3", hashes=bytes(96))
    before = await statements(w.ledger)
    response = await w.client.post("/v1/periods/2022/close", params={"contract": "alone"})
    problem_in(response, 500, "tree-broken")
    assert await statements(w.ledger) == before


async def test_the_columns_beside_a_signed_note_are_not_believed(w: Api, database_url: str) -> None:
    await lived(w)
    await w.ledger.database.dispose()
    await forge(database_url, "UPDATE checkpoint SET tree_size = 99, root = :root", root=bytes(32))
    await w.issue("2024")
    assert (await checkpoints(w.ledger))[-1].tree_size == 8


def other_randomness(ledger: Ledger) -> Ledger:
    return replace(ledger, random_bytes=lambda count: b"3" * count)


async def test_a_rotated_key_signs_from_then_on_and_both_keys_stay_published(w: Api) -> None:
    await lived(w)
    rotated = await rotate_signing_key(other_randomness(w.ledger))
    assert rotated.before == KEY and rotated.after != KEY
    assert signers_of(read_note(rotated.checkpoint.note), [rotated.after, KEY]) == (KEY, rotated.after)
    await w.issue("2024")
    last = (await checkpoints(w.ledger))[-1]
    assert (last.number, last.tree_size) == (5, 8)
    assert signers_of(read_note(last.note), [KEY, rotated.after]) == (rotated.after,)
    published = [read_key(one["vkey"]) for one in (await w.get("/v1/checkpoint-keys"))["data"]]
    assert published == [KEY, rotated.after]
    for one in await checkpoints(w.ledger):
        assert signed_checkpoint(one.note, published, ORIGIN).size == one.tree_size


async def test_a_tree_that_does_not_hold_is_not_signed_by_a_new_key_either(w: Api, database_url: str) -> None:
    await lived(w)
    await w.ledger.database.dispose()
    await forge(database_url, "DELETE FROM statement_leaf WHERE leaf_index = 5")
    with pytest.raises(BrokenInvariant):
        await rotate_signing_key(other_randomness(w.ledger))
    kept = w.ledger.key_ring.current(ORIGIN)
    assert kept is not None and kept.public == KEY


async def test_a_lost_key_is_replaced_by_a_fresh_one_and_old_checkpoints_stay_verifiable(w: Api) -> None:
    await lived(w)
    without = replace(other_randomness(w.ledger), key_ring=KeysInMemory())
    fresh = await make_checkpoint(without)
    keys = [read_key(one["vkey"]) for one in (await w.get("/v1/checkpoint-keys"))["data"]]
    assert len(keys) == 2 and keys[0] == KEY
    assert signers_of(read_note(fresh.note), keys) == (keys[1],)
    assert [signed_checkpoint(one.note, keys, ORIGIN).size for one in await checkpoints(w.ledger)] == [2, 4, 6, 6]
