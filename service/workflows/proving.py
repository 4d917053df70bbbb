"""Proofs for those who do not trust whoever runs the ledger: of a statement, of two checkpoints, and a chain's end."""

from dataclasses import dataclass

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import Fault, InvalidInput, NotFound
from service.core.merkle import consistency_spans, includes, inclusion_spans, is_consistent
from service.core.notes import to_base64
from service.core.proofs import LogProof
from service.storage.rows import Head, StatementRow
from service.storage.store import Store
from service.workflows.acting import UNKNOWN_CONTRACT
from service.workflows.checkpoints import checkpoint_in
from service.workflows.ledger import Ledger
from service.workflows.statements import statement_in
from service.workflows.tree import broken_tree, tree_hashes


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of one size is the beginning of the tree of another: both roots, and the hashes of the proof."""

    old: int
    new: int
    old_root: bytes
    new_root: bytes
    hashes: tuple[bytes, ...]

    @property
    def document(self) -> Document:
        """As it is shown: roots and hashes in base64, as checkpoints have them."""
        return {
            "from_size": self.old,
            "to_size": self.new,
            "from_root": to_base64(self.old_root),
            "to_root": to_base64(self.new_root),
            "hashes": [to_base64(one) for one in self.hashes],
        }


async def statement_proof(ledger: Ledger, id: str) -> LogProof:
    """That a statement stands in the tree of the last checkpoint; NotFound for an unknown statement, and where no
    checkpoint was signed since it was issued. What is given is checked: BrokenInvariant where it would prove nothing.
    """
    async with ledger.database.reading() as store:
        return await proof_in(store, await statement_in(store, id))


async def proof_in(store: Store, row: StatementRow) -> LogProof:
    """The same within a unit of work."""
    last = checkpoint_in(await store.last_checkpoint())
    leaf = await store.leaf_of(row.contract, row.sequence)
    if leaf is None:
        raise broken_tree(f"statement {row.id} has no leaf")
    if leaf.leaf_index >= last.tree_size:
        checkpoint_in(None)
    hashes = await tree_hashes(store, inclusion_spans(leaf.leaf_index, last.tree_size))
    leaf_hash = canonical.leaf_digest(leaf.leaf_bytes)
    if not includes(last.root, last.tree_size, leaf.leaf_index, leaf_hash, hashes):
        raise broken_tree(f"the leaf of statement {row.id} does not stand under the last checkpoint")
    return LogProof(leaf.leaf_index, tuple(hashes), last.note, leaf.leaf_bytes)


async def prove_consistency(ledger: Ledger, old: int, new: int | None = None) -> Consistency:
    """That the tree of `new` leaves, without it that of the last checkpoint, begins with the tree of `old` leaves.

    InvalidInput for sizes that no signed tree has had, NotFound before the first checkpoint.
    """
    async with ledger.database.reading() as store:
        return await consistency_in(store, old, new)


async def consistency_in(store: Store, old: int, new: int | None = None) -> Consistency:
    """The same within a unit of work."""
    last = checkpoint_in(await store.last_checkpoint())
    new = last.tree_size if new is None else new
    _refuse_sizes(old, new, last.tree_size)
    old_root, new_root, *hashes = await tree_hashes(store, [(0, old), (0, new), *consistency_spans(old, new)])
    if not is_consistent(old, new, old_root, new_root, hashes):
        raise broken_tree(f"its first {new} leaves do not begin with its first {old}")
    return Consistency(old, new, old_root, new_root, tuple(hashes))


async def contract_head(ledger: Ledger, contract: str) -> Head:
    """Where a contract's chain ends; NotFound."""
    async with ledger.database.glance() as store:
        head = await store.head(contract)
    if head is None:
        raise NotFound(UNKNOWN_CONTRACT, "contract-not-found")
    return head


def _refuse_sizes(old: int, new: int, largest: int) -> None:
    faults = []
    if not 0 <= new <= largest:
        faults.append(Fault("to", "out-of-range", f"must be a number of leaves from 0 to {largest}, which are signed"))
    if not 0 <= old <= min(new, largest):
        faults.append(Fault("from", "out-of-range", f"must be a number of leaves from 0 to {min(new, largest)}"))
    if faults:
        raise InvalidInput("There is no proof between trees of these sizes.", faults, "parameter-invalid")
