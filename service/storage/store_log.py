"""The statements on the log itself and on the head of each contract's chain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.storage.bulk import insert_rows, insert_unless_there, table_of
from service.storage.rows import GENESIS_DIGEST, Head, LogEntry
from service.storage.tables import ContractHeadTable, LogEntryTable

_log = table_of(LogEntryTable).c
_head = table_of(ContractHeadTable).c


class LogStore:
    """The log of every contract: appended to, read, never changed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def head(self, contract: str) -> Head | None:
        """Where the contract's chain ends, without locking; None if the contract is unknown."""
        return await self._one_head(_select_head(contract))

    async def lock_head(self, contract: str) -> Head | None:
        """As `head`, and nobody else writes this contract until the unit of work ends."""
        # SQLite has no row locks: the unit has held the only write lock since its BEGIN IMMEDIATE.
        return await self._one_head(_select_head(contract).with_for_update())

    async def chains(self) -> list[str]:
        """Every contract that has a chain, by name."""
        return list((await self._session.execute(select(_head.contract).order_by(_head.contract))).scalars())

    async def create_head(self, contract: str) -> Head:
        """Begin a chain at (0, 32 zero bytes); if another unit was first, the head it left; locked."""
        head = {"contract": contract, "sequence": 0, "digest": GENESIS_DIGEST}
        statement = insert_unless_there(self._session, ContractHeadTable).values(head)
        await self._session.execute(statement.on_conflict_do_nothing())
        created = await self.lock_head(contract)
        if created is None:
            raise RuntimeError(f"the head of contract {contract} vanished while it was being created")
        return created

    async def move_head(self, contract: str, sequence: int, digest: bytes) -> None:
        """Set the end of the chain; RuntimeError unless there is a head and `sequence` is beyond it."""
        statement = (
            update(table_of(ContractHeadTable))
            .where(_head.contract == contract, _head.sequence < sequence)
            .values(sequence=sequence, digest=digest)
            .returning(_head.sequence)
        )
        if (await self._session.execute(statement)).first() is None:
            raise RuntimeError(f"the head of contract {contract} cannot move to sequence {sequence}")

    async def append(self, entries: Sequence[LogEntry]) -> None:
        """Append entries, each contract's in a row after its last; a gap raises an IntegrityError."""
        await insert_rows(self._session, LogEntryTable, entries)

    async def entry(self, contract: str, sequence: int) -> LogEntry | None:
        """One entry, or None."""
        query = _select_entries(contract).where(_log.sequence == sequence)
        row = (await self._session.execute(query)).first()
        return None if row is None else LogEntry._make(row)

    async def entries(
        self,
        contract: str,
        after: int = 0,
        through: int | None = None,
        kind: str | None = None,
        limit: int | None = None,
    ) -> list[LogEntry]:
        """The contract's entries with after < sequence <= through, in order, at most `limit`."""
        query = _select_entries(contract).where(_log.sequence > after).order_by(_log.sequence)
        if through is not None:
            query = query.where(_log.sequence <= through)
        if kind is not None:
            query = query.where(_log.kind == kind)
        if limit is not None:
            query = query.limit(limit)
        return list(map(LogEntry._make, (await self._session.execute(query)).all()))

    async def _one_head(self, query: Select[Any]) -> Head | None:
        row = (await self._session.execute(query)).first()
        return None if row is None else Head._make(row)


def _select_head(contract: str) -> Select[Any]:
    return select(_head.sequence, _head.digest).where(_head.contract == contract)


def _select_entries(contract: str) -> Select[Any]:
    return select(*_log).where(_log.contract == contract)
