"""The statements (SQL) on the tree of issued statements: its leaves, its signed checkpoints, and their keys."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from service.core.merkle import HASH_BYTES, Span, Subtree, subtrees
from service.storage.access_tables import LedgerNameTable
from service.storage.bulk import insert_rows, table_of
from service.storage.proof_tables import CheckpointKeyTable, CheckpointTable, StatementLeafTable
from service.storage.rows import CheckpointKeyRow, CheckpointRow, LeafRow
from service.storage.scoped import Scoped

_leaf = table_of(StatementLeafTable).c
_checkpoint = table_of(CheckpointTable).c
_key = table_of(CheckpointKeyTable).c
_ledger = table_of(LedgerNameTable).c


class ProofStore(Scoped):
    """One tree for the whole ledger: appended to at issue, read for roots and proofs, never changed.

    Its hashes are there for every unit, whatever its scope: the proof of one statement is made of those of all others.
    """

    async def lock_tree(self) -> int:
        """How many leaves there are; nobody else adds one, or a checkpoint, until the unit of work ends.

        Taken last, after the heads of contracts. The lock is the one row that names the ledger.
        """
        # SQLite has no row locks: the unit has held the only write lock since its BEGIN IMMEDIATE.
        await self._connection.execute(select(_ledger.name).with_for_update())
        return await self.tree_size()

    async def tree_size(self) -> int:
        """How many leaves there are."""
        last = (await self._connection.execute(select(func.max(_leaf.leaf_index)))).scalar_one()
        return 0 if last is None else int(last) + 1

    async def subtree_hashes(self, spans: Iterable[Span]) -> dict[Subtree, bytes]:
        """The hashes of the perfect subtrees of these spans, in one query for the leaves that complete them.

        A hash that is not there is left out.
        """
        wanted = {subtree for span in spans for subtree in subtrees(span)}
        query = select(_leaf.leaf_index, _leaf.hashes).where(
            _leaf.leaf_index.in_(sorted({one.last_leaf for one in wanted}))
        )
        rows = (await self._connection.execute(query)).all() if wanted else ()
        hashes_at: dict[int, bytes] = {index: hashes for index, hashes in rows}
        found = {one: _hash_at(hashes_at.get(one.last_leaf, b""), one.level) for one in wanted}
        return {subtree: found_hash for subtree, found_hash in found.items() if found_hash}

    async def add_leaves(self, rows: Sequence[LeafRow]) -> None:
        """Append leaves, whose log entries are already appended in this unit, under the tree's lock."""
        self._scope.refuse_foreign({row.contract for row in rows})
        await insert_rows(self._connection, StatementLeafTable, rows)

    async def leaf_of(self, contract: str, sequence: int) -> LeafRow | None:
        """The leaf of the statement with this sequence, or None."""
        query = select(*_leaf).where(_leaf.contract == self._scope.own(contract), _leaf.sequence == sequence)
        row = (await self._connection.execute(query)).first()
        return None if row is None else LeafRow._make(row)

    async def leaves(self, after: int = -1, limit: int = 1_000) -> list[LeafRow]:
        """The leaves behind an index, in order, at most `limit`."""
        query = select(*_leaf).where(_leaf.leaf_index > after, *self._within(_leaf.contract))
        query = query.order_by(_leaf.leaf_index).limit(limit)
        return list(map(LeafRow._make, (await self._connection.execute(query)).all()))

    async def add_checkpoint(self, row: CheckpointRow) -> None:
        """Append a signed checkpoint, under the tree's lock."""
        await insert_rows(self._connection, CheckpointTable, [row])

    async def last_checkpoint(self) -> CheckpointRow | None:
        """The checkpoint that was signed last, or None."""
        query = select(*_checkpoint).order_by(_checkpoint.number.desc()).limit(1)
        row = (await self._connection.execute(query)).first()
        return None if row is None else CheckpointRow._make(row)

    async def checkpoints(self, after: int = 0, limit: int = 1_000) -> list[CheckpointRow]:
        """The checkpoints behind a number, in the order in which they were signed, at most `limit`."""
        query = select(*_checkpoint).where(_checkpoint.number > after).order_by(_checkpoint.number).limit(limit)
        return list(map(CheckpointRow._make, (await self._connection.execute(query)).all()))

    async def add_checkpoint_key(self, row: CheckpointKeyRow) -> None:
        """Append a public key, under the tree's lock."""
        await insert_rows(self._connection, CheckpointKeyTable, [row])

    async def checkpoint_keys(self) -> list[CheckpointKeyRow]:
        """Every public key that signs or has signed, in the order in which they came into use."""
        rows = (await self._connection.execute(select(*_key).order_by(_key.number))).all()
        return list(map(CheckpointKeyRow._make, rows))


def _hash_at(hashes: bytes, level: int) -> bytes:
    found = hashes[level * HASH_BYTES : (level + 1) * HASH_BYTES]
    return found if len(found) == HASH_BYTES else b""
