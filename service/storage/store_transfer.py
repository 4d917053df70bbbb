"""The statements (SQL) by which a whole ledger is read out, and by which an empty one is known to be empty."""

from sqlalchemy import select, text, tuple_

from service.storage.access_tables import IdempotencyTable
from service.storage.bulk import fetch_rows, table_of
from service.storage.proof_tables import CheckpointKeyTable, CheckpointTable, StatementLeafTable
from service.storage.rows import DetailItemRow
from service.storage.scoped import Scoped
from service.storage.tables import (
    ContractHeadTable,
    DetailItemTable,
    FactTable,
    KeptFindingTable,
    LogEntryTable,
    ParticipantKeyTable,
)

_fact = table_of(FactTable).c
_detail = table_of(DetailItemTable).c
_BEGUN = (
    LogEntryTable,
    ContractHeadTable,
    FactTable,
    ParticipantKeyTable,
    DetailItemTable,
    KeptFindingTable,
    StatementLeafTable,
    CheckpointTable,
    CheckpointKeyTable,
    IdempotencyTable,
)


class TransferStore(Scoped):
    """Asked only by the operator, within everything."""

    async def is_begun(self) -> bool:
        """Whether anything is there beyond a name and those who may call."""
        for model in _BEGUN:
            if (await self._connection.execute(select(1).select_from(table_of(model)).limit(1))).first():
                return True
        return False

    async def payloads(self, contract: str, after: int, through: int) -> dict[int, bytes]:
        """The canonical JSON of the contract's facts by sequence number, after < sequence <= through."""
        query = select(_fact.sequence, _fact.payload).where(
            _fact.contract == self._scope.own_people(contract), _fact.sequence > after, _fact.sequence <= through
        )
        return {sequence: payload for sequence, payload in await fetch_rows(self._connection, query)}

    async def details_behind(self, contract: str, after: tuple[int, int], limit: int) -> list[DetailItemRow]:
        """Every entry of the details of a contract's statements behind `after` = (sequence, position), in order."""
        query = select(*_detail).where(
            _detail.contract == self._scope.own_people(contract),
            tuple_(_detail.sequence, _detail.position) > after,
        )
        query = query.order_by(_detail.sequence, _detail.position).limit(limit)
        return list(map(DetailItemRow._make, (await self._connection.execute(query)).all()))

    async def exported_snapshot(self) -> str:
        """The name of what this unit sees, by which other connections see the same as long as it lasts (PostgreSQL)."""
        return str((await self._connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one())
