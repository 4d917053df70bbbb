"""Where a whole ledger ends, and the check that it holds together: what backups and exports are compared by."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.core.canonical import Document
from service.core.errors import BrokenInvariant
from service.storage.rows import Head
from service.storage.store import Store
from service.workflows.checkpoints import continued_root
from service.workflows.ledger import Ledger
from service.workflows.verify_everything import verify_store


@dataclass(frozen=True, slots=True)
class Ends:
    """The end of every contract's chain by contract, the tree of statements, and the checkpoint that was signed last
    (the signed note; None before the first)."""

    ledger: str
    heads: Mapping[str, Head]
    tree_size: int
    root: bytes
    checkpoint: bytes | None

    @property
    def entries(self) -> int:
        """How many entries the log has."""
        return sum(head.sequence for head in self.heads.values())

    @property
    def document(self) -> Document:
        """The same as a document."""
        heads = sorted(self.heads.items())
        return {
            "ledger": self.ledger,
            "heads": [{"contract": name, "sequence": at, "digest": digest.hex()} for name, (at, digest) in heads],
            "tree_size": self.tree_size,
            "root": self.root.hex(),
            "checkpoint": None if self.checkpoint is None else self.checkpoint.decode(),
        }


async def ends_in(store: Store) -> Ends:
    """The ends of everything in a unit of work; BrokenInvariant where the tree does not continue what was signed."""
    size, last = await store.tree_size(), await store.last_checkpoint()
    root = await continued_root(store, size, last)
    heads = await store.heads(await store.chains())
    return Ends(await store.ledger_name() or "", heads, size, root, None if last is None else last.note)


async def check_whole(ledger: Ledger) -> Ends:
    """The ends of a ledger that was verified from its first entry on, as `outcomes-ledger verify` does.

    BrokenInvariant for the first thing that does not hold.
    """
    async with ledger.database.reading() as store:
        found = await verify_store(store)
        if found.broken is not None:
            raise BrokenInvariant(f"The ledger does not hold together: {found.broken}.")
        return await ends_in(store)
