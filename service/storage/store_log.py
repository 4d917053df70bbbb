"""The statements on the log itself and on the head of each contract's chain."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Select, Text, bindparam, select, text

from service.storage.bulk import insert_unless_there, is_postgresql, table_of
from service.storage.rows import GENESIS_DIGEST, ChainEnd, Head, LogEntry
from service.storage.scoped import Scoped
from service.storage.tables import ContractHeadTable, LogEntryTable

FACT = "fact"  # the one kind that has a source and an id
_log = table_of(LogEntryTable).c
_head = table_of(ContractHeadTable).c

_MOVE_SQLITE = "UPDATE contract_head SET sequence = ?, digest = ? WHERE contract = ? AND sequence < ?"
_MOVE_POSTGRESQL = text(
    "UPDATE contract_head SET sequence = ends.sequence, digest = ends.digest"
    " FROM unnest(:contracts, :sequences, :digests) AS ends (contract, sequence, digest)"
    " WHERE contract_head.contract = ends.contract AND contract_head.sequence < ends.sequence"
    " RETURNING contract_head.contract"
).bindparams(
    bindparam("contracts", type_=ARRAY(Text)),
    bindparam("sequences", type_=ARRAY(BigInteger)),
    bindparam("digests", type_=ARRAY(LargeBinary)),
)


class LogStore(Scoped):
    """The log of every contract: appended to, read, never changed."""

    async def heads(self, contracts: Collection[str]) -> dict[str, Head]:
        """Where each contract's chain ends, without locking; unknown contracts are left out."""
        return await self._heads(_select_heads(filter(self._scope.admits, contracts)))

    async def head(self, contract: str) -> Head | None:
        """Where one contract's chain ends, without locking; None if it is unknown."""
        return (await self.heads([contract])).get(contract)

    async def lock_heads(self, contracts: Collection[str]) -> dict[str, Head]:
        """As `heads`, and nobody else writes these contracts until the unit of work ends; locked by name, in order."""
        # SQLite has no row locks: the unit has held the only write lock since its BEGIN IMMEDIATE.
        return await self._heads(_select_heads(filter(self._scope.admits, contracts)).with_for_update())

    async def lock_head(self, contract: str) -> Head | None:
        """The locked head of one contract; None if it is unknown."""
        return (await self.lock_heads([contract])).get(contract)

    async def chains(self) -> list[str]:
        """Every contract that has a chain, by name."""
        return list(
            (
                await self._connection.execute(
                    select(_head.contract).where(*self._within(_head.contract)).order_by(_head.contract)
                )
            ).scalars()
        )

    async def create_head(self, contract: str) -> Head:
        """Begin a chain at (0, 32 zero bytes); if another unit was first, the head it left; locked."""
        self._scope.refuse_foreign({contract})
        head = {"contract": contract, "sequence": 0, "digest": GENESIS_DIGEST}
        statement = insert_unless_there(self._connection, ContractHeadTable).values(head)
        await self._connection.execute(statement.on_conflict_do_nothing())
        created = await self.lock_head(contract)
        if created is None:
            raise RuntimeError(f"the head of contract {contract} vanished while it was being created")
        return created

    async def move_heads(self, ends: Sequence[ChainEnd]) -> None:
        """Set the ends of chains; RuntimeError unless each has a head and its `sequence` is beyond that."""
        self._scope.refuse_foreign({end.contract for end in ends})
        if is_postgresql(self._connection):
            contracts, sequences, digests = map(list, zip(*ends, strict=True))
            given = {"contracts": contracts, "sequences": sequences, "digests": digests}
            moved = len((await self._connection.execute(_MOVE_POSTGRESQL, given)).all())
        else:
            rows = [(end.sequence, end.digest, end.contract, end.sequence) for end in ends]
            moved = (await self._connection.exec_driver_sql(_MOVE_SQLITE, rows)).rowcount
        if moved != len(ends):
            raise RuntimeError(f"only {moved} of {len(ends)} heads can move to their new ends")

    async def append(self, entries: Sequence[LogEntry]) -> None:
        """Append entries, each contract's in a row after its last; a gap raises an IntegrityError."""
        await self._insert(LogEntryTable, entries)

    async def entry(self, contract: str, sequence: int) -> LogEntry | None:
        """One entry, or None."""
        query = _select_entries(self._scope.own(contract)).where(_log.sequence == sequence)
        row = (await self._connection.execute(query)).first()
        return None if row is None else LogEntry._make(row)

    async def entries(
        self,
        contract: str,
        after: int = 0,
        through: int | None = None,
        kind: str | None = None,
        actor: str | None = None,
        limit: int | None = None,
    ) -> list[LogEntry]:
        """The contract's entries with after < sequence <= through, in order, at most `limit`.

        Cost: as many rows as are returned, and for a kind other than facts as many index entries, because those alone
        have no source. With an actor the database passes over the others' entries from `after` on, up to all there are.
        """
        query = _select_entries(self._scope.own(contract)).where(_log.sequence > after).order_by(_log.sequence)
        if through is not None:
            query = query.where(_log.sequence <= through)
        if kind is not None:
            query = query.where(_log.kind == kind)
        if kind not in (None, FACT):
            query = query.where(_log.source.is_(None), _log.external_id.is_(None))
        if actor is not None:
            query = query.where(_log.actor == actor)
        if limit is not None:
            query = query.limit(limit)
        return list(map(LogEntry._make, (await self._connection.execute(query)).all()))

    async def last_recorded_by(self, contract: str, moment: datetime) -> int:
        """The last sequence recorded at or before an aware moment, 0 if there is none; reads what came after it."""
        query = select(_log.sequence).where(_log.contract == self._scope.own(contract), _log.recorded_at <= moment)
        found = (await self._connection.execute(query.order_by(_log.sequence.desc()).limit(1))).scalar()
        return found or 0

    async def _heads(self, query: Select[Any]) -> dict[str, Head]:
        rows = (await self._connection.execute(query)).all()
        return {contract: Head(sequence, digest) for contract, sequence, digest in rows}


def _select_heads(contracts: Iterable[str]) -> Select[Any]:
    query = select(_head.contract, _head.sequence, _head.digest)
    return query.where(_head.contract.in_(sorted(contracts))).order_by(_head.contract)


def _select_entries(contract: str) -> Select[Any]:
    return select(*_log).where(_log.contract == contract)
