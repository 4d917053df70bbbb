"""The service of `make run`: loaded through its own API on a free port, called as its users call it."""

import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.sources import ROOT

PROGRAM = Path(sys.executable).with_name("outcomes-ledger")
_KEYS = re.compile(r"made for the demo: (olk_\S+).*?may see: (olk_\S+).*?for others: (olk_\S+)", re.DOTALL)
_LOADING_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo is served and the keys that it printed: finance's, an investor's, an administrator's."""

    url: str
    key: str
    investor: str
    administrator: str

    def key_for(self, path: str) -> str:
        """The key with which an operation is tried."""
        return self.administrator if path.startswith("/v1/credentials") else self.key


@contextmanager
def served_demo(database_url: str, **settings: str) -> Iterator[Demo]:
    """The demo on that database for this block, with everything loaded and issued, under further settings."""
    port = _free_port()
    environment = {**os.environ, "DATABASE_URL": database_url, "COLUMNS": "160", "NO_COLOR": "1", **settings}
    command = [str(PROGRAM), "demo", "--port", str(port), "--folder", str(ROOT / "contracts")]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=False
    ) as process:
        try:
            yield Demo(f"http://127.0.0.1:{port}", *_keys_printed(process))
        finally:
            process.terminate()
            process.wait(30)


def _keys_printed(process: "subprocess.Popen[bytes]") -> tuple[str, ...]:
    if process.stdout is None:
        raise RuntimeError("the demo has no output")
    shown, until = b"", time.monotonic() + _LOADING_SECONDS
    while time.monotonic() < until:
        part = _read_some(process.stdout)
        shown += part
        if found := _KEYS.search(shown.decode(errors="replace")):
            return found.groups()
        if not part and process.poll() is not None:
            break
    raise RuntimeError(f"the demo did not come up:\n{shown.decode(errors='replace')[-3000:]}")


def _read_some(output: IO[bytes]) -> bytes:
    ready, _, _ = select.select([output], [], [], 1)
    return os.read(output.fileno(), 65_536) if ready else b""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
