"""The statements (SQL) on issued statements, their detail and their postings."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, tuple_

from service.storage.bulk import table_of
from service.storage.look_ups import LookUp
from service.storage.rows import Balance, DetailItemRow, IssuedDocument, OpenedAccount, PostingRow, StatementRow
from service.storage.scoped import Scoped
from service.storage.tables import ActTable, DetailItemTable, PostingTable, StatementTable, TermsVersionTable

_statement = table_of(StatementTable).c
_detail = table_of(DetailItemTable).c
_posting = table_of(PostingTable).c

ISSUED_DOCUMENT = LookUp(
    select(_statement.document, _statement.sha256, _statement.contract, _statement.investor).where(
        _statement.id == bindparam("id")
    ),
    IssuedDocument._make,
    lambda scope, row: scope.shows_statement(row.contract, row.investor),
)


class StatementStore(Scoped):
    """What has been issued: statements, the lines behind them, and what they moved."""

    async def add_statement(self, row: StatementRow) -> None:
        """Add a statement, whose log entry is already appended in this unit."""
        await self._insert(StatementTable, [row])

    async def add_detail_items(self, rows: Sequence[DetailItemRow]) -> None:
        """Add the lines behind a statement, whose log entry is already appended in this unit."""
        await self._insert(DetailItemTable, rows)

    async def add_postings(self, rows: Sequence[PostingRow]) -> None:
        """Add what a statement moved, after the statement itself."""
        await self._insert(PostingTable, rows)

    async def statement(self, id: str) -> StatementRow | None:
        """One statement by its id, or None."""
        row = (await self._connection.execute(select(*_statement).where(_statement.id == id, *self._shown()))).first()
        return None if row is None else StatementRow._make(row)

    async def statements(
        self,
        contract: str | None = None,
        period: str | None = None,
        investor: str | None = None,
        through_sequence_below: int | None = None,
    ) -> list[StatementRow]:
        """The statements that match, by (contract, sequence): in the order in which they were issued."""
        given = {_statement.contract: contract, _statement.period: period, _statement.investor: investor}
        query = select(*_statement).order_by(_statement.contract, _statement.sequence)
        query = query.where(*self._shown(), *(column == value for column, value in given.items() if value is not None))
        if through_sequence_below is not None:
            query = query.where(_statement.through_sequence < through_sequence_below)
        return list(map(StatementRow._make, (await self._connection.execute(query)).all()))

    def _shown(self) -> Iterator[ColumnElement[bool]]:
        yield from self._within(_statement.contract)
        if self._scope.investor is not None:
            yield _statement.investor == self._scope.investor

    async def details(self, contract: str, sequence: int) -> list[DetailItemRow]:
        """The lines behind the statement with this sequence, by position."""
        query = _details(self._scope.own_people(contract)).where(_detail.sequence == sequence)
        return await self._detail_rows(query)

    async def detail_lines(
        self, contract: str, statements: Collection[int], after: tuple[int, int] | None = None, limit: int = 100
    ) -> list[DetailItemRow]:
        """Lines, without what is pending or was erased, of the statements with these sequences behind `after` =
        (sequence, position), in that order, at most `limit`."""
        query = _details(self._scope.own_people(contract)).where(
            _detail.sequence.in_(sorted(statements)), _detail.kind == "line"
        )
        query = query.where(_detail.participant.is_not(None))
        if after is not None:
            query = query.where(tuple_(_detail.sequence, _detail.position) > after)
        return await self._detail_rows(query.limit(limit))

    async def detail_items_of_participant(self, contract: str, participant: str) -> list[DetailItemRow]:
        """Every line about one participant, by (sequence, position)."""
        return await self._detail_rows(
            _details(self._scope.own_people(contract)).where(_detail.participant == participant)
        )

    async def detail_item(self, contract: str, sequence: int, position: int) -> DetailItemRow | None:
        """One line, or None."""
        one = _details(self._scope.own_people(contract)).where(
            _detail.sequence == sequence, _detail.position == position
        )
        return next(iter(await self._detail_rows(one)), None)

    async def balances(self, contract: str) -> list[Balance]:
        """What each account holds in each currency, zeros included, by (account, currency)."""
        columns = (_posting.account, _posting.currency)
        query = select(*columns, func.sum(_posting.amount_minor)).where(_posting.contract == self._scope.own(contract))
        rows = await self._connection.execute(query.group_by(*columns).order_by(*columns))
        # PostgreSQL sums BIGINT into NUMERIC.
        return [Balance(account, currency, int(amount_minor)) for account, currency, amount_minor in rows]

    async def opened_accounts(self, contract: str) -> list[OpenedAccount]:
        """Every account with the first day that it moves, by (account, currency)."""
        columns = (_posting.account, _posting.currency)
        query = select(*columns, func.min(_posting.on_date)).where(_posting.contract == self._scope.own(contract))
        rows = await self._connection.execute(query.group_by(*columns).order_by(*columns))
        return list(map(OpenedAccount._make, rows.all()))

    async def postings(self, contract: str, after: tuple[int, int] | None = None, limit: int = 100) -> list[PostingRow]:
        """The contract's postings behind `after` = (sequence, position), in that order, at most `limit`."""
        query = select(*_posting).where(_posting.contract == self._scope.own(contract))
        if after is not None:
            query = query.where(tuple_(_posting.sequence, _posting.position) > after)
        query = query.order_by(_posting.sequence, _posting.position).limit(limit)
        return list(map(PostingRow._make, (await self._connection.execute(query)).all()))

    async def postings_of(self, contract: str, sequence: int) -> list[PostingRow]:
        """The postings of one entry of the log, in order."""
        query = select(*_posting).where(_posting.contract == self._scope.own(contract), _posting.sequence == sequence)
        rows = (await self._connection.execute(query.order_by(_posting.position))).all()
        return list(map(PostingRow._make, rows))

    async def clear_look_ups(self, contract: str) -> None:
        """Delete what a rebuild derives from the log: terms, postings, acts, statements. The detail stays."""
        for model in (PostingTable, ActTable, StatementTable, TermsVersionTable):
            table = table_of(model)
            await self._connection.execute(delete(table).where(table.c.contract == self._scope.own(contract)))

    async def _detail_rows(self, query: Select[Any]) -> list[DetailItemRow]:
        return list(map(DetailItemRow._make, (await self._connection.execute(query)).all()))


def _details(contract: str) -> Select[Any]:
    return select(*_detail).where(_detail.contract == contract).order_by(_detail.sequence, _detail.position)
