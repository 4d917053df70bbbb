"""What all classes of statements share: the connection of the unit of work, and the scope that it keeps to."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from service.storage.bulk import insert_rows
from service.storage.scope import Scope
from service.storage.tables import LedgerTable


class Scoped:
    """Statements in one unit of work: they see and write what the scope holds, whatever else the database would show.

    On PostgreSQL row-level security holds the unit to the same scope a second time.
    """

    def __init__(self, connection: AsyncConnection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _within(self, contract: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
        """What keeps a query that names no contract to those of the scope."""
        return () if self._scope.contracts is None else (contract.in_(sorted(self._scope.contracts)),)

    async def _insert(self, model: type[LedgerTable], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows that begin with their contract; OutOfScope, or what `insert_rows` raises."""
        self._scope.refuse_foreign({row[0] for row in rows})
        await insert_rows(self._connection, model, rows)
