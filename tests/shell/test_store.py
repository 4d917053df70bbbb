"""The log gives back what it took, in order, and a unit of work is all or nothing, on both databases."""

import asyncio
from datetime import UTC, timedelta, timezone

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.storage.access_tables import CredentialTable
from service.storage.bulk import table_of
from service.storage.database import Database, async_url, engine_for
from service.storage.rows import (
    GENESIS_DIGEST,
    ChainEnd,
    CredentialRow,
    DetailItemRow,
    FactRow,
    Head,
    LogEntry,
    PostingRow,
    StatementRow,
    TermsRow,
)
from service.storage.store import Store
from service.storage.tables import (
    DetailItemTable,
    FactTable,
    LedgerTable,
    LogEntryTable,
    PostingTable,
    StatementTable,
    TermsVersionTable,
)
from tests.shell.stored_rows import NOON, SUM, entry


def test_no_two_classes_of_statements_call_different_things_by_one_name() -> None:
    named = [name for part in Store.__bases__ for name in vars(part) if not name.startswith("__")]
    assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize(
    ("model", "row"),
    [
        (LogEntryTable, LogEntry),
        (FactTable, FactRow),
        (TermsVersionTable, TermsRow),
        (StatementTable, StatementRow),
        (DetailItemTable, DetailItemRow),
        (PostingTable, PostingRow),
        (CredentialTable, CredentialRow),
    ],
)
def test_a_row_has_the_columns_of_its_table_in_order(model: type[LedgerTable], row: type[LogEntry]) -> None:
    names = [column.name for column in table_of(model).columns]
    assert [name.removeprefix("entry_") for name in row._fields] == names


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:////tmp/ledger.db", "sqlite+aiosqlite:////tmp/ledger.db"),
        ("sqlite+aiosqlite:////tmp/ledger.db", "sqlite+aiosqlite:////tmp/ledger.db"),
        ("postgres://ann@host/ledger", "postgresql+asyncpg://ann@host/ledger"),
        ("postgresql://ann@host/ledger?sslmode=require", "postgresql+asyncpg://ann@host/ledger?ssl=require"),
        ("postgresql+asyncpg://ann@host/ledger", "postgresql+asyncpg://ann@host/ledger"),
    ],
)
def test_a_url_gets_its_driver(given: str, driver: str) -> None:
    assert async_url(given).render_as_string() == driver


@pytest.mark.parametrize("given", ["sqlite://", "sqlite:///:memory:", "mysql://ann@host/ledger"])
def test_another_database_is_refused_by_name(given: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path/to/file"):
        engine_for(given)


async def test_a_unit_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ArithmeticError):
        async with database.begin() as store:
            await store.append([entry(sequence) for sequence in range(1, 101)])
            raise ArithmeticError
    async with database.reading() as store:
        assert await store.entries("dialog") == []


async def test_a_batch_that_comes_first_in_its_unit_is_rolled_back_too(database: Database) -> None:
    with pytest.raises(ArithmeticError):
        async with database.begin() as store:
            await store.append([entry(1)])
            raise ArithmeticError
    async with database.reading() as store:
        assert await store.entry("dialog", 1) is None


async def test_a_reading_unit_sees_one_moment(database: Database) -> None:
    async with database.reading() as reader:
        before = await reader.entries("dialog")
        async with database.begin() as writer:
            await writer.append([entry(1)])
        assert await reader.entries("dialog") == before == []
    async with database.reading() as reader:
        assert await reader.entries("dialog") == [entry(1)]


async def test_a_head_moves_forward_only(database: Database) -> None:
    async with database.begin() as store:
        assert await store.head("dialog") is None
        assert await store.lock_head("dialog") is None
        assert await store.create_head("dialog") == Head(0, GENESIS_DIGEST)
        await store.move_heads([ChainEnd("dialog", 2, SUM)])
        assert await store.create_head("dialog") == await store.lock_head("dialog") == Head(2, SUM)
        with pytest.raises(RuntimeError, match="only 0 of 1 heads"):
            await store.move_heads([ChainEnd("dialog", 2, SUM)])
        with pytest.raises(RuntimeError, match="only 1 of 2 heads"):
            await store.move_heads([ChainEnd("dialog", 3, SUM), ChainEnd("other", 1, SUM)])


async def test_writers_of_one_contract_take_turns(database: Database) -> None:
    async def write_one() -> None:
        async with database.begin() as store:
            head = await store.lock_head("dialog") or await store.create_head("dialog")
            await store.append([entry(head.sequence + 1)])
            await store.move_heads([ChainEnd("dialog", head.sequence + 1, SUM)])

    await asyncio.gather(*(write_one() for _ in range(12)))

    async with database.reading() as store:
        assert [found.sequence for found in await store.entries("dialog")] == list(range(1, 13))
        assert await store.head("dialog") == Head(12, SUM)


async def test_entries_narrow_by_kind_and_by_actor(database: Database) -> None:
    kinds = ("terms", "fact", "approval", "fact", "terms", "fact")
    given = [entry(place, kind) for place, kind in enumerate(kinds, start=1)]
    given[3] = given[3]._replace(actor="bo")
    given[4] = given[4]._replace(actor="bo")
    async with database.begin() as store:
        await store.append([*given, entry(1, "terms", contract="other")])
    async with database.reading() as store:
        for kind in (None, *kinds, "statement"):
            for actor in (None, "ann", "bo", "nobody"):
                wanted = [one for one in given if kind in (None, one.kind) and actor in (None, one.actor)]
                assert await store.entries("dialog", kind=kind, actor=actor) == wanted
                assert (
                    await store.entries("dialog", kind=kind, actor=actor, after=2, limit=1)
                    == [one for one in wanted if one.sequence > 2][:1]
                )


async def test_the_last_entry_recorded_by_a_moment_is_found(database: Database) -> None:
    given = [entry(place, recorded_at=NOON + timedelta(hours=place // 2)) for place in (1, 2, 3, 4)]
    async with database.begin() as store:
        await store.append([*given, entry(1, contract="other")])
    async with database.reading() as store:
        for hours, sequence in ((-1, 0), (0, 1), (1, 3), (1.5, 3), (9, 4)):
            assert await store.last_recorded_by("dialog", NOON + timedelta(hours=hours)) == sequence
        assert await store.last_recorded_by("nothing", NOON) == 0


async def test_entries_come_back_as_they_were_given(database: Database) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=2)))
    given = [entry(1, "terms"), entry(2, recorded_at=elsewhere), entry(3), entry(4, "statement")]
    async with database.begin() as store:
        await store.append(given)
    async with database.reading() as store:
        assert await store.entries("dialog") == given
        assert (await store.entries("dialog"))[1].recorded_at.tzinfo == UTC
        assert await store.entries("dialog", after=1, through=3) == given[1:3]
        assert await store.entries("dialog", kind="fact", limit=1) == [given[1]]
        assert await store.entry("dialog", 4) == given[3]
        assert await store.entry("other", 4) is None


async def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        async with database.begin() as store:
            await store.append([entry(1, recorded_at=NOON.replace(tzinfo=None))])


@pytest.mark.parametrize("wrong", [[2], [1, 3], [1, 1], [0]])
async def test_a_gap_and_a_repetition_are_integrity_errors(database: Database, wrong: list[int]) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as store:
            await store.append([entry(sequence) for sequence in wrong])


async def test_the_ledgers_name_and_credentials_can_be_replaced(database: Database) -> None:
    first, second = (
        CredentialRow("ann", (role,), None, None, ("w",), "to read", None, None, NOON, "bo")
        for role in ("auditor", "finance")
    )
    async with database.begin() as store:
        assert await store.ledger_name() is None
        await store.set_ledger_name("old")
        await store.set_ledger_name("new")
        await store.put_credential(first)
        assert await store.credentials() == [first]
        await store.put_credential(second)
    async with database.reading() as store:
        assert await store.ledger_name() == "new"
        assert await store.credentials() == [second]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_reading_unit_cannot_write_on_postgresql(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.reading() as store:
            await store.set_ledger_name("x")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_sqlite_connection_is_durable_and_checks_its_keys(database: Database) -> None:
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 15000}
    async with database.engine.connect() as connection:
        for name, value in {**wanted, "recursive_triggers": 1, "cache_size": -65536}.items():
            assert (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() == value
