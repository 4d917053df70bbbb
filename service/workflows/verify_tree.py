"""Verifies the tree of issued statements: its leaves, its hashes, every checkpoint, and those that others kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.core import canonical
from service.core.merkle import EMPTY_ROOT, completed, joined
from service.core.notes import BadNote, VerifierKey, read_key, read_note, signers_of
from service.core.proofs import Checkpoint, leaf_bytes, origin_of, signed_checkpoint
from service.storage.rows import CheckpointKeyRow, CheckpointRow
from service.storage.store import Store
from service.storage.store_whole import LeafBeside, unreadable_told
from service.workflows.broken import Broken

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Outside:
    """A checkpoint that somebody else kept: its note, the keys (as published) that they trust, and who it is from."""

    note: bytes
    vkeys: tuple[str, ...]
    kept_by: str = "your checkpoint"


@dataclass(frozen=True, slots=True)
class KeptHead:
    """Where a contract's log ended when somebody looked: the entry's number and digest (hex)."""

    contract: str
    sequence: int
    digest: str


@dataclass(slots=True)
class Grown:
    """The tree as its leaves make it, leaf by leaf: its size, and the root at each size that was asked for."""

    wanted: set[int]
    size: int = 0
    roots: dict[int, bytes] = field(default_factory=lambda: {0: EMPTY_ROOT})
    before: list[bytes] = field(default_factory=list)

    def add(self, stored: bytes) -> bytes:
        """One more leaf: the hashes of the subtrees that it completes."""
        hashes = completed(self.size, canonical.leaf_digest(stored), self.before)
        self.before[len(self.before) - len(hashes) + 1 :] = hashes[-1:]
        self.size += 1
        if self.size in self.wanted:
            self.roots[self.size] = joined(self.before)
        return b"".join(hashes)


async def check_tree(store: Store, ledger_name: str, outside: Sequence[Outside]) -> tuple[int, int]:
    """Steps 5 and 6: how many leaves there are and how many checkpoints; Broken."""
    with unreadable_told("checkpoint_key"):
        key_rows = await store.checkpoint_keys()
    with unreadable_told("checkpoint"):
        signed = await store.checkpoints(limit=2**31 - 1)
    origin = origin_of(ledger_name)
    told = _read_checkpoints(signed, key_rows, origin)
    kept = [(one, _read_outside(one, origin)) for one in outside]
    tree = Grown({one.size for one in told} | {one.size for _, one in kept})
    await _grow(store, tree, ledger_name)
    for row, checkpoint in zip(signed, told, strict=True):
        if tree.roots.get(checkpoint.size) != checkpoint.root:
            says = f"the leaves do not give the root that was signed over {checkpoint.size} of them"
            raise Broken(5, says, "checkpoint", "root", sequence=row.number)
    if tree.size and (not told or told[-1].size != tree.size):
        raise Broken(5, "the last leaves stand under no checkpoint", "checkpoint", "tree_size")
    for one, checkpoint in kept:
        _check_outside(tree, one, checkpoint)
    return tree.size, len(signed)


async def _grow(store: Store, tree: Grown, ledger_name: str) -> None:
    after = None
    while page := await store.leaves_beside(after, _PAGE):
        for beside in page:
            _check_leaf(tree, beside, ledger_name)
        after = page[-1].leaf.leaf_index
    missing = await store.statement_without_leaf()
    if missing is not None:
        raise Broken(5, "the statement has no leaf in the tree", "statement_leaf", None, *missing)
    if await store.statement_count() != tree.size:
        raise Broken(5, "there are more leaves than statements", "statement_leaf")


def _check_leaf(tree: Grown, beside: LeafBeside, ledger_name: str) -> None:
    leaf = beside.leaf
    place = (leaf.contract, leaf.sequence)
    if leaf.leaf_index != tree.size:
        raise Broken(5, f"leaf {tree.size} is not there", "statement_leaf", "leaf_index", *place)
    if beside.id is None or beside.sha256 is None or beside.digest is None:
        raise Broken(5, "no statement was issued that this leaf is of", "statement_leaf", "sequence", *place)
    wanted = leaf_bytes(ledger_name, beside.id, beside.sha256, leaf.contract, leaf.sequence, beside.digest)
    if leaf.leaf_bytes != wanted:
        raise Broken(5, "the leaf is not what statement and log give", "statement_leaf", "bytes", *place)
    if leaf.hashes != tree.add(wanted):
        raise Broken(5, "the hashes are not those of the leaves", "statement_leaf", "hashes", *place)


def _read_checkpoints(
    rows: Sequence[CheckpointRow], key_rows: Sequence[CheckpointKeyRow], origin: str
) -> list[Checkpoint]:
    """What was signed, from the notes under their signatures; the columns have to say the same."""
    _gapless("checkpoint_key", [row.number for row in key_rows])
    _gapless("checkpoint", [row.number for row in rows])
    keys = [_key_of(row) for row in key_rows]
    used: set[VerifierKey] = set()
    told: list[Checkpoint] = []
    for row in rows:
        try:
            checkpoint = signed_checkpoint(row.note, keys, origin)
            used.update(signers_of(read_note(row.note), keys))
        except (BadNote, TypeError) as error:
            raise Broken(5, str(error), "checkpoint", "note", sequence=row.number) from None
        for name, stored, said in (("tree_size", row.tree_size, checkpoint.size), ("root", row.root, checkpoint.root)):
            if stored != said:
                raise Broken(5, "the column is not what the note says", "checkpoint", name, sequence=row.number)
        if told and checkpoint.size < told[-1].size:
            raise Broken(5, "a later checkpoint is of a smaller tree", "checkpoint", "note", sequence=row.number)
        told.append(checkpoint)
    if len({row.note for row in rows}) < len(rows):
        raise Broken(5, "the same checkpoint stands there twice", "checkpoint", "note")
    _in_order("checkpoint", rows)
    _in_order("checkpoint_key", key_rows)
    for key_row, key in zip(key_rows, keys, strict=True):
        if key not in used:
            raise Broken(5, "no checkpoint was signed with the key", "checkpoint_key", "vkey", sequence=key_row.number)
    return told


def _key_of(row: CheckpointKeyRow) -> VerifierKey:
    try:
        return read_key(row.vkey)
    except (BadNote, TypeError, AttributeError) as error:
        raise Broken(5, str(error), "checkpoint_key", "vkey", sequence=row.number) from None


def _gapless(table: str, numbers: Sequence[int]) -> None:
    for place, number in enumerate(numbers, start=1):
        if number != place:
            raise Broken(5, f"number {place} is not there", table, "number", sequence=place)


def _in_order(table: str, rows: Iterable[CheckpointRow] | Iterable[CheckpointKeyRow]) -> None:
    last = None
    for row in rows:
        if last is not None and row.made_at < last:
            raise Broken(5, "it was made before the one in front of it", table, "made_at", sequence=row.number)
        last = row.made_at


async def check_heads(store: Store, heads: Sequence[KeptHead]) -> None:
    """Step 6 for logs, whose last entries no statement binds yet; Broken."""
    for one in heads:
        entry = await store.entry(one.contract, one.sequence)
        if entry is None:
            says = "the log does not reach as far as the head that was kept: rolled back or truncated"
            raise Broken(6, says, "log_entry", None, one.contract, one.sequence)
        if entry.digest.hex() != one.digest:
            says = "the entry is not the one whose digest was kept: rewritten"
            raise Broken(6, says, "log_entry", "digest", one.contract, one.sequence)


def _read_outside(one: Outside, origin: str) -> Checkpoint:
    try:
        return signed_checkpoint(one.note, [read_key(vkey) for vkey in one.vkeys], origin)
    except BadNote as error:
        raise Broken(6, f"{one.kept_by} cannot be believed: {error}") from None


def _check_outside(tree: Grown, one: Outside, checkpoint: Checkpoint) -> None:
    if checkpoint.size > tree.size:
        says = f"{one.kept_by} is of {checkpoint.size} statements and {tree.size} are there: rolled back or truncated"
        raise Broken(6, says, "statement_leaf")
    if tree.roots[checkpoint.size] != checkpoint.root:
        says = f"the first {checkpoint.size} statements are not those that {one.kept_by} was signed over: rewritten"
        raise Broken(6, says, "statement_leaf")
