"""Copies of a whole database in a file, taken while the service writes, and put back where nothing is yet."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from service.core.errors import Unavailable, WrongState
from service.storage.database import async_url, engine_for
from service.storage.store import Store

# An owner that row-level security is forced upon sees every row in the scope of the whole ledger; pg_dump refuses to
# run without either this or a user that security does not hold back.
_EVERYTHING = "-c ledger.contracts=* -c ledger.investor=* -c ledger.participants=on"
# Owner and rights are those of the server it is put back on; a migration gives the service's role its rights again.
_OF_NOBODY = ("--no-owner", "--no-privileges")


def kind_of(url: str) -> str:
    """Of which kind the database at the URL is: sqlite or postgresql."""
    return async_url(url).get_backend_name()


async def copy_sqlite(url: str, target: Path) -> None:
    """Copy the database file into a new one, as it is at one moment, whatever is written meanwhile.

    VACUUM INTO writes what is there and nothing else: no page that once held something and is free by now.
    """
    await asyncio.to_thread(_vacuum_into, _file_of(url), target)


def _vacuum_into(source: Path, target: Path) -> None:
    if not source.is_file():
        raise Unavailable(f"There is no database in {source.name}.")
    with closing(sqlite3.connect(source, timeout=15)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)
    descriptor = os.open(target, os.O_RDWR)  # SQLite leaves that to whoever wants it
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def dump_postgresql(url: str, store: Store, target: Path) -> None:
    """Dump the database into a new file by pg_dump, as the unit of work sees it, which stays open meanwhile."""
    snapshot = await store.exported_snapshot()
    options = ("--format=custom", f"--snapshot={snapshot}", "--enable-row-security", *_OF_NOBODY)
    await _run("pg_dump", url, (*options, f"--file={target}"))
    target.chmod(0o600)


async def restore_sqlite(backup: Path, url: str) -> None:
    """Put a copy in the place of a database file that is not there yet; WrongState where it is."""
    target = _file_of(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    for old in (target, target.with_name(f"{target.name}-wal"), target.with_name(f"{target.name}-journal")):
        if old.exists():
            raise WrongState(f"{old.name} exists. A backup is put back in a new place only; nothing was changed.")
    await asyncio.to_thread(shutil.copyfile, backup, target)
    target.chmod(0o600)


async def restore_postgresql(backup: Path, url: str) -> None:
    """Put a dump into a database without tables, whole or not at all; WrongState where there are any."""
    engine = engine_for(url, migrating=True)
    try:
        async with engine.connect() as connection:
            found = await connection.execute(text("SELECT 1 FROM pg_tables WHERE schemaname = current_schema()"))
            if found.first():
                raise WrongState("The database has tables. A backup is put back in a new one; nothing was changed.")
    finally:
        await engine.dispose()
    options = ("--exit-on-error", "--single-transaction", *_OF_NOBODY)
    await _run("pg_restore", url, (*options, str(backup)))


def _file_of(url: str) -> Path:
    return Path(make_url(url).database or "")


async def _run(program: str, url: str, options: Sequence[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise Unavailable(f"{program} is not installed here; it comes with PostgreSQL (docs/operations.md).")
    with _password_file(make_url(url)) as passwords:
        done = await asyncio.create_subprocess_exec(
            found,
            f"--dbname={_for_libpq(make_url(url), passwords)}",
            *options,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, told = await done.communicate()
    if done.returncode:
        reason = (told.decode(errors="replace").strip() or "it said nothing").splitlines()[0]
        raise Unavailable(f"{program} has failed, and nothing was kept of what it did: {reason}")


@contextmanager
def _password_file(url: URL) -> Iterator[Path | None]:
    """A password on the command line would be seen by everybody on the machine."""
    if url.password is None:
        yield None
        return
    with TemporaryDirectory() as folder:
        file = Path(folder, "passwords")
        file.touch(0o600)
        escaped = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"*:*:*:*:{escaped}\n", "utf-8")
        yield file


def _for_libpq(url: URL, passwords: Path | None) -> str:
    query = {"sslmode" if name == "ssl" else name: value for name, value in url.query.items()}
    query |= {"options": _EVERYTHING} | ({} if passwords is None else {"passfile": str(passwords)})
    target = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    # spaces as %20: libpq takes a plus sign for one
    return f"{target.render_as_string()}?{urlencode(query, quote_via=quote, doseq=True)}"
