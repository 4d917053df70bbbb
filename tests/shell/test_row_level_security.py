"""PostgreSQL itself keeps a unit of work to its scope: probed by statements that no class of the storage would send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.storage.database import Database
from service.storage.isolation import enter_scope
from service.storage.scope import EVERYTHING, NOTHING, Scope
from service.storage.store_statements import ISSUED_DOCUMENT
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api
from tests.shell.tampering import as_owner

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
OF_PARTICIPANTS = ("fact", "participant_key", "detail_item")
OF_CONTRACTS = ("log_entry", "contract_head", "terms_version", "act", "posting", "statement", *OF_PARTICIPANTS)
SEEING = Scope(frozenset({"w"}), sees_participants=True)


@pytest.fixture
async def two(w: Api) -> Api:
    """Contract W with its first statements, and another contract of the same parties with its own."""
    await w.register(a_contract(contract="v"))
    for contract in ("w", "v"):
        await w.batch([{**fact.model_dump(mode="json", exclude_none=True), "contract": contract} for fact in W1_FACTS])
        await w.issue("2022", contract)
    return w


@asynccontextmanager
async def unit(database: Database, scope: Scope | None) -> AsyncIterator[AsyncConnection]:
    """A transaction of the service's, in a scope or, as nobody should, without any."""
    async with database.engine.begin() as connection:
        if scope is not None:
            await enter_scope(connection, scope)
        yield connection


async def contracts_in(connection: AsyncConnection, table: str) -> set[str]:
    return set((await connection.execute(text(f"SELECT DISTINCT contract FROM {table}"))).scalars())


async def test_every_table_of_contracts_forces_row_level_security(two: Api, database: Database) -> None:
    query = (
        "SELECT c.table_name FROM information_schema.columns c JOIN pg_class ON pg_class.oid = c.table_name::regclass"
        " WHERE c.table_schema = 'public' AND c.column_name = 'contract'"
        " AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    listed = (
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'contract'"
    )
    async with as_owner(database) as connection:
        assert (await connection.execute(text(query))).scalars().all() == []
        assert set((await connection.execute(text(listed))).scalars()) >= set(OF_CONTRACTS)


async def test_the_service_works_as_a_role_that_owns_nothing_and_gets_past_nothing(
    two: Api, database: Database
) -> None:
    async with unit(database, None) as connection:
        row = (
            await connection.execute(
                text("SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
            )
        ).one()
        owned = text(
            "SELECT count(*) FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE rolname = current_user"
        )
        assert tuple(row) == ("ledger_app", False, False, False)
        assert (await connection.execute(owned)).scalar_one() == 0


@pytest.mark.parametrize("table", OF_CONTRACTS)
async def test_a_unit_sees_the_rows_of_its_contracts_alone(two: Api, database: Database, table: str) -> None:
    seen: dict[Scope | None, set[str]] = {None: set(), NOTHING: set(), SEEING: {"w"}, EVERYTHING: {"v", "w"}}
    for scope, expected in seen.items():
        async with unit(database, scope) as connection:
            assert await contracts_in(connection, table) == expected, scope


@pytest.mark.parametrize("table", OF_PARTICIPANTS)
async def test_nothing_about_participants_is_there_for_a_unit_that_must_not_see_it(
    two: Api, database: Database, table: str
) -> None:
    async with unit(database, Scope(None)) as connection:
        assert await contracts_in(connection, table) == set()


async def test_a_unit_for_an_investor_sees_the_statements_to_it_alone(two: Api, database: Database) -> None:
    async with unit(database, Scope(frozenset({"w"}), "a")) as connection:
        rows = (await connection.execute(text("SELECT contract, investor FROM statement"))).all()
    assert {tuple(row) for row in rows} == {("w", "a")}


async def test_the_owner_of_a_table_does_not_see_past_its_policies(two: Api, database: Database) -> None:
    async with as_owner(database) as connection:
        for statement in (
            "CREATE ROLE probing NOLOGIN",
            "GRANT USAGE ON SCHEMA public TO probing",
            "ALTER TABLE statement OWNER TO probing",
            "SET LOCAL ROLE probing",
        ):
            await connection.execute(text(statement))
        try:
            assert await contracts_in(connection, "statement") == set()
        finally:
            await connection.rollback()


async def test_views_show_no_more_than_the_unit_sees(two: Api, database: Database) -> None:
    async with as_owner(database) as connection:
        await connection.execute(text("CREATE VIEW seen WITH (security_invoker) AS SELECT contract FROM statement"))
        await connection.execute(text("GRANT SELECT ON seen TO ledger_app"))
    async with unit(database, SEEING) as connection:
        assert await contracts_in(connection, "seen") == {"w"}
    async with as_owner(database) as connection:
        await connection.execute(text("DROP VIEW seen"))


REFUSED = {
    "UPDATE log_entry SET actor = 'me'": "permission denied",
    "DELETE FROM log_entry": "permission denied",
    "TRUNCATE log_entry": "permission denied",
    "ALTER TABLE log_entry DISABLE ROW LEVEL SECURITY": "must be owner",
    "ALTER TABLE log_entry NO FORCE ROW LEVEL SECURITY": "must be owner",
    "ALTER TABLE log_entry DISABLE TRIGGER ALL": "must be owner",
    "DROP POLICY within_scope ON log_entry": "must be owner",
    "DROP TABLE log_entry": "must be owner",
    "SET session_replication_role = replica": "permission denied",
    "UPDATE statement SET investor = 'me'": "permission denied",
    "UPDATE posting SET amount_minor = 1": "permission denied",
    "DELETE FROM idempotency": "permission denied",
    "CREATE TABLE mine (n int)": "permission denied",
    "INSERT INTO contract_head VALUES ('v2', 0, '\\x00')": "row-level security policy",
    "INSERT INTO participant_key VALUES ('v', 'P9', '\\x00')": "row-level security policy",
    "UPDATE contract_head SET contract = 'v2' WHERE contract = 'w'": "row-level security policy",
}


@pytest.mark.parametrize("statement", REFUSED)
async def test_what_the_service_must_never_do_is_refused_by_the_server(
    two: Api, database: Database, statement: str
) -> None:
    with pytest.raises(DBAPIError, match=REFUSED[statement]):
        async with unit(database, SEEING) as connection:
            await connection.execute(text(statement))


async def test_rows_of_another_contract_are_not_there_to_be_changed(two: Api, database: Database) -> None:
    async with unit(database, SEEING) as connection:
        gone = await connection.execute(text("DELETE FROM fact WHERE contract = 'v'"))
        assert gone.rowcount == 0
    async with unit(database, EVERYTHING) as connection:
        assert "v" in await contracts_in(connection, "fact")


async def test_a_scope_ends_with_its_unit_and_the_next_one_on_the_connection_sees_nothing(
    two: Api, database: Database
) -> None:
    told: Any = None
    async with database.engine.connect() as connection:
        await enter_scope(connection, EVERYTHING)
        assert await contracts_in(connection, "statement") == {"v", "w"}
        await connection.commit()
        assert await contracts_in(connection, "statement") == set()
        told = (await connection.execute(text("SELECT current_setting('ledger.contracts', true)"))).scalar_one()
    assert told == ""
    assert await database.within(NOTHING).look_up(ISSUED_DOCUMENT, id="w.2022.a.1") is None
    assert await database.look_up(ISSUED_DOCUMENT, id="w.2022.a.1") is not None
