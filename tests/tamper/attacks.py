"""Attacks on the whole ledger: by somebody who makes everything that lies in the database agree again."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.core.merkle import completed, tree_root
from service.core.notes import signed_note
from service.core.proofs import Checkpoint
from service.storage.signing_keys import key_from_seed
from service.storage.tables import LedgerTable
from tests.shell.calling import LEDGER_NAME
from tests.tamper.changes import Row, named_in, put, rows_in

T = LedgerTable.metadata.tables
Copy = Mapping[str, list[Row]]


async def copied(connection: AsyncConnection) -> Copy:
    """Every row of every table: a backup."""
    return {name: await rows_in(connection, table) for name, table in T.items()}


async def restore(connection: AsyncConnection, copy: Copy) -> None:
    """The backup in the place of what is there."""
    for name, table in T.items():
        await connection.execute(delete(table))
        for row in copy[name]:
            await connection.execute(insert(table).values({named_in(table, key): one for key, one in row.items()}))


async def delete_contract(connection: AsyncConnection, contract: str, *, with_leaves: bool) -> None:
    """Every row of a contract, its leaves too or not."""
    for name, table in T.items():
        if "contract" in table.c and (with_leaves or name != "statement_leaf"):
            await connection.execute(delete(table).where(table.c.contract == contract))


async def rebuild_chain(connection: AsyncConnection, contract: str, sequence: int, actor: str) -> None:
    """Another actor in an entry; every later digest, the head and the look-ups follow."""
    previous = ""
    for row in await rows_in(connection, T["log_entry"]):
        if row["contract"] != contract or row["sequence"] < sequence:
            continue
        told = orjson.loads(row["bytes"])
        if row["sequence"] == sequence:
            told["actor"] = actor
        else:
            told["previous"] = previous
        stored = _canonical(told)
        previous = _leaf_hash(stored).hex()
        values = {"actor": told["actor"], "bytes": stored, "digest": bytes.fromhex(previous)}
        await put(connection, T["log_entry"], row, **values)
    await put(connection, T["contract_head"], {"contract": contract}, digest=bytes.fromhex(previous))


async def regrow_tree(connection: AsyncConnection) -> list[bytes]:
    """The leaves and their hashes made to fit the log; gives the leaves' hashes."""
    digests = {(row["contract"], row["sequence"]): row["digest"] for row in await rows_in(connection, T["log_entry"])}
    found, before = [], list[bytes]()
    for index, row in enumerate(await rows_in(connection, T["statement_leaf"])):
        told = orjson.loads(row["bytes"]) | {"digest": digests[row["contract"], row["sequence"]].hex()}
        stored = _canonical(told)
        hashes = completed(index, _leaf_hash(stored), before)
        before[len(before) - len(hashes) + 1 :] = hashes[-1:]
        await put(connection, T["statement_leaf"], row, bytes=stored, hashes=b"".join(hashes))
        found.append(_leaf_hash(stored))
    return found


async def sign_again(connection: AsyncConnection, leaf_hashes: list[bytes]) -> None:
    """Every checkpoint signed anew, with a key of the attacker's in the place of the published one."""
    key = key_from_seed(f"{LEDGER_NAME}/statements", hashlib.sha256(b"attacker").digest())
    for row in await rows_in(connection, T["checkpoint"]):
        size = row["tree_size"]
        root = tree_root(leaf_hashes[:size])
        note = signed_note(Checkpoint(key.public.name, size, root).text, [(key.public, key.sign)])
        await put(connection, T["checkpoint"], row, root=root, note=note.stored)
    (published,) = await rows_in(connection, T["checkpoint_key"])
    await put(connection, T["checkpoint_key"], published, vkey=key.public.text)


async def renumber(connection: AsyncConnection) -> list[bytes]:
    """What is left of the leaves without gaps, the tree regrown, checkpoints beyond its end taken away."""
    rows = await rows_in(connection, T["statement_leaf"])
    for index, row in enumerate(rows):
        await put(connection, T["statement_leaf"], row, leaf_index=index)
    sizes = select(T["checkpoint"].c.number).where(T["checkpoint"].c.tree_size > len(rows))
    for number in (await connection.execute(sizes)).scalars().all():
        await connection.execute(delete(T["checkpoint"]).where(T["checkpoint"].c.number == number))
    return await regrow_tree(connection)


def _canonical(told: Any) -> bytes:
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _leaf_hash(stored: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + stored).digest()
