"""Where the benchmarks run: durable databases of their own, and the service as a process beside them."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from service.settings import Settings
from service.storage.scope import EVERYTHING
from service.workflows.credentials import NewCredential, key_by_hand
from service.workflows.opening import ledger_at, prepare
from tests.databases import create_postgresql, drop_postgresql, postgresql_server

# A server that keeps what it acknowledged, large enough that no checkpoint falls into a round.
POSTGRESQL_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}


MEMORY, _KEYS = "memory", "signing-keys"


@dataclass(frozen=True)
class Place:
    """One kind of database, or memory alone; `server` is the URL of the PostgreSQL server, `folder` where SQLite's
    files and the signing keys go."""

    kind: str
    folder: Path
    server: str | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def fresh(self) -> Iterator["Begun"]:
        """A migrated database with a ledger begun in it, removed when the block ends."""
        if self.server is not None:
            url = create_postgresql(self.server)
            try:
                yield Begun(url, asyncio.run(_begin(url, self.folder)))
            finally:
                drop_postgresql(url)
            return
        path = self.folder / f"{next(self._numbers)}.db"
        try:
            yield Begun(f"sqlite:///{path}", asyncio.run(_begin(f"sqlite:///{path}", self.folder)))
        finally:
            for left in self.folder.glob(f"{path.name}*"):
                left.unlink()


@dataclass(frozen=True)
class Begun:
    """A ledger's database and a key that may do what is measured."""

    url: str
    key: str


async def _begin(url: str, folder: Path) -> str:
    settings = Settings(database_url=url, signing_keys=str(folder / _KEYS))
    ledger = ledger_at(settings, lambda: datetime.now(UTC), secrets.token_bytes, EVERYTHING)
    try:
        if await prepare(ledger, settings) is None:
            raise RuntimeError("the database was not empty")
        wanted = NewCredential("benchmark", ("finance", "auditor", "case-system"))
        return await key_by_hand(ledger, "benchmark", wanted)
    finally:
        await ledger.database.dispose()


@contextmanager
def places(kinds: list[str]) -> Iterator[list[Place]]:
    """The kinds of place asked for: sqlite, postgresql, memory."""
    with tempfile.TemporaryDirectory(prefix="ledger-bench-") as folder:
        without_server = [Place(kind, Path(folder)) for kind in ("sqlite", MEMORY) if kind in kinds]
        if "postgresql" not in kinds:
            yield without_server
            return
        with postgresql_server(POSTGRESQL_SETTINGS) as server:
            yield [*without_server, Place("postgresql", Path(folder), server)]


@contextmanager
def served(begun: Begun, folder: Path) -> Iterator[int]:
    """The service on that database, started as its operators start it; gives the port."""
    with _process(
        ["-c", "from service.cli import app; app()", "serve"], {"DATABASE_URL": begun.url}, folder, "/healthz"
    ) as port:
        yield port


@contextmanager
def served_bare(begun: Begun, folder: Path) -> Iterator[int]:
    """The bare routes on that database, under the same server; gives the port."""
    with _process(["-m", "benchmarks.bare_routes"], {"DATABASE_URL": begun.url}, folder, "/healthz") as port:
        yield port


@contextmanager
def _process(command: list[str], variables: dict[str, str], folder: Path, alive: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    keys = str(folder / _KEYS)
    environment = {**os.environ, **variables, "PORT": str(port), "HOST": "127.0.0.1", "SIGNING_KEYS": keys}
    told = folder / f"{port}.log"
    with told.open("wb") as log:
        process = subprocess.Popen([sys.executable, *command], env=environment, stdout=log, stderr=log)
        try:
            _wait_for(port, process, told, alive)
            yield port
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", told: Path, alive: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(f"GET {alive} HTTP/1.0\r\n\r\n".encode())
                if b" 200 " in connection.recv(100):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server did not come up: {told.read_text(errors='replace')[-2000:]}")
