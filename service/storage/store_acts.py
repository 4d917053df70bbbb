"""The statements (SQL) on what people did to contracts' statements and money."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.storage.bulk import insert_rows, table_of
from service.storage.rows import ActRow
from service.storage.tables import ActTable

_act = table_of(ActTable).c


class ActStore:
    """Acts as look-ups: some tens of rows a contract and year, read whole."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_acts(self, rows: Sequence[ActRow]) -> None:
        """Add acts, whose log entries are already appended in this unit."""
        await insert_rows(self._connection, ActTable, rows)

    async def acts(self, contract: str, through: int | None = None, after: int = 0) -> list[ActRow]:
        """The contract's acts that were in the log at sequence `through`, in order; only those behind `after`."""
        query = select(*_act).where(_act.contract == contract, _act.sequence > after).order_by(_act.sequence)
        if through is not None:
            query = query.where(_act.sequence <= through)
        return list(map(ActRow._make, (await self._connection.execute(query)).all()))

    async def acts_of(self, contracts: Collection[str]) -> dict[str, list[ActRow]]:
        """The acts of several contracts, each contract's in order."""
        query = select(*_act).where(_act.contract.in_(sorted(contracts))).order_by(_act.contract, _act.sequence)
        by_contract: dict[str, list[ActRow]] = {}
        for row in map(ActRow._make, (await self._connection.execute(query)).all() if contracts else ()):
            by_contract.setdefault(row.contract, []).append(row)
        return by_contract
