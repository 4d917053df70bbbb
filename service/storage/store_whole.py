"""The statements (SQL) that read whole tables as they are, for a verification of everything."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Executable, func, select, text, union
from sqlalchemy.exc import DBAPIError

from service.storage.access_tables import LedgerNameTable
from service.storage.bulk import is_postgresql, table_of
from service.storage.outages import is_outage
from service.storage.proof_tables import StatementLeafTable
from service.storage.rows import (
    ActRow,
    DetailItemRow,
    FactRow,
    KeptRow,
    LeafRow,
    LogEntry,
    PostingRow,
    StatementRow,
    TermsRow,
)
from service.storage.scoped import Scoped
from service.storage.tables import (
    ActTable,
    ContractHeadTable,
    DetailItemTable,
    FactTable,
    KeptFindingTable,
    LedgerTable,
    LogEntryTable,
    ParticipantKeyTable,
    PostingTable,
    StatementTable,
    TermsVersionTable,
)

# Every table of rows that belong to an entry of a contract's log, and what a row of it becomes.
BY_ENTRY: dict[str, tuple[type[LedgerTable], Any]] = {
    "log_entry": (LogEntryTable, LogEntry),
    "terms_version": (TermsVersionTable, TermsRow),
    "statement": (StatementTable, StatementRow),
    "act": (ActTable, ActRow),
    "posting": (PostingTable, PostingRow),
    "fact": (FactTable, FactRow),
    "detail_item": (DetailItemTable, DetailItemRow),
    "kept_finding": (KeptFindingTable, KeptRow),
}
_OF_CONTRACTS: list[type[LedgerTable]] = [model for model, _ in BY_ENTRY.values()]
_OF_CONTRACTS += [ContractHeadTable, ParticipantKeyTable, StatementLeafTable]
_leaf = table_of(StatementLeafTable).c
_statement = table_of(StatementTable).c
_log = table_of(LogEntryTable).c


class Unreadable(Exception):
    """Rows of a table that the database or the driver cannot give: the table's name."""


@contextmanager
def unreadable_told(table: str) -> Iterator[None]:
    """Raise Unreadable where what is stored cannot be given; an outage passes as it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, ValueError, TypeError) as error:
        if isinstance(error, DBAPIError) and is_outage(error):
            raise
        raise Unreadable(table) from None


class LeafBeside(NamedTuple):
    """A leaf, and what it has to be made from: its statement's id and SHA-256 and the digest of the log entry, each
    None where that is not there."""

    leaf: LeafRow
    id: str | None
    sha256: bytes | None
    digest: bytes | None


class WholeStore(Scoped):
    """Reads of everything; the caller's scope has to be everything."""

    async def damage(self) -> str | None:
        """What SQLite finds wrong in its own file, None where that is nothing; PostgreSQL keeps this to itself."""
        if is_postgresql(self._connection):
            return None
        rows = await self._all(text("PRAGMA integrity_check(1)"), "the file")
        return None if [*rows] == [("ok",)] else str(rows[0][0])

    async def every_contract(self) -> list[str]:
        """Every contract that any table has a row of, by name."""
        names = union(*[select(table_of(model).c.contract) for model in _OF_CONTRACTS])
        return sorted(row[0] for row in await self._all(names, "contract_head"))

    async def ledger_names(self) -> list[tuple[int, str]]:
        """The rows that name the ledger."""
        return [(row[0], row[1]) for row in await self._all(select(*table_of(LedgerNameTable).c), "ledger")]

    async def of_entries(
        self, table: str, contract: str, after: int | None, through: int | None, limit: int | None = None
    ) -> list[Any]:
        """The contract's rows in the table with after < sequence <= through (None: no bound), by primary key."""
        model, made = BY_ENTRY[table]
        columns = table_of(model).c
        query = select(*columns).where(columns.contract == self._scope.own(contract))
        if after is not None:
            query = query.where(columns.sequence > after)
        if through is not None:
            query = query.where(columns.sequence <= through)
        query = query.order_by(*table_of(model).primary_key).limit(limit)
        return list(map(made._make, await self._all(query, table)))

    async def keys_told(self, contract: str) -> dict[str, bytes]:
        """The keys behind the salts, by participant."""
        keys = table_of(ParticipantKeyTable).c
        query = select(keys.participant, keys.key).where(keys.contract == self._scope.own(contract))
        return {row[0]: row[1] for row in await self._all(query, "participant_key")}

    async def leaves_beside(self, after: int | None, limit: int) -> list[LeafBeside]:
        """Leaves behind an index, in order, each beside its statement and its entry of the log."""
        of_statement = (_statement.contract == _leaf.contract) & (_statement.sequence == _leaf.sequence)
        of_entry = (_log.contract == _leaf.contract) & (_log.sequence == _leaf.sequence)
        query = select(*_leaf, _statement.id, _statement.sha256, _log.digest).select_from(StatementLeafTable)
        query = query.outerjoin(StatementTable, of_statement).outerjoin(LogEntryTable, of_entry)
        if after is not None:
            query = query.where(_leaf.leaf_index > after)
        rows = await self._all(query.order_by(_leaf.leaf_index).limit(limit), "statement_leaf")
        return [LeafBeside(LeafRow._make(row[:5]), *row[5:]) for row in rows]

    async def statement_without_leaf(self) -> tuple[str, int] | None:
        """The first statement (contract, sequence) that no leaf is of."""
        joined = (_statement.contract == _leaf.contract) & (_statement.sequence == _leaf.sequence)
        query = select(_statement.contract, _statement.sequence).outerjoin(StatementLeafTable, joined)
        query = query.where(_leaf.leaf_index.is_(None)).order_by(_statement.contract, _statement.sequence).limit(1)
        return next(((row[0], row[1]) for row in await self._all(query, "statement")), None)

    async def statement_count(self) -> int:
        """How many statements are issued."""
        (row,) = await self._all(select(func.count()).select_from(StatementTable), "statement")
        return int(row[0])

    async def _all(self, query: Executable, table: str) -> Sequence[Any]:
        with unreadable_told(table):
            return (await self._connection.execute(query)).all()
