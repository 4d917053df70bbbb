"""Servers for the tests that kill them: started in an instant, called over real HTTP, killed without a warning."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.sources import ROOT

COMMAND = (sys.executable, "-c", "from service.cli import app; app()")  # outcomes-ledger, of this very tree


@dataclass(frozen=True, slots=True)
class Served:
    """One process of the service."""

    pid: int
    port: int
    log: Path

    def client(self, key: str, callers: int = 16) -> httpx.AsyncClient:
        """A client with an administrator's key, no proxy between, and a connection for each of its callers."""
        return client_at(self.port, key, callers)


def client_at(port: int, key: str, callers: int = 16) -> httpx.AsyncClient:
    """A client of the service on a port of this machine."""
    limits = httpx.Limits(max_connections=callers, max_keepalive_connections=callers)
    return httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(verify=False, limits=limits),
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
        trust_env=False,
    )


@dataclass
class Nursery:
    """The process that forks servers, and those of its servers that live."""

    process: "subprocess.Popen[str]"
    folder: Path
    alive: set[int] = field(default_factory=set)

    def start(self, database_url: str) -> Served:
        """A server on that database; it can be called at once and answers when it has started."""
        log = self.folder / "service.log"
        environment = {"DATABASE_URL": database_url, "SIGNING_KEYS": os.environ["SIGNING_KEYS"]}
        told = self._order({"environment": environment, "log": str(log)})
        self.alive.add(told["pid"])
        return Served(told["pid"], told["port"], log)

    def kill(self, served: Served) -> None:
        """SIGKILL: the process gets no chance to finish anything. It is gone when this returns."""
        self._order({"kill": served.pid})
        self.alive.discard(served.pid)

    def kill_all(self) -> None:
        """Leave no server behind."""
        for pid in sorted(self.alive):
            self._order({"kill": pid})
        self.alive.clear()

    def _order(self, order: dict[str, Any]) -> dict[str, int]:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the nursery takes no orders")
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def a_nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery for this block, with the logs of its servers in the folder."""
    command = [sys.executable, "-m", "tests.crash.nursery"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        nursery = Nursery(process, folder)
        try:
            yield nursery
        finally:
            nursery.kill_all()
