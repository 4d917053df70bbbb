"""The service under strace, which writes down every fsync with its file before the service goes on."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.crash.serving import COMMAND
from tests.databases import free_port
from tests.sources import ROOT

UNCOUNTED = "The syncs of SQLite were not counted"
_START_SECONDS = 60


class NoStrace(Exception):
    """There is no strace, or it may not trace here."""


@dataclass(frozen=True)
class Traced:
    """A service whose syncs are written down."""

    port: int
    trace: Path

    def syncs(self, file: str) -> int:
        """How often a file whose name ends so was brought to the disk up to now, without a failure."""
        told = self.trace.read_text("utf-8", errors="replace")
        return len(re.findall(rf"(?:fsync|fdatasync)\(\d+<[^>]*{re.escape(file)}>\)\s*= 0$", told, re.MULTILINE))


@contextmanager
def traced(database_url: str, folder: Path) -> Iterator[Traced]:
    """`outcomes-ledger serve` on that database, traced for this block; NoStrace where that cannot be had."""
    refuse_without_strace()
    port, trace = free_port(), folder / "trace"
    tracing = ("strace", "-f", "-y", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", str(trace))
    environment = {**os.environ, "DATABASE_URL": database_url}
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(
            [*tracing, *COMMAND, "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait_until_up(process, port, folder / "service.log")
            yield Traced(port, trace)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def refuse_without_strace() -> None:
    """NoStrace unless strace is installed and may trace a process of its own."""
    if shutil.which("strace") is None:
        raise NoStrace("strace is not installed")
    tried = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NoStrace(f"strace may not trace here: {tried.stderr.strip()}")


def _wait_until_up(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while process.poll() is None and time.monotonic() < until:
            try:
                if client.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise RuntimeError(f"the traced service did not come up: {log.read_text(errors='replace')[-2000:]}")
