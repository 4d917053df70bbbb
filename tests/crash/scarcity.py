"""Ways to leave a running service no room on its disk, and to give it room again."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.crash.serving import Served

_DISK_MEBIBYTES = 24
_LEFT_BYTES = 64 * 1024  # a few pages of the write-ahead log: a commit begins and cannot end


class Room(Protocol):
    """A folder for a database whose room can be taken away and given back."""

    folder: Path

    def take(self, served: Served) -> None:
        """From now on next to nothing can be written."""

    def give(self, served: Served) -> None:
        """From now on there is room again."""


class LimitedFiles:
    """The operating system lets no file of the process grow beyond a limit; needs no privilege."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, served: Served) -> None:
        """Let no file be written behind its first pages."""
        _, hard = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (_LEFT_BYTES, hard))

    def give(self, served: Served) -> None:
        """Let files grow."""
        _, hard = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (hard, hard))


class SmallDisk:
    """A file system of its own that another file fills up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, served: Served) -> None:
        """Fill it but for a few pages."""
        disk = os.statvfs(self.folder)
        with (self.folder / "filling").open("wb") as filling:
            filling.write(bytes(disk.f_bavail * disk.f_frsize - _LEFT_BYTES))

    def give(self, served: Served) -> None:
        """Remove what fills it."""
        (self.folder / "filling").unlink()


@contextmanager
def a_small_disk(folder: Path) -> Iterator[Room]:
    """A small file system in the folder; where none may be mounted, the folder with limited files."""
    options = ("-t", "tmpfs", "-o", f"size={_DISK_MEBIBYTES}m", "tmpfs", str(folder))
    if os.geteuid() != 0 or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        yield LimitedFiles(folder)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
