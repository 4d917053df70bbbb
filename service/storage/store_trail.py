"""The statements on the access trail: appended to under the lock of its head, read, never changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from service.core.errors import Unavailable
from service.storage.access_tables import LedgerNameTable
from service.storage.bulk import insert_rows, is_postgresql, table_of
from service.storage.rows import AccessRecordRow, AccessSearch, Head
from service.storage.scoped import Scoped
from service.storage.tables import FactTable, LogEntryTable
from service.storage.trail_tables import AccessHeadTable, AccessRecordTable

_record = table_of(AccessRecordTable).c
_head = table_of(AccessHeadTable).c
_fact, _log = table_of(FactTable).c, table_of(LogEntryTable).c
_LOCK = select(_head.sequence, _head.digest, select(table_of(LedgerNameTable).c.name).scalar_subquery())
_LOCK = _LOCK.with_for_update(of=table_of(AccessHeadTable))
_MOVE = update(table_of(AccessHeadTable)).values(sequence=bindparam("next"), digest=bindparam("its_digest"))
# One statement in the place of two: every read about participants waits for it.
_APPEND_POSTGRESQL = text(
    "WITH moved AS (UPDATE access_head SET sequence = :sequence, digest = :digest)"
    " INSERT INTO access_record (sequence, kind, recorded_at, actor, contracts, participants, bytes, digest)"
    " VALUES (:sequence, :kind, :recorded_at, :actor, :contracts, :participants, :entry_bytes, :digest)"
).bindparams(
    bindparam("sequence", type_=BigInteger),
    bindparam("recorded_at", type_=_record.recorded_at.type),
    bindparam("entry_bytes", type_=LargeBinary),
    bindparam("digest", type_=LargeBinary),
)
_NOT_WRITTEN = "The record of this access cannot be written, so that nothing is told. Try again, and tell the operator."


class TrailStore(Scoped):
    """Who read about participants and who handed out credentials.

    The scope shows those records that are about a contract of its own; a scope of every contract shows all. The trail
    is one chain over all contracts, and whoever adds to it has to see its end: row-level security cannot hold it too.
    """

    async def lock_trail(self) -> tuple[Head, str]:
        """The end of the trail, which nobody else moves until the unit ends, and the ledger's name; Unavailable where
        the trail cannot be written."""
        try:
            row = (await self._connection.execute(_LOCK)).first()
        except DBAPIError as error:
            raise Unavailable(_NOT_WRITTEN) from error
        if row is None:
            raise Unavailable(_NOT_WRITTEN)
        return Head(row[0], row[1]), row[2] or ""

    async def append_record(self, row: AccessRecordRow) -> None:
        """Append the record that comes next and move the head, both locked before; Unavailable where that cannot be
        written, whatever the reason."""
        stored = row._replace(contracts=_listed(row.contracts), participants=_listed(row.participants))
        try:
            if is_postgresql(self._connection):
                await self._connection.execute(_APPEND_POSTGRESQL, stored._asdict())
            else:
                await insert_rows(self._connection, AccessRecordTable, [stored])
                await self._connection.execute(_MOVE, {"next": row.sequence, "its_digest": row.digest})
        except DBAPIError as error:
            raise Unavailable(_NOT_WRITTEN) from error

    async def trail_end(self) -> Head:
        """Where the trail ends as its head says, without locking."""
        row = (await self._connection.execute(select(_head.sequence, _head.digest))).one()
        return Head(row[0], row[1])

    async def records(
        self, search: AccessSearch, *, after: int = 0, through: int | None = None, limit: int | None = None
    ) -> list[AccessRecordRow]:
        """Records with after < sequence <= through, in order, at most `limit`.

        Cost: the database walks from `after` on until the page is full; of one actor, over that actor's records alone.
        """
        query = select(*_record).where(*self._searched_for(search), _record.sequence > after).order_by(_record.sequence)
        if through is not None:
            query = query.where(_record.sequence <= through)
        return await self._records(query.limit(limit))

    async def records_numbered(self, sequences: Iterable[int]) -> list[AccessRecordRow]:
        """Those of these records that the scope shows, in order."""
        query = select(*_record).where(*self._within_scope(), _record.sequence.in_(sorted(sequences)))
        return await self._records(query.order_by(_record.sequence))

    async def record_sequences(self, search: AccessSearch, through: int) -> list[int]:
        """The sequence numbers alone, through one, in order."""
        query = select(_record.sequence).where(*self._searched_for(search), _record.sequence <= through)
        return list((await self._connection.execute(query.order_by(_record.sequence))).scalars())

    async def how_many_records(self, kind: str) -> int:
        """How many there are of a kind, whatever the scope shows of them: numbers count through the whole trail."""
        query = select(func.count()).select_from(AccessRecordTable).where(_record.kind == kind)
        return int((await self._connection.execute(query)).scalar_one())

    async def records_about(
        self, tokens: Mapping[str, str], known_since: Mapping[str, datetime], after: int, limit: int
    ) -> list[AccessRecordRow]:
        """Reads that name somebody by what stands for them in each contract, and those that name nobody, of a contract
        since it has known them (aware); in order."""
        about = [_holds(_record.participants, token) for token in tokens.values()]
        about += [
            and_(_record.participants == "", _holds(_record.contracts, contract), _record.recorded_at >= since)
            for contract, since in known_since.items()
        ]
        query = select(*_record).where(
            *self._within_scope(), _record.kind == "read", or_(false(), *about), _record.sequence > after
        )
        return await self._records(query.order_by(_record.sequence).limit(limit))

    async def known_since(self, participant: str) -> dict[str, datetime]:
        """By contract the time (aware UTC) at which it took in its first fact about the participant that is still
        there."""
        query = select(_fact.contract, func.min(_log.recorded_at)).join(
            LogEntryTable, (_log.contract == _fact.contract) & (_log.sequence == _fact.sequence)
        )
        query = query.where(*self._within(_fact.contract), _fact.participant == participant).group_by(_fact.contract)
        if not self._scope.sees_participants:
            return {}
        return {contract: first for contract, first in (await self._connection.execute(query)).all()}

    def _searched_for(self, search: AccessSearch) -> Iterator[ColumnElement[bool]]:
        yield from self._within_scope()
        if search.kind is not None:
            yield _record.kind == search.kind
        if search.contract is not None:
            yield _holds(_record.contracts, search.contract)
        if search.actor is not None:
            yield _record.actor == search.actor
        if search.since is not None:
            yield _record.recorded_at >= search.since
        if search.until is not None:
            yield _record.recorded_at < search.until

    def _within_scope(self) -> Iterator[ColumnElement[bool]]:
        contracts = self._scope.contracts
        if contracts is not None:
            yield or_(false(), *(_holds(_record.contracts, contract) for contract in sorted(contracts)))

    async def _records(self, query: Select[Any]) -> list[AccessRecordRow]:
        return [_row(row) for row in (await self._connection.execute(query)).all()]


def _listed(values: Sequence[str]) -> Any:
    return f" {' '.join(values)} " if values else ""


def _holds(column: ColumnElement[str], value: str) -> ColumnElement[bool]:
    return column.contains(f" {value} ", autoescape=True)


def _row(row: Sequence[Any]) -> AccessRecordRow:
    stored = AccessRecordRow._make(row)
    contracts: Any = stored.contracts
    participants: Any = stored.participants
    return stored._replace(contracts=tuple(contracts.split()), participants=tuple(participants.split()))
