"""Tells an outage of the database from a mistake of the ledger: what only time or the operator can mend."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from service.core.errors import Unavailable

# Result codes of sqlite.org/rescode.html; the low byte of an extended code is its primary one.
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
# SQLSTATE: lost connection, not let in, no such database, rolled back for another, no room, locked, stopped, bad disk.
_POSTGRESQL = ("08", "28", "3D", "40", "53", "55P03", "57", "58")
_MESSAGE = (
    "The database cannot be reached or cannot take anything in now. Each request was stored whole or not at all: "
    "send this one again as it was, after the time in Retry-After."
)


@contextmanager
def outages_told() -> Iterator[None]:
    """Raise Unavailable in the place of an outage that ends the block; every other error passes as it is."""
    try:
        yield
    except (DBAPIError, NoConnectionFree, OSError) as error:
        if not is_outage(error):
            raise
        raise Unavailable(_MESSAGE) from error


def is_outage(error: DBAPIError | NoConnectionFree | OSError) -> bool:
    """Whether the database was away, full or busy, so that the same request may succeed later."""
    if not isinstance(error, DBAPIError):
        return True  # no free connection in time, or no network way to the server
    if isinstance(error, IntegrityError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE
    state = getattr(error.orig, "sqlstate", None)
    return state is not None and state.startswith(_POSTGRESQL)
