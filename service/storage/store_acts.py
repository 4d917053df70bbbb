"""The statements (SQL) on what people did to contracts' statements and money."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from service.storage.bulk import table_of
from service.storage.rows import ActRow
from service.storage.scoped import Scoped
from service.storage.tables import ActTable

_act = table_of(ActTable).c


class ActStore(Scoped):
    """Acts as look-ups: some tens of rows a contract and year, read whole."""

    async def add_acts(self, rows: Sequence[ActRow]) -> None:
        """Add acts, whose log entries are already appended in this unit."""
        await self._insert(ActTable, rows)

    async def acts(self, contract: str, through: int | None = None, after: int = 0) -> list[ActRow]:
        """The contract's acts that were in the log at sequence `through`, in order; only those behind `after`."""
        query = (
            select(*_act)
            .where(_act.contract == self._scope.own(contract), _act.sequence > after)
            .order_by(_act.sequence)
        )
        if through is not None:
            query = query.where(_act.sequence <= through)
        return list(map(ActRow._make, (await self._connection.execute(query)).all()))

    async def acts_of(self, contracts: Collection[str]) -> dict[str, list[ActRow]]:
        """The acts of several contracts, each contract's in order."""
        query = (
            select(*_act)
            .where(_act.contract.in_(sorted(filter(self._scope.admits, contracts))))
            .order_by(_act.contract, _act.sequence)
        )
        by_contract: dict[str, list[ActRow]] = {}
        for row in map(ActRow._make, (await self._connection.execute(query)).all() if contracts else ()):
            by_contract.setdefault(row.contract, []).append(row)
        return by_contract
