"""What every SQLite connection of the ledger is set to, and what it may not do."""

import sqlite3
from typing import Any

SETTINGS = {
    "busy_timeout": "15000",
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "recursive_triggers": "ON",
    "cache_size": "-65536",
    "secure_delete": "ON",  # what an erasure deletes is overwritten in the file, whatever SQLite was built with
}

# Dropping a guard, hiding the log behind a table of the same name, or editing the schema as text would each
# pass the guards by; the ledger itself changes its schema in migrations only.
_SCHEMA_CHANGES = frozenset(
    getattr(sqlite3, f"SQLITE_{verb}{thing}")
    for verb in ("CREATE_", "DROP_")
    for thing in (
        "TABLE",
        "TEMP_TABLE",
        "INDEX",
        "TEMP_INDEX",
        "TRIGGER",
        "TEMP_TRIGGER",
        "VIEW",
        "TEMP_VIEW",
        "VTABLE",
    )
) | {sqlite3.SQLITE_ALTER_TABLE, sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}

# A pragma with an argument changes a setting, except these, which look something up or tidy the file.
_HARMLESS_PRAGMAS = frozenset(
    {
        "foreign_key_check",
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "integrity_check",
        "optimize",
        "quick_check",
        "table_info",
        "table_list",
        "table_xinfo",
        "wal_checkpoint",
    }
)


def prepare(dbapi_connection: Any, record: Any) -> None:
    """Set a connection of the running ledger: foreign keys checked, schema and settings locked."""
    _set(dbapi_connection, SETTINGS | {"foreign_keys": "ON"})
    dbapi_connection.run_async(lambda connection: connection.set_authorizer(authorize))


def prepare_for_migration(dbapi_connection: Any, record: Any) -> None:
    """Set a connection that changes the schema: a table that is built anew must be free to go for a moment."""
    _set(dbapi_connection, SETTINGS | {"foreign_keys": "OFF"})


def prepare_for_look_ups(connection: sqlite3.Connection) -> None:
    """Set a connection that only looks rows up, on the event loop: where it would wait, it says so at once."""
    connection.execute("PRAGMA busy_timeout=0")
    connection.execute(f"PRAGMA cache_size={SETTINGS['cache_size']}")
    connection.set_authorizer(authorize)


def authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    """SQLite's verdict on one action of a statement, as sqlite3.Connection.set_authorizer asks for it."""
    if action in _SCHEMA_CHANGES:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and second is not None and (first or "").lower() not in _HARMLESS_PRAGMAS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _set(dbapi_connection: Any, settings: dict[str, str]) -> None:
    # The driver would otherwise begin transactions on its own, and not before a SELECT.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for name, value in settings.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()
