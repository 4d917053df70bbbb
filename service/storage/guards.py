"""The database's own refusal to change, remove or leave a gap in what only grows: its DDL, for both databases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

from service.storage.counted_guards import COUNTED


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards of one table: SQLite's triggers; PostgreSQL's, each with its function and occasion; the functions."""

    sqlite: Mapping[str, str]
    postgresql: Mapping[str, tuple[str, str]]
    functions: Mapping[str, str]


_SQLITE = {
    "log_entry_no_update": """
CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append-only: UPDATE refused'); END""",
    "log_entry_no_delete": """
CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log_entry is append-only: DELETE refused'); END""",
    # INSERT OR REPLACE deletes the row in its way without asking the trigger above, so it must not get that far.
    "log_entry_gapless": """
CREATE TRIGGER log_entry_gapless BEFORE INSERT ON log_entry
BEGIN
  SELECT RAISE(ABORT, 'log_entry is gapless: this sequence does not come next')
  WHERE NEW.sequence IS NOT
    (SELECT coalesce(max(sequence), 0) + 1 FROM log_entry WHERE contract = NEW.contract);
  SELECT RAISE(ABORT, 'log_entry is append-only: this source and external_id are taken')
  WHERE EXISTS (SELECT 1 FROM log_entry WHERE contract = NEW.contract
    AND source = NEW.source AND external_id = NEW.external_id);
END""",
}

_POSTGRESQL = {
    "log_entry_no_change": (
        "log_entry_refuse_change",
        "BEFORE UPDATE OR DELETE ON {schema}.log_entry FOR EACH ROW",
    ),
    "log_entry_no_truncate": (
        "log_entry_refuse_change",
        "BEFORE TRUNCATE ON {schema}.log_entry FOR EACH STATEMENT",
    ),
    # Once a statement, not once a row: a batch arrives by COPY with thousands of rows.
    "log_entry_gapless": (
        "log_entry_refuse_gap",
        "AFTER INSERT ON {schema}.log_entry REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
    ),
}

_POSTGRESQL_FUNCTIONS = {
    "log_entry_refuse_change": """
BEGIN
  RAISE EXCEPTION 'log_entry is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END""",
    "log_entry_refuse_gap": """
DECLARE broken text;
BEGIN
  SELECT batch.contract INTO broken
  FROM (SELECT contract, min(sequence) AS first, max(sequence) AS last, count(*) AS entries
        FROM added GROUP BY contract) AS batch
  WHERE batch.last - batch.first + 1 <> batch.entries
     OR batch.first <> 1 + coalesce((SELECT max(earlier.sequence) FROM {schema}.log_entry AS earlier
          WHERE earlier.contract = batch.contract AND earlier.sequence < batch.first), 0)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'log_entry is gapless: the sequence does not continue in contract %', broken
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END""",
}


_GUARDED = {
    "log_entry": Guards(_SQLITE, _POSTGRESQL, _POSTGRESQL_FUNCTIONS),
    **{one.table: Guards(one.sqlite, one.postgresql, one.postgresql_functions) for one in COUNTED},
}
_IN_FORCE = """
SELECT pg_trigger.tgname, pg_proc.prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = pg_trigger.tgfoid
WHERE pg_trigger.tgrelid = to_regclass(:table) AND pg_trigger.tgenabled = 'A'
"""


def install_guards(connection: Connection) -> None:
    """Put every guard in place, whatever was there before. Each migration ends with this.

    Of the guarded tables those are looked after that the schema has at its revision; `log_entry` is in each.
    """
    for table, guards in _present(connection):
        on_sqlite = connection.dialect.name == "sqlite"
        for statement in _sqlite_ddl(guards) if on_sqlite else _postgresql_ddl(table, guards, _schema(connection)):
            connection.exec_driver_sql(statement)


def missing_guards(connection: Connection) -> tuple[str, ...]:
    """The names of the guards that are absent, disabled, or not the ones this module installs; sorted."""
    missing_of = _missing_on_sqlite if connection.dialect.name == "sqlite" else _missing_on_postgresql
    return tuple(
        sorted(name for table, guards in _present(connection) for name in missing_of(connection, table, guards))
    )


def _present(connection: Connection) -> list[tuple[str, Guards]]:
    there = set(inspect(connection).get_table_names())
    return [(table, guards) for table, guards in _GUARDED.items() if table in there or table == "log_entry"]


def _missing_on_sqlite(connection: Connection, table: str, guards: Guards) -> set[str]:
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    found = {name: sql.strip() for name, sql in connection.execute(query, {"table": table})}
    return {name for name, sql in guards.sqlite.items() if found.get(name) != sql.strip()}


def _missing_on_postgresql(connection: Connection, table: str, guards: Guards) -> set[str]:
    bodies = {name: body.format(schema=_schema(connection)) for name, body in guards.functions.items()}
    enabled = {name: body for name, body in connection.execute(text(_IN_FORCE), {"table": table})}
    wanted = {name: bodies[function] for name, (function, _) in guards.postgresql.items()}
    return {name for name, body in wanted.items() if enabled.get(name) != body}


def _sqlite_ddl(guards: Guards) -> Iterator[str]:
    for name, statement in guards.sqlite.items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield statement.strip()


def _postgresql_ddl(table: str, guards: Guards, schema: str) -> Iterator[str]:
    for function, body in guards.functions.items():
        # Names are qualified and the path is fixed, so that no temporary table or operator can stand in for ours.
        yield (
            f"CREATE OR REPLACE FUNCTION {schema}.{function}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = pg_catalog, pg_temp AS $guard${body.format(schema=schema)}$guard$"
        )
    for name, (function, occasion) in guards.postgresql.items():
        yield (
            f"CREATE OR REPLACE TRIGGER {name} {occasion.format(schema=schema)} EXECUTE FUNCTION {schema}.{function}()"
        )
        # ALWAYS: a session in the replica role skips every trigger that is merely enabled.
        yield f"ALTER TABLE {schema}.{table} ENABLE ALWAYS TRIGGER {name}"


def _schema(connection: Connection) -> str:
    name: str = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    return name
