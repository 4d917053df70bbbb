"""The statements (SQL) that erase a participant, and on what is kept in the place of its facts."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, update

from service.storage.bulk import table_of
from service.storage.rows import DetailItemRow, KeptRow
from service.storage.scoped import Scoped
from service.storage.tables import DetailItemTable, FactTable, KeptFindingTable, ParticipantKeyTable

_detail = table_of(DetailItemTable).c
_fact = table_of(FactTable).c
_kept = table_of(KeptFindingTable).c
_key = table_of(ParticipantKeyTable).c
_AT_ONCE = 500  # a statement takes so many parameters on either database


class ErasureStore(Scoped):
    """Rows are deleted, not marked: nothing that says who it was is left."""

    async def kept(self, contract: str) -> list[KeptRow]:
        """What is kept of everybody who was erased, in the order of the erasures."""
        query = select(*_kept).where(_kept.contract == self._scope.own_people(contract)).order_by(_kept.sequence)
        return list(map(KeptRow._make, (await self._connection.execute(query)).all()))

    async def add_kept(self, row: KeptRow) -> None:
        """Add what is kept of a participant, whose erasure is already in the log in this unit."""
        await self._insert(KeptFindingTable, [row])

    async def move_behind(self, contract: str, participant: str, label: str) -> None:
        """Whoever stood right behind a participant stands behind its label, or behind whoever that names."""
        query = update(KeptFindingTable).where(
            _kept.contract == self._scope.own_people(contract), _kept.behind == participant
        )
        await self._connection.execute(query.values(behind=label))

    async def delete_facts(self, contract: str, sequences: Collection[int]) -> None:
        """Delete facts by their sequence numbers; the log goes on to commit to them."""
        ordered = sorted(sequences)
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            query = delete(FactTable).where(
                _fact.contract == self._scope.own_people(contract), _fact.sequence.in_(some)
            )
            await self._connection.execute(query)

    async def delete_participant_key(self, contract: str, participant: str) -> None:
        """Delete the key behind every salt of a participant."""
        query = delete(ParticipantKeyTable).where(
            _key.contract == self._scope.own_people(contract), _key.participant == participant
        )
        await self._connection.execute(query)

    async def empty_detail_items(self, rows: Sequence[DetailItemRow]) -> None:
        """Put these items in the place of those at the same places, about nobody; commitments stay."""
        for row in rows:
            query = update(DetailItemTable).where(
                _detail.contract == self._scope.own_people(row.contract),
                _detail.sequence == row.sequence,
                _detail.position == row.position,
            )
            await self._connection.execute(query.values(participant=None, item=row.item))
