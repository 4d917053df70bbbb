"""A PostgreSQL server of its own for the tests that restart it: nobody else's databases are on it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.databases import free_port, initialise, programs, unprivileged_user

Mode = Literal["fast", "immediate"]


@dataclass(frozen=True)
class Cluster:
    """A server that can be told to start, stop and restart."""

    url: str
    folder: Path
    programs: Path
    user: str | None

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._control("start")

    def restart(self, mode: Mode) -> None:
        """Stop and start it: `fast` ends its clients' transactions, `immediate` is a crash and a recovery."""
        self._control("restart", mode)

    def stop(self, mode: Mode) -> None:
        """Stop it, whoever is connected."""
        self._control("stop", mode)

    def _control(self, word: str, mode: Mode = "fast") -> None:
        log = self.folder / "log"
        places = ("-D", str(self.folder / "data"), "-l", str(log))
        command = [str(self.programs / "pg_ctl"), word, "-w", "-t", "60", "-m", mode, *places]
        # Its output goes nowhere: the server would inherit a pipe and hold it open for ever.
        ended = subprocess.run(command, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, check=False)
        assert ended.returncode == 0, log.read_text(errors="replace")[-2000:]


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """A private server that runs for this block; NoPostgresql where there are no programs for one."""
    found, user, port = programs(), unprivileged_user(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="ledger-restarted-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        initialise(found, folder, user)
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{folder}'\n")
            settings.write("fsync = off\nfull_page_writes = off\n")  # the machine itself stays up
        cluster = Cluster(f"postgresql://ledger@127.0.0.1:{port}/postgres", folder, found, user)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
