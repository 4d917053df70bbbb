"""The statements on facts and on the keys of the people they are about: personal data, deletable."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ARRAY, Text, bindparam, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service.storage.bulk import insert_rows, is_postgresql, table_of
from service.storage.rows import FactRow, FoundFact, KnownFact, StoredFact
from service.storage.tables import FactTable, LogEntryTable, ParticipantKeyTable

_log = table_of(LogEntryTable).c
_fact = table_of(FactTable).c
_key = table_of(ParticipantKeyTable).c

_KNOWN = """
SELECT log_entry.source, log_entry.external_id, log_entry.sequence, fact.kind, fact.participant, fact.payload
FROM {wanted} JOIN log_entry ON log_entry.contract = :contract AND log_entry.source = wanted.source
 AND log_entry.external_id = wanted.external_id
LEFT JOIN fact ON fact.contract = log_entry.contract AND fact.sequence = log_entry.sequence
"""
# CROSS makes SQLite look up each identity in turn; left to choose, it reads the whole list for every log entry.
_KNOWN_SQLITE = text(
    _KNOWN.format(
        wanted="(SELECT json_extract(value, '$[0]') AS source, json_extract(value, '$[1]') AS external_id"
        " FROM json_each(:identities)) AS wanted CROSS"
    )
)
_KNOWN_POSTGRESQL = text(
    _KNOWN.format(wanted="unnest(:sources, :external_ids) AS wanted (source, external_id)")
).bindparams(bindparam("sources", type_=ARRAY(Text)), bindparam("external_ids", type_=ARRAY(Text)))


class FactStore:
    """The facts of every contract as look-ups, and the keys that make their commitments unguessable."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append_facts(self, rows: Sequence[FactRow]) -> None:
        """Add the rows of facts whose log entries are already appended in this unit."""
        await insert_rows(self._session, FactTable, rows)

    async def known_facts(
        self, contract: str, identities: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], KnownFact]:
        """Those of the (source, id) pairs that the contract's log has, erased facts included."""
        if not identities:
            return {}
        if is_postgresql(self._session):
            sources, external_ids = map(list, zip(*identities, strict=True))
            wanted = {"contract": contract, "sources": sources, "external_ids": external_ids}
            found = await self._session.execute(_KNOWN_POSTGRESQL, wanted)
        else:
            found = await self._session.execute(
                _KNOWN_SQLITE, {"contract": contract, "identities": json.dumps(list(identities))}
            )
        return {(row[0], row[1]): KnownFact(*row[2:]) for row in found.all()}

    async def fact_rows(
        self, contract: str, through: int | None = None, participant: str | None = None
    ) -> list[StoredFact]:
        """The contract's facts up to a sequence, in order; with a participant: theirs and those of no one."""
        query = select(_fact.sequence, _fact.payload).where(_fact.contract == contract).order_by(_fact.sequence)
        if through is not None:
            query = query.where(_fact.sequence <= through)
        if participant is not None:
            query = query.where(or_(_fact.participant == participant, _fact.participant.is_(None)))
        return list(map(StoredFact._make, (await self._session.execute(query)).all()))

    async def search_facts(
        self,
        *,
        contract: str | None = None,
        kind: str | None = None,
        participant: str | None = None,
        source: str | None = None,
        id: str | None = None,
        on_from: date | None = None,
        on_to: date | None = None,
        after: tuple[str, int] | None = None,
        limit: int = 100,
    ) -> list[FoundFact]:
        """Facts with on_from <= on_date <= on_to, by (contract, sequence), beginning behind `after`."""
        given = {
            _fact.contract: contract,
            _fact.kind: kind,
            _fact.participant: participant,
            _fact.source: source,
            _fact.external_id: id,
        }
        query = select(*_fact, _log.recorded_at).join(
            LogEntryTable, (_log.contract == _fact.contract) & (_log.sequence == _fact.sequence)
        )
        query = query.where(*(column == value for column, value in given.items() if value is not None))
        if on_from is not None:
            query = query.where(_fact.on_date >= on_from)
        if on_to is not None:
            query = query.where(_fact.on_date <= on_to)
        if after is not None:
            query = query.where(tuple_(_fact.contract, _fact.sequence) > after)
        query = query.order_by(_fact.contract, _fact.sequence).limit(limit)
        return list(map(FoundFact._make, (await self._session.execute(query)).all()))

    async def participant_keys(self, contract: str, participants: Sequence[str]) -> dict[str, bytes]:
        """The keys (32 bytes) of those participants that have one; '' asks for the contract's own."""
        if not participants:
            return {}
        wanted = set(participants)
        query = select(_key.participant, _key.key).where(_key.contract == contract)
        # Long IN lists meet SQLite's limit on variables; a contract's keys are few enough to filter here.
        if len(wanted) <= 100:
            query = query.where(_key.participant.in_(wanted))
        return {name: key for name, key in (await self._session.execute(query)).all() if name in wanted}

    async def add_participant_keys(self, contract: str, keys: Mapping[str, bytes]) -> None:
        """Add keys (32 bytes) by participant; a participant who has one already raises an IntegrityError."""
        rows = [(contract, participant, key) for participant, key in keys.items()]
        await insert_rows(self._session, ParticipantKeyTable, rows)
