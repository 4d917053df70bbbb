"""Verifies the ledger in six steps, contract by contract in one snapshot, and names the first thing that is wrong."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from service.core import canonical
from service.core.calculation import EDITIONS
from service.core.canonical import Document
from service.core.errors import NotFound, Unavailable
from service.core.proofs import origin_of
from service.storage.database import head_revision
from service.storage.rows import GENESIS_DIGEST, Head, StatementRow
from service.storage.store import Store
from service.storage.store_whole import BY_ENTRY, Unreadable, unreadable_told
from service.telemetry.metrics import INVARIANT_FAILURES
from service.workflows.broken import Broken
from service.workflows.ledger import Ledger
from service.workflows.statements import statement_in
from service.workflows.verification import compared, drafts_again
from service.workflows.verify_chain import check_head
from service.workflows.verify_look_ups import Tally, check_erased, check_page
from service.workflows.verify_tree import KeptHead, Outside, check_heads, check_tree

_PAGE = 2_000
_STEP_OF = {"log_entry": 1, "ledger": 1, "the file": 1, "contract_head": 2}
_IN_TREE = {"statement_leaf", "checkpoint", "checkpoint_key"}


@dataclass(slots=True)
class Verified:
    """What was verified, counted, and the first thing that does not hold (None: everything is proved).

    `erased` counts erasures: of those people what was kept stands for what was deleted.
    """

    contracts: int = 0
    entries: int = 0
    statements: int = 0
    erased: int = 0
    leaves: int = 0
    checkpoints: int = 0
    held_against: tuple[str, ...] = ()
    broken: Broken | None = None

    @property
    def in_words(self) -> str:
        """What it came to, as people are told it."""
        if self.broken is not None:
            return f"DOES NOT HOLD: {self.broken}"
        return f"proved, {self.erased} erased" if self.erased else "proved"

    @property
    def document(self) -> Document:
        """For programs."""
        counted = {name: getattr(self, name) for name in ("contracts", "entries", "statements", "erased", "leaves")}
        return {
            **counted,
            "checkpoints": self.checkpoints,
            "held_against": [*self.held_against],
            "proved": self.broken is None,
            "result": self.in_words,
            "broken": None if self.broken is None else self.broken.document,
        }


async def verify_ledger(
    ledger: Ledger,
    target: str | None = None,
    since: int = 0,
    outside: Sequence[Outside] = (),
    heads: Sequence[KeptHead] = (),
) -> Verified:
    """Everything, or one contract or statement by its id; of contracts what lies behind the entry `since`.

    NotFound for a target that is neither. The ledger's scope has to be everything; nothing is written.
    """
    found = Verified()
    try:
        with unreadable_told("the file"):
            revision = await ledger.database.revision()
        _refuse_other_schema(revision)
        async with ledger.database.reading() as store:
            kept = await _beside_key(ledger, store)
            found = await verify_store(store, target, since, [*outside, *kept], heads)
    except Unreadable as error:
        found.broken = _unreadable(error)
    if found.broken is not None:
        INVARIANT_FAILURES.inc()
    return found


def _refuse_other_schema(revision: str | None) -> None:
    needed = head_revision()
    if revision != needed:
        says = (
            f"The database is at revision {revision or 'none'} and this program needs {needed}; nothing was verified."
        )
        raise Unavailable(says)


async def _beside_key(ledger: Ledger, store: Store) -> list[Outside]:
    """The note beside the signing key, verified with the key itself, where both are on this machine."""
    names = await store.ledger_names()
    name = origin_of(names[0][1]) if names else ""
    note, signer = await asyncio.to_thread(lambda: (ledger.key_ring.last_note(name), ledger.key_ring.current(name)))
    if note is None or signer is None:
        return []
    with unreadable_told("checkpoint_key"):
        published = [row.vkey for row in await store.checkpoint_keys()]
    return [Outside(note, (*published, signer.public.text), "the checkpoint beside the signing key")]


async def verify_store(
    store: Store,
    target: str | None = None,
    since: int = 0,
    outside: Sequence[Outside] = (),
    heads: Sequence[KeptHead] = (),
) -> Verified:
    """The same within a unit of work."""
    kept = [one.kept_by for one in outside] + [f"your head of {one.contract}" for one in heads]
    found = Verified(held_against=tuple(kept))
    try:
        await _verify(store, found, target, since, outside)
        await check_heads(store, heads)
    except Broken as broken:
        found.broken = broken
    except Unreadable as error:
        found.broken = _unreadable(error)
    return found


def _unreadable(error: Unreadable) -> Broken:
    table = str(error)
    step = 5 if table in _IN_TREE else _STEP_OF.get(table, 3)
    return Broken(step, "what is stored here cannot be read", table)


async def _verify(store: Store, found: Verified, target: str | None, since: int, outside: Sequence[Outside]) -> None:
    damage = await store.damage()
    if damage is not None:
        raise Broken(1, f"the database file is damaged: {damage}", "the file")
    name = await _ledger_name(store)
    contracts = await store.every_contract()
    if target is not None and target not in contracts:
        row = await statement_in(store, target)
        found.statements += 1
        await _remake(store, found, [row])
    for contract in contracts if target is None else [target] if target in contracts else []:
        await _check_contract(store, found, contract, name, since)
    found.leaves, found.checkpoints = await check_tree(store, name, outside)


async def _ledger_name(store: Store) -> str:
    match await store.ledger_names():
        case [(1, str(name))]:
            return name
    raise Broken(1, "there is not one row that names the ledger", "ledger", "name")


async def _check_contract(store: Store, found: Verified, contract: str, name: str, since: int) -> None:
    start = await _head_at(store, contract, since) if since else Head(0, GENESIS_DIGEST)
    tally = Tally(contract, name, await store.keys_told(contract), start, since)
    after = since or None
    while True:
        entries = await store.of_entries("log_entry", contract, after, None, _PAGE)
        through = entries[-1].sequence if len(entries) == _PAGE else None
        rows = {
            table: await store.of_entries(table, contract, after, through) for table in BY_ENTRY if table != "log_entry"
        }
        await asyncio.to_thread(check_page, tally, entries, rows)
        found.entries += len(entries)
        if through is None:
            break
        after = through
    check_head(contract, (await store.heads([contract])).get(contract), tally.end)
    check_erased(tally)
    found.contracts += 1
    found.statements += len(tally.statements)
    found.erased += tally.erasures
    await _remake(store, found, tally.statements)


async def _head_at(store: Store, contract: str, sequence: int) -> Head:
    entry = await store.entry(contract, sequence)
    if entry is None:
        raise NotFound(f"The log of {contract} has no entry {sequence}; nothing was verified.")
    return Head(entry.sequence, entry.digest)


async def _remake(store: Store, found: Verified, rows: Sequence[StatementRow]) -> None:
    """The statements of an issue are made again together, and each is compared with what was issued; Broken."""
    issue, drafts = None, None
    for row in rows:
        edition = canonical.from_bytes(row.document).get("edition")
        if edition not in EDITIONS:
            says = f"edition {edition} is not installed here: the statement cannot be made again"
            raise Broken(5, says, "statement", "edition", row.contract, row.sequence)
        if issue != (row.period, row.revision, row.through_sequence):
            issue, drafts = (row.period, row.revision, row.through_sequence), await drafts_again(store, row)
        compare = await compared(store, row, drafts)
        for name, held, what in compare.checks:
            if not held:
                raise Broken(5, f"it does not hold that {what}", "statement", name, row.contract, row.sequence)
