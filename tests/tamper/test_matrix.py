"""The tamper matrix: of every change, in which step `verify` finds it, as docs/tamper-matrix.md says."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.storage.scope import EVERYTHING
from service.storage.store import Store
from service.workflows.verify_everything import verify_store
from service.workflows.verify_tree import KeptHead, Outside
from tests.tamper.attacks import copied, delete_contract, rebuild_chain, regrow_tree, renumber, restore, sign_again
from tests.tamper.changes import OUTSIDE, NothingToDo, changes, owners, tampering
from tests.tamper.conftest import Told

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/tamper-matrix.md"
REFUSED, ONE_ROW, UNFOUND = "refused by the database", "only one row", "not found"

# What `verify` of the database alone does not find, and why that is so.
REASONS = {
    ("edit", "checkpoint_key", "made_at"): "for people, no proof rests on it; checkpoints have only to be in order",
    ("insert", "participant_key", ""): "a key that no event is salted with binds nothing and opens nothing",
    ("truncate", "log_entry", ""): "what no issued statement binds yet: found in step 6 with `--head`",
}
OPENING = """# What finds which change

Written by `make matrix`. Each change is made with the rights of the database's owner, guards and foreign keys out of
the way, in a ledger of two contracts with statements, an erasure, a drawdown and its reversal; then everything is
verified, with nothing kept outside. The number is the step that finds it ([verify.md](verify.md)); it is the same on
SQLite and PostgreSQL. Swapped rows take each other's content; a truncated log takes its head and look-ups with it.

| table | column | edit | delete | insert | swap | truncate |
|---|---|---|---|---|---|---|
"""
ATTACKED = """| attack | database alone | with a checkpoint kept outside | with the head of a log as well |
|---|---|---|---|
"""


async def found_in(connection: AsyncConnection, outside: list[Outside], heads: list[KeptHead]) -> str:
    store = Store(connection, EVERYTHING)
    broken = (await verify_store(store, outside=outside, heads=heads)).broken
    return UNFOUND if broken is None else str(broken.step)


async def matrix_on(engine: AsyncEngine) -> dict[tuple[str, str, str], str]:
    cells = {}
    for change in changes():
        async with tampering(engine) as connection:
            try:
                await change.act(connection)
            except IntegrityError:
                found = REFUSED
            except NothingToDo:
                found = ONE_ROW
            else:
                found = await found_in(connection, [], [])
        cells[change.done, change.table, change.column] = found
    return cells


Attack = Callable[[AsyncConnection, Told], Awaitable[None]]


async def _old_backup(connection: AsyncConnection, told: Told) -> None:
    await restore(connection, told.backup)


async def _contract_gone(connection: AsyncConnection, told: Told) -> None:
    await delete_contract(connection, "other", with_leaves=False)


async def _contract_gone_with_leaves(connection: AsyncConnection, told: Told) -> None:
    await delete_contract(connection, "other", with_leaves=True)
    await renumber(connection)


async def _contract_gone_signed_again(connection: AsyncConnection, told: Told) -> None:
    await delete_contract(connection, "w", with_leaves=True)
    for number in ("1", "3"):
        await connection.exec_driver_sql(f"DELETE FROM checkpoint WHERE number = {number}")
    await connection.exec_driver_sql("UPDATE checkpoint SET number = 1, tree_size = 2")
    await sign_again(connection, await renumber(connection))


async def _rebuilt(connection: AsyncConnection, told: Told) -> None:
    await rebuild_chain(connection, "w", 3, "somebody else")


async def _rebuilt_with_tree(connection: AsyncConnection, told: Told) -> None:
    await _rebuilt(connection, told)
    await regrow_tree(connection)


async def _rebuilt_and_signed(connection: AsyncConnection, told: Told) -> None:
    await _rebuilt(connection, told)
    await sign_again(connection, await regrow_tree(connection))


async def _rebuilt_behind_last_statement(connection: AsyncConnection, told: Told) -> None:
    await rebuild_chain(connection, "w", 27, "somebody else")


ATTACKS: dict[str, Attack] = {
    "delete a contract with all its rows but its leaves": _contract_gone,
    "delete a contract and its leaves, and regrow the tree": _contract_gone_with_leaves,
    "delete a contract, regrow the tree, sign it with a key of one's own": _contract_gone_signed_again,
    "restore an old backup": _old_backup,
    "edit an entry and rebuild its chain": _rebuilt,
    "edit an entry, rebuild its chain, regrow the tree": _rebuilt_with_tree,
    "edit an entry, rebuild its chain, regrow the tree, sign it with a key of one's own": _rebuilt_and_signed,
    "edit an entry behind the last statement and rebuild its chain": _rebuilt_behind_last_statement,
}


async def attacks_on(engine: AsyncEngine, told: Told) -> dict[str, tuple[str, str, str]]:
    """By attack: found in the database alone, with a checkpoint that was kept, with the head of a log as well."""
    found = {}
    for name, attack in ATTACKS.items():
        async with tampering(engine) as connection:
            await attack(connection, told)
            found[name] = (
                await found_in(connection, [], []),
                await found_in(connection, [told.kept], []),
                await found_in(connection, [told.kept], [told.head]),
            )
    return found


def written(cells: dict[tuple[str, str, str], str], attacks: dict[str, tuple[str, str, str]]) -> str:
    lines = []
    for table in dict.fromkeys(table for _, table, _ in cells):
        whole = [cells[done, table, ""] for done in ("delete", "insert", "swap", "truncate")]
        for column in (column for done, of, column in cells if (done, of) == ("edit", table)):
            edit = cells["edit", table, column]
            lines.append(f"| `{table}` | `{column}` | {edit} | {' | '.join(whole)} |")
            whole = [""] * 4
    parts = [OPENING + "\n".join(lines), "## Attacks on everything"]
    rows = [f"| {name} | {' | '.join(found)} |" for name, found in attacks.items()]
    parts.append(ATTACKED + "\n".join(rows))
    reasons = [f"- {done} `{'.'.join(filter(None, (t, c)))}`: {why}." for (done, t, c), why in REASONS.items()]
    parts.append("## Not found, and why\n\n" + "\n".join(reasons))
    outside = [f"- `{table}`: {why}." for table, why in OUTSIDE.items()]
    parts.append("## Tables that are left out, and why\n\n" + "\n".join(outside))
    return "\n\n".join(parts) + "\n"


async def test_every_change_is_found_in_the_step_that_the_published_matrix_says(told: Told, database_url: str) -> None:
    await told.ledger.database.dispose()
    async with owners(database_url) as engine:
        cells, attacks = await matrix_on(engine), await attacks_on(engine, told)
    unfound = {cell for cell, found in cells.items() if found == UNFOUND}
    assert unfound == REASONS.keys()
    document = written(cells, attacks)
    if os.environ.get("WRITE_MATRIX"):
        DOCUMENT.write_text(document, "utf-8")
    assert DOCUMENT.read_text("utf-8") == document, "run `make matrix` and read what changed"


async def test_a_ledger_that_nobody_touched_is_proved_with_what_was_kept(told: Told) -> None:
    async with told.ledger.database.reading() as store:
        found = await verify_store(store, outside=[told.kept], heads=[told.head])
    assert found.in_words == "proved, 1 erased"
    assert (found.contracts, found.statements, found.leaves, found.checkpoints) == (2, 6, 6, 3)


async def test_two_copies_of_everything_are_the_same(told: Told, database_url: str) -> None:
    """The backup of the matrix is a whole one: put back at once, it is proved."""
    await told.ledger.database.dispose()
    async with owners(database_url) as engine, tampering(engine) as connection:
        await restore(connection, await copied(connection))
        assert await found_in(connection, [told.kept], [told.head]) == UNFOUND
