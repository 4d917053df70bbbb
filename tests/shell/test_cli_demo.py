"""The demo from an empty database to an explained line, and once more without changing anything."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.write_statements import CONTRACTS

PROGRAM = Path(sys.executable).with_name("outcomes-ledger")


def demo(url: str, folder: Path, port: int) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "DATABASE_URL": url, "COLUMNS": "160", "NO_COLOR": "1"}
    command = [str(PROGRAM), "demo", "--no-stay", "--port", str(port), "--folder", str(CONTRACTS)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def row_of(contract: str, shown: str) -> list[int]:
    """The numbers behind a contract in the table of what was loaded."""
    found = re.search(rf"{contract}\W+(.*)", shown)
    assert found is not None, shown
    return [int(number) for number in re.findall(r"\d+", found[1])]


def test_the_demo_runs_from_nothing_and_again_without_changing_anything(
    empty_database_url: str, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    first = demo(empty_database_url, tmp_path, port)
    assert first.returncode == 0, first.stdout + first.stderr
    assert row_of("dialog-mod-vold", first.stdout) == [2, 68, 68, 0, 2]
    for told in ("230,000.00", "1,313,000.00", "Preview, not issued", f"http://127.0.0.1:{port}/docs", "olk_"):
        assert told in first.stdout
    again = demo(empty_database_url, tmp_path, port)
    assert again.returncode == 0, again.stdout + again.stderr
    assert row_of("dialog-mod-vold", again.stdout) == [2, 68, 0, 68, 2]


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = demo(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path, taken.getsockname()[1])
    assert refused.returncode == 1
    assert "is taken" in refused.stderr
