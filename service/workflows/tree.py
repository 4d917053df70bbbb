"""The tree of issued statements: a leaf for each, appended by the issue itself, in one order for the whole ledger."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.core import canonical
from service.core.errors import BrokenInvariant
from service.core.merkle import Span, Subtree, completed, proof_of, subtrees
from service.core.proofs import leaf_bytes
from service.storage.rows import LeafRow, LogEntry, StatementRow
from service.storage.store import Store


async def append_leaves(store: Store, ledger_name: str, issued: Iterable[tuple[StatementRow, LogEntry]]) -> int:
    """Append the leaves of statements with their entries of the log, in order, and give the new size of the tree.

    Takes the tree's lock, the last of a unit of work: whatever else is written waits for nobody after it.
    """
    return await grow_tree(
        store, [Leaf(row.contract, row.sequence, leaf_bytes_of(ledger_name, row, entry)) for row, entry in issued]
    )


class Leaf(NamedTuple):
    """A leaf that has no place in the tree yet: the bytes that stand for the statement with this sequence."""

    contract: str
    sequence: int
    stored: bytes


async def grow_tree(store: Store, leaves: Iterable[Leaf]) -> int:
    """Append leaves, in order, with the hashes they complete, under the tree's lock; the new size of the tree."""
    size = await store.lock_tree()
    before = await tree_hashes(store, [one.span for one in subtrees((0, size))])
    rows = list(_grown(size, before, leaves))
    await store.add_leaves(rows)
    return size + len(rows)


def _grown(size: int, before: list[bytes], leaves: Iterable[Leaf]) -> Iterator[LeafRow]:
    for index, (contract, sequence, stored) in enumerate(leaves, start=size):
        hashes = completed(index, canonical.leaf_digest(stored), before)
        before[len(before) - len(hashes) + 1 :] = hashes[-1:]
        yield LeafRow(index, contract, sequence, stored, b"".join(hashes))


def leaf_bytes_of(ledger_name: str, row: StatementRow, entry: LogEntry) -> bytes:
    """What the leaf of an issued statement has to hold, from the statement and its entry of the log."""
    return leaf_bytes(ledger_name, row.id, row.sha256, row.contract, row.sequence, entry.digest)


async def tree_hashes(store: Store, spans: Iterable[Span]) -> list[bytes]:
    """The hash over each span, read from the leaves that complete their perfect subtrees; BrokenInvariant where one is
    not there."""
    wanted = [*spans]
    hash_of = await store.subtree_hashes(wanted)
    return proof_of(wanted, _There(hash_of))


class _There(dict[Subtree, bytes]):
    def __missing__(self, subtree: Subtree) -> bytes:
        raise broken_tree(f"the leaf {subtree.last_leaf} is missing, or hashes with it")


def broken_tree(what: str) -> BrokenInvariant:
    """The refusal to go on with a tree of statements that does not hold together."""
    return BrokenInvariant(f"The tree of issued statements does not hold together: {what}.", "tree-broken")
