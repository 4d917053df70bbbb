"""The statements on facts and on the keys of the people they are about: personal data, deletable."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

import orjson
from sqlalchemy import ColumnElement, Text, TextClause, bindparam, false, or_, select, text, tuple_

from service.storage.bulk import fetch_rows, is_postgresql, table_of
from service.storage.rows import FactRow, FoundFact, KnownFact
from service.storage.scoped import Scoped
from service.storage.tables import FactTable, LogEntryTable, ParticipantKeyTable

_log = table_of(LogEntryTable).c
_fact = table_of(FactTable).c
_key = table_of(ParticipantKeyTable).c
_BEFORE_EACH = "\x1f"  # ASCII calls it the unit separator

_KNOWN = """
SELECT log_entry.contract, log_entry.source, log_entry.external_id,
 log_entry.sequence, fact.kind, fact.participant, fact.payload
FROM {wanted} JOIN log_entry ON log_entry.contract = wanted.contract AND log_entry.source = wanted.source
 AND log_entry.external_id = wanted.external_id
LEFT JOIN fact ON fact.contract = log_entry.contract AND fact.sequence = log_entry.sequence
"""
_KEYS = """
SELECT participant_key.contract, participant_key.participant, participant_key.key
FROM {wanted} JOIN participant_key ON participant_key.contract = wanted.contract
 AND participant_key.participant = wanted.participant
"""


def _by_rows(query: str, *names: str) -> dict[str, TextClause]:
    """The query joined with rows given as parameters: a text a column, or on SQLite all of them as one JSON text."""
    columns = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(names))
    # CROSS makes SQLite look up each row in turn; left to choose, it reads the whole list for every row it finds.
    as_json = text(query.format(wanted=f"(SELECT {columns} FROM json_each(:wanted)) AS wanted CROSS"))
    # The driver takes fifteen times as long over an array of ten thousand texts as over one text that is cut up there.
    arrays = ", ".join(f"(string_to_array(:{name}, chr({ord(_BEFORE_EACH)})))[2:]" for name in names)
    as_texts = text(query.format(wanted=f"unnest({arrays}) AS wanted ({', '.join(names)})"))
    return {
        "sqlite": as_json,
        "postgresql": as_texts.bindparams(*(bindparam(name, type_=Text) for name in names)),
    }


def _column(values: Sequence[str]) -> str:
    """The values as one text; ValueError for a control character, which no id or name has."""
    column = "".join([_BEFORE_EACH + value for value in values])
    if column.count(_BEFORE_EACH) != len(values):
        raise ValueError("what is asked for holds a control character")
    return column


_KNOWN_BY_ROWS = _by_rows(_KNOWN, "contract", "source", "external_id")
_KEYS_BY_ROWS = _by_rows(_KEYS, "contract", "participant")


class FactStore(Scoped):
    """The facts of every contract as look-ups, and the keys that make their commitments unguessable."""

    async def append_facts(self, rows: Sequence[FactRow]) -> None:
        """Add the rows of facts whose log entries are already appended in this unit."""
        await self._insert(FactTable, rows)

    async def known_facts(self, identities: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], KnownFact]:
        """Those of (contract, source, id) that the log has, erased facts included."""
        found = await self._joined(_KNOWN_BY_ROWS, ("contract", "source", "external_id"), identities)
        return {(row[0], row[1], row[2]): KnownFact(*row[3:]) for row in found}

    async def fact_rows(
        self, contract: str, through: int | None = None, participant: str | None = None
    ) -> Sequence[tuple[int, bytes]]:
        """The contract's facts up to a sequence, in order, each as its sequence number and its canonical JSON; with a
        participant: theirs and those of no one."""
        query = (
            select(_fact.sequence, _fact.payload)
            .where(_fact.contract == self._scope.own_people(contract))
            .order_by(_fact.sequence)
        )
        if through is not None:
            query = query.where(_fact.sequence <= through)
        if participant is not None:
            query = query.where(or_(_fact.participant == participant, _fact.participant.is_(None)))
        return cast(Sequence[tuple[int, bytes]], await fetch_rows(self._connection, query))

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
        query = query.where(*self._searched())
        if on_from is not None:
            query = query.where(_fact.on_date >= on_from)
        if on_to is not None:
            query = query.where(_fact.on_date <= on_to)
        if after is not None:
            query = query.where(tuple_(_fact.contract, _fact.sequence) > after)
        query = query.order_by(_fact.contract, _fact.sequence).limit(limit)
        return list(map(FoundFact._make, (await self._connection.execute(query)).all()))

    def _searched(self) -> Iterator[ColumnElement[bool]]:
        yield from self._within(_fact.contract)
        if not self._scope.sees_participants:
            yield false()
        if self._scope.source is not None:
            yield _fact.source == self._scope.source

    async def participant_keys(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """The keys (32 bytes) of those (contract, participant) that have one; '' is the contract's own."""
        found = await self._joined(_KEYS_BY_ROWS, ("contract", "participant"), wanted)
        return {(contract, participant): key for contract, participant, key in found}

    async def keys_of_contract(self, contract: str) -> dict[str, bytes]:
        """The random keys (32 bytes) of everybody the contract knows; '' is its own."""
        query = select(_key.participant, _key.key).where(_key.contract == self._scope.own_people(contract))
        return {participant: key for participant, key in await fetch_rows(self._connection, query)}

    async def add_participant_keys(self, keys: Mapping[tuple[str, str], bytes]) -> None:
        """Add keys (32 bytes) by (contract, participant); who has one already raises an IntegrityError."""
        rows = [(contract, participant, key) for (contract, participant), key in keys.items()]
        await self._insert(ParticipantKeyTable, rows)

    async def _joined(
        self, queries: Mapping[str, TextClause], names: Sequence[str], rows: Sequence[tuple[str, ...]]
    ) -> Sequence[Any]:
        rows = [row for row in rows if self._scope.own_people(row[0])]
        if not rows:
            return ()
        given: dict[str, Any] = {"wanted": orjson.dumps(rows).decode()}
        if is_postgresql(self._connection):
            given = dict(zip(names, map(_column, zip(*rows, strict=True)), strict=True))
        return (await self._connection.execute(queries[self._connection.dialect.name], given)).all()
