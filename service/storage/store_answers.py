"""The statements on what was answered under an Idempotency-Key."""

import hashlib

from sqlalchemy import func, select

from service.storage.access_tables import IdempotencyTable
from service.storage.bulk import insert_rows, is_postgresql, table_of
from service.storage.rows import AnswerRow
from service.storage.scoped import Scoped

_answer = table_of(IdempotencyTable).c


class AnswerStore(Scoped):
    """The first answer to each request that came with a key."""

    async def reserve_key(self, actor: str, route: str, key: str) -> bool:
        """Whether nobody else holds the key now; it is held until this unit ends.

        On SQLite always: the unit holds the only write lock of the file, so that nobody else is at work under the key.
        """
        if not is_postgresql(self._connection):
            return True
        digest = hashlib.sha256("\0".join((actor, route, key)).encode()).digest()
        number = int.from_bytes(digest[:8], signed=True)
        return bool((await self._connection.execute(select(func.pg_try_advisory_xact_lock(number)))).scalar_one())

    async def answer(self, actor: str, route: str, key: str) -> AnswerRow | None:
        """What was answered under the key, or None."""
        query = select(*_answer).where(_answer.actor == actor, _answer.route == route, _answer.key == key)
        row = (await self._connection.execute(query)).one_or_none()
        return AnswerRow._make(row) if row is not None else None

    async def add_answer(self, row: AnswerRow) -> None:
        """Keep the first answer under a key, beside its effect in the same unit."""
        await insert_rows(self._connection, IdempotencyTable, [row])
