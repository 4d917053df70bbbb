"""The database's own refusal to change, remove or leave a gap in the log: its DDL, for both databases."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

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


_IN_FORCE = """
SELECT pg_trigger.tgname, pg_proc.prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = pg_trigger.tgfoid
WHERE pg_trigger.tgrelid = to_regclass('log_entry') AND pg_trigger.tgenabled = 'A'
  AND pg_trigger.tgname = ANY (:names)
"""


def install_guards(connection: Connection) -> None:
    """Put every guard in place, whatever was there before. Each migration ends with this.

    The table `log_entry` must exist in the current schema.
    """
    for statement in _sqlite_ddl() if connection.dialect.name == "sqlite" else _postgresql_ddl(_schema(connection)):
        connection.exec_driver_sql(statement)


def missing_guards(connection: Connection) -> tuple[str, ...]:
    """The names of the guards that are absent, disabled, or not the ones this module installs; sorted."""
    if connection.dialect.name == "sqlite":
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log_entry'")
        found = {name: sql.strip() for name, sql in connection.execute(query)}
        return tuple(sorted(name for name, sql in _SQLITE.items() if found.get(name) != sql.strip()))
    bodies = {name: body.format(schema=_schema(connection)) for name, body in _POSTGRESQL_FUNCTIONS.items()}
    enabled = connection.execute(text(_IN_FORCE), {"names": list(_POSTGRESQL)})
    in_force = {name for name, body in enabled if body == bodies[_POSTGRESQL[name][0]]}
    return tuple(sorted(_POSTGRESQL.keys() - in_force))


def _sqlite_ddl() -> Iterator[str]:
    for name, statement in _SQLITE.items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield statement.strip()


def _postgresql_ddl(schema: str) -> Iterator[str]:
    for function, body in _POSTGRESQL_FUNCTIONS.items():
        # Names are qualified and the path is fixed, so that no temporary table or operator can stand in for ours.
        yield (
            f"CREATE OR REPLACE FUNCTION {schema}.{function}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = pg_catalog, pg_temp AS $guard${body.format(schema=schema)}$guard$"
        )
    for name, (function, occasion) in _POSTGRESQL.items():
        yield (
            f"CREATE OR REPLACE TRIGGER {name} {occasion.format(schema=schema)} EXECUTE FUNCTION {schema}.{function}()"
        )
        # ALWAYS: a session in the replica role skips every trigger that is merely enabled.
        yield f"ALTER TABLE {schema}.log_entry ENABLE ALWAYS TRIGGER {name}"


def _schema(connection: Connection) -> str:
    name: str = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    return name
