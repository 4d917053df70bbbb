"""The statements that tell in what condition the log is, cheap enough to ask often."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, func, or_, select, text

from service.storage.bulk import table_of
from service.storage.scoped import Scoped
from service.storage.tables import ContractHeadTable, LogEntryTable, StatementTable

_log = table_of(LogEntryTable).c
_head = table_of(ContractHeadTable).c
_statement = table_of(StatementTable).c

# One step of the index a contract: DISTINCT would read every entry.
_CONTRACTS_WITHOUT_HEAD = text(
    """
WITH RECURSIVE logged(contract) AS (
  SELECT min(contract) FROM log_entry
  UNION ALL
  SELECT (SELECT min(contract) FROM log_entry WHERE log_entry.contract > logged.contract)
  FROM logged WHERE logged.contract IS NOT NULL)
SELECT logged.contract FROM logged
WHERE logged.contract IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM contract_head WHERE contract_head.contract = logged.contract)
"""
)


class ConditionStore(Scoped):
    """How large the log is, what waits in it, and whether its ends agree."""

    async def log_size(self) -> int:
        """The number of entries in the log of all contracts, taken from the heads: the log is gapless."""
        total = await self._connection.execute(
            select(func.coalesce(func.sum(_head.sequence), 0)).where(*self._within(_head.contract))
        )
        return int(total.scalar_one())

    async def oldest_unread_at(self) -> datetime | None:
        """When the oldest fact was recorded that no issued statement has read (aware); None where there is none."""
        read_through = (
            select(func.coalesce(func.max(_statement.through_sequence), 0))
            .where(_statement.contract == _head.contract)
            .correlate(table_of(ContractHeadTable))
            .scalar_subquery()
        )
        first_unread = (
            select(_log.recorded_at)
            .where(_log.contract == _head.contract, _log.kind == "fact", _log.sequence > read_through)
            .order_by(_log.sequence)
            .limit(1)
            .correlate(table_of(ContractHeadTable))
            .scalar_subquery()
        )
        moments = await self._moments(first_unread)
        return min((moment for moment in moments if moment is not None), default=None)

    async def newest_entry_at(self) -> datetime | None:
        """The latest time at which the last entry of any contract was recorded (aware); None for an empty log."""
        last = (
            select(_log.recorded_at)
            .where(_log.contract == _head.contract, _log.sequence == _head.sequence)
            .correlate(table_of(ContractHeadTable))
            .scalar_subquery()
        )
        moments = await self._moments(last)
        return max((moment for moment in moments if moment is not None), default=None)

    async def contracts_with_loose_ends(self) -> list[str]:
        """The contracts whose head is not the last entry of their log, or is missing; sorted."""
        last = (
            select(func.max(_log.sequence))
            .where(_log.contract == _head.contract)
            .correlate(table_of(ContractHeadTable))
            .scalar_subquery()
        )
        entry = and_(_log.contract == _head.contract, _log.sequence == _head.sequence)
        query = (
            select(_head.contract)
            .outerjoin_from(table_of(ContractHeadTable), table_of(LogEntryTable), entry)
            .where(
                *self._within(_head.contract),
                or_(
                    _head.sequence != func.coalesce(last, 0),
                    and_(_head.sequence > 0, or_(_log.digest.is_(None), _log.digest != _head.digest)),
                ),
            )
        )
        loose = (await self._connection.execute(query)).scalars().all()
        headless = (await self._connection.execute(_CONTRACTS_WITHOUT_HEAD)).scalars().all()
        return sorted([*loose, *filter(self._scope.admits, headless)])

    async def _moments(self, of_a_contract: ScalarSelect[datetime]) -> Sequence[datetime | None]:
        # Named as the source: with nothing to correlate with, the look-up would read the log of all contracts instead.
        query = select(of_a_contract).select_from(table_of(ContractHeadTable)).where(*self._within(_head.contract))
        return (await self._connection.execute(query)).scalars().all()
