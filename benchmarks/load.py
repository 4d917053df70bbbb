"""How much processor time this run and everything else on the machine has used."""

import os
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

_TICKS = os.sysconf("SC_CLK_TCK")


def _busy_seconds() -> float:
    """What all processes and the kernel have used, idle and waiting for disks left out."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + softirq) / _TICKS


def _own_seconds() -> float:
    """What this process and its descendants have used, those that ended included."""
    used: dict[int, tuple[int, float]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
            used[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / _TICKS)
    return sum(seconds for process, (_, seconds) in used.items() if _descends(process, used))


def _descends(process: int, used: dict[int, tuple[int, float]]) -> bool:
    while process in used and process != os.getpid():
        process = used[process][0]
    return process == os.getpid()


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a run: wall clock, and processor seconds of this run and of all."""

    at: float
    own: float
    busy: float

    @classmethod
    def now(cls) -> "Moment":
        """This moment."""
        return cls(perf_counter(), _own_seconds(), _busy_seconds())


@dataclass(frozen=True, slots=True)
class Measured:
    """One timing: wall clock seconds, processor seconds of this run, and cores that others used meanwhile."""

    seconds: float
    cpu_seconds: float
    foreign_cores: float

    @classmethod
    def between(cls, first: Moment, last: Moment, seconds: float | None = None) -> "Measured":
        """What passed between two moments; `seconds` where only a part of it was timed."""
        wall, own = last.at - first.at, last.own - first.own
        foreign = max(last.busy - first.busy - own, 0.0) / wall
        return cls(wall if seconds is None else seconds, own, foreign)
