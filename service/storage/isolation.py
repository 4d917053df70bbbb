"""Row-level security on PostgreSQL: the role the service works as, what it may do, and the rows a unit of work sees."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.storage.scope import EVERYTHING, Scope

APP_ROLE = "ledger_app"
_BETWEEN = ","  # between names in a setting; no contract's name holds it
_ALL = "*"

_APPENDED, _KEPT, _REBUILT = "SELECT, INSERT", "SELECT, INSERT, UPDATE", "SELECT, INSERT, DELETE"
# What the service may do to each table; whatever is not here it may not even read. A unit sees rows of its contracts,
# and of those tables that say so only where it may see participants, or statements to the investor it is for.
_PRIVILEGES = {
    "log_entry": _APPENDED,
    "contract_head": _KEPT,
    "terms_version": _REBUILT,
    "statement": _REBUILT,
    "act": _REBUILT,
    "posting": _REBUILT,
    "fact": _REBUILT,
    "participant_key": _REBUILT,
    "detail_item": "SELECT, INSERT, UPDATE, DELETE",
    "kept_finding": _KEPT,
    "statement_leaf": _APPENDED,
    "checkpoint": _APPENDED,
    "checkpoint_key": _APPENDED,
    "ledger": _KEPT,
    "credential": _KEPT,
    "credential_key": _KEPT,
    "access_record": _APPENDED,
    "access_head": "SELECT, UPDATE",
    "idempotency": _APPENDED,
    "alembic_version": "SELECT",
}
_CONTRACTS = (
    "((SELECT current_setting('ledger.contracts', true)) = '*' OR contract = ANY"
    " ((SELECT string_to_array(current_setting('ledger.contracts', true), ','))::text[]))"
)
_PARTICIPANTS = "(SELECT current_setting('ledger.participants', true)) = 'on'"
_INVESTOR = "(SELECT current_setting('ledger.investor', true)) IN ('*', investor)"
_SEEN = {
    **dict.fromkeys(("log_entry", "contract_head", "terms_version", "act", "posting"), _CONTRACTS),
    **dict.fromkeys(("fact", "participant_key", "detail_item", "kept_finding"), f"{_CONTRACTS} AND {_PARTICIPANTS}"),
    "statement": f"{_CONTRACTS} AND {_INVESTOR}",
}
# Hashes of leaves are there for every unit, whatever its scope: the proof of one statement is made of those of all.
_SEEN_BY_ALL = {"statement_leaf": _CONTRACTS}
_POLICY = "within_scope"
_SETTINGS = ("ledger.contracts", "ledger.investor", "ledger.participants")
_ENTER = "SELECT " + ", ".join(f"set_config('{name}', ${place}, true)" for place, name in enumerate(_SETTINGS, start=1))


_TAKE_ROLE = f"""
DO $take$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}')
     AND has_table_privilege('{APP_ROLE}', to_regclass('log_entry'), 'SELECT') THEN
    SET ROLE {APP_ROLE};
  END IF;
END $take$"""
_MAKE_ROLE = f"""
DO $make$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
    CREATE ROLE {APP_ROLE} NOLOGIN;
  END IF;
  -- for the tables by whose way rows are copied
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {APP_ROLE}', current_database());
  IF NOT pg_has_role(current_user, '{APP_ROLE}', 'MEMBER') THEN
    GRANT {APP_ROLE} TO CURRENT_USER;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of the server was first
END $make$"""
_FAULTS = """
SELECT 'row-level security of ' || relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (:tables)
  AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (
    SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = :policy))
UNION ALL
SELECT 'the role of the service: ' || current_user FROM pg_roles
WHERE rolname = current_user AND (rolname <> :role OR rolsuper OR rolbypassrls
  OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relnamespace = current_schema()::regnamespace))
"""


def install_isolation(connection: Connection) -> None:
    """Make the role where it is missing and set what it may do and see. Each migration ends with this; on SQLite, which
    has neither, it does nothing."""
    if connection.dialect.name == "sqlite":
        return
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    # a migration ends with the tables that there are by then
    query = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    there = set(connection.execute(query).scalars())
    for statement in _ddl(schema, there):
        connection.exec_driver_sql(statement)


def missing_isolation(connection: Connection) -> tuple[str, ...]:
    """What of it is not in force, sorted; asked over a connection of the service."""
    if connection.dialect.name == "sqlite":
        return ()
    if connection.execute(text("SELECT to_regclass('credential_key')")).scalar() is None:
        return ()  # a schema from before there was any
    given = {"tables": [*_SEEN, *_SEEN_BY_ALL], "policy": _POLICY, "role": APP_ROLE}
    return tuple(sorted(connection.execute(text(_FAULTS), given).scalars()))


def _ddl(schema: str, there: Collection[str]) -> Iterator[str]:
    yield _MAKE_ROLE
    yield f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}"
    for table, privileges in ((name, held) for name, held in _PRIVILEGES.items() if name in there):
        yield f"REVOKE ALL ON {schema}.{table} FROM PUBLIC, {APP_ROLE}"
        yield f"GRANT {privileges} ON {schema}.{table} TO {APP_ROLE}"
    for table in filter(there.__contains__, (*_SEEN, *_SEEN_BY_ALL)):
        yield f"ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY"
        # FORCE, because the owner of a table would otherwise see past every policy.
        yield f"ALTER TABLE {schema}.{table} FORCE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS {_POLICY} ON {schema}.{table}"
        yield f"CREATE POLICY {_POLICY} ON {schema}.{table} {_policy(table)}"


def _policy(table: str) -> str:
    """What rows are seen, and what rows may be written."""
    written = _SEEN.get(table) or _SEEN_BY_ALL[table]
    return f"USING ({_SEEN.get(table, 'true')}) WITH CHECK ({written})"


def take_application_role(dbapi_connection: Any, record: Any) -> None:
    """Give up, on a new connection to PostgreSQL, what its user may do beyond the application's role."""
    dbapi_connection.run_async(lambda connection: connection.execute(_TAKE_ROLE))


async def enter_scope(connection: AsyncConnection, scope: Scope) -> None:
    """Tell PostgreSQL what the unit of work may see, until its transaction ends."""
    if connection.dialect.name == "postgresql":
        # As the driver takes it: each unit does this, and composing a statement anew costs half as much again.
        await connection.exec_driver_sql(_ENTER, told(scope))


def see_everything(connection: Connection) -> None:
    """The same for a migration, which may move rows of every contract."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_ENTER, told(EVERYTHING))


@lru_cache
def within_scope(sql: str, keys: int) -> str:
    """A SELECT that ends with its WHERE and has so many keys, told its scope in the same statement: a transaction
    around it would take two further trips to the server. What follows the keys are the values of `told`.

    The rows are looked for only once the scope is told, because each depends on it; were that ever otherwise, row-level
    security would show nothing.
    """
    entered = ", ".join(f"set_config('{name}', ${place}, true)" for place, name in enumerate(_SETTINGS, start=keys + 1))
    return (
        f"SELECT found.* FROM (SELECT concat({entered}) AS scope OFFSET 0) AS entered,"
        f" LATERAL ({sql} AND entered.scope IS NOT NULL OFFSET 0) AS found"
    )


@lru_cache(maxsize=1024)
def told(scope: Scope) -> tuple[str, str, str]:
    """The values of the settings that tell PostgreSQL a scope."""
    contracts = _ALL if scope.contracts is None else _BETWEEN.join(sorted(scope.contracts))
    return contracts, _ALL if scope.investor is None else scope.investor, "on" if scope.sees_participants else "off"
