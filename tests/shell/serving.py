"""The service as a process of its own, started by its command and told to stop by a signal."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.shell.calling import EVERY_ROLE

PROGRAM = Path(sys.executable).with_name("outcomes-ledger")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(url: str, **settings: str) -> dict[str, str]:
    """This process's environment with settings of the service."""
    return {**os.environ, "DATABASE_URL": url, "NO_COLOR": "1", **settings}


def program(url: str, *words: str, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the program to its end."""
    return subprocess.run(
        [PROGRAM, *words],
        cwd=folder,
        env=environment(url, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass(frozen=True)
class Served:
    """A running service: its process, port, a key that may do most things, and the files it writes to."""

    process: "subprocess.Popen[bytes]"
    port: int
    key: str
    folder: Path

    @property
    def log(self) -> str:
        """What it wrote to standard error so far."""
        return (self.folder / "stderr").read_text("utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """The log so far; every line of it is JSON."""
        return [json.loads(line) for line in self.log.splitlines()]

    def client(self) -> httpx.Client:
        """A client with that key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=30, trust_env=False)

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def terminate(self) -> None:
        """Send SIGTERM and wait until the service has taken notice of it."""
        self.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "Shutting down" in self.log)


@contextmanager
def served(url: str, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """The service on a database that has no key yet, ended with the block."""
    port = free_port()
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(port)],
            cwd=folder,
            env=environment(url, **(settings or {})),
            stdout=out,
            stderr=err,
        )
    try:
        wait_until(lambda: process.poll() is not None or "Uvicorn running" in (folder / "stderr").read_text("utf-8"))
        found = re.search(r"olk_\S+", (folder / "stdout").read_text("utf-8"))
        assert found is not None, (folder / "stderr").read_text("utf-8")
        yield Served(process, port, _working_key(port, found[0]), folder)
    finally:
        process.kill()
        process.wait()


def _working_key(port: int, administrators: str) -> str:
    asked = {"name": "worker", "roles": list(EVERY_ROLE)}
    headers = {"Authorization": f"Bearer {administrators}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:
        key: str = client.post("/v1/credentials", json=asked).raise_for_status().json()["key"]
    return key


def wait_until(true: Any, seconds: float = 30) -> None:
    """Wait for something that has to come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
