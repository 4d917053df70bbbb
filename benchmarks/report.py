"""What the timings say: medians, spread and ratios, as benchmarks.json and as docs/benchmarks.md."""

import json
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Measured

ROOT = Path(__file__).resolve().parent.parent
QUIET_CORES = 0.3  # what others may use before a timing tells more of them than of the service


@dataclass(frozen=True)
class Result:
    """One case on one kind of database: timings in turn, and the goal for its ratio.

    The ratio is the limit's seconds over the service's: the share of the possible speed. `at_most` turns it around:
    how many times the limit's seconds the service may take.
    """

    case: str
    database: str
    does: str
    beside: str
    goal: float
    at_most: bool
    service: Sequence[Measured]
    limit: Sequence[Measured]

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        pairs = [(mine.seconds, its.seconds) for mine, its in zip(self.service, self.limit, strict=True)]
        return [mine / its if self.at_most else its / mine for mine, its in pairs]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def is_met(self) -> bool:
        """Whether the goal is met."""
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal

    @property
    def foreign_cores(self) -> float:
        """The most that others used during a timing."""
        return max(one.foreign_cores for one in (*self.service, *self.limit))


def write(results: Sequence[Result], payload: Mapping[str, Any], date: str) -> None:
    """Write both files."""
    machine = _machine()
    document = {
        "date": date,
        "machine": machine,
        "payload": payload,
        "results": [_document(result) for result in results],
    }
    (ROOT / "benchmarks.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    (ROOT / "docs" / "benchmarks.md").write_text(_page(results, payload, machine, date), "utf-8")


def _document(result: Result) -> dict[str, Any]:
    told = asdict(result)
    return {
        **told,
        "service": [_rounded(one) for one in result.service],
        "limit": [_rounded(one) for one in result.limit],
        "ratio": round(result.ratio, 3),
        "is_met": result.is_met,
    }


def _rounded(measured: Measured) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(measured).items()}


def _machine() -> dict[str, str]:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    cores = sum(line.startswith("processor") for line in _lines("/proc/cpuinfo"))
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "cpu": f"{cores} x {cpu}",
        "memory": f"{int(memory) / 2**20:.0f} GiB",
        "system": platform.system() + " " + platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text("utf-8").splitlines() if file.exists() else []


_READING = """## Reading them

- **Statement reads** ask the driver itself for the row, as the bare route does: what they differ by is the service's
  own work, which is the key, the parameters, the negotiation, the ETag and the log line.
- **Previews** do more than the fold counts: findings with sentences and cited events for every step of every
  participant, prices, shares, commitments, and the whole detail as JSON.
- **The tree of statements** hashes each leaf, and then a node for each leaf but one; it needs no database.
"""

_HEAD = """# Benchmarks

`make bench` wrote this page and `benchmarks.json`, which holds every round. Each case does the same work twice:
through the service, as a process over HTTP, and bare, as fast as the database or Python can. Service and limit take
turns in one run, so that whatever else the machine does falls on both; the ratio is the median of the rounds' ratios,
and the spread is its smallest and largest. Databases are durable: SQLite in WAL mode with `synchronous = FULL`,
PostgreSQL with `fsync` and `synchronous_commit` on. Client, service and database share the machine.
"""


def _page(results: Sequence[Result], payload: Mapping[str, Any], machine: Mapping[str, str], date: str) -> str:
    table = [
        "| case | database | service, s | limit, s | ratio | spread | goal | met |",
        "|---|---|---|---|---|---|---|---|",
        *map(_line, results),
    ]
    cases = {result.case: f"- **{result.case}**: {result.does}, beside {result.beside}." for result in results}
    noisy = [result for result in results if result.foreign_cores > QUIET_CORES]
    foreign = max((result.foreign_cores for result in results), default=0.0)
    quiet = f"Other programs used up to {foreign:.1f} cores during a timing" + (
        "; such rounds tell of them too: run it again on a quiet machine." if noisy else ": the machine was quiet."
    )
    return "\n".join(
        [
            _HEAD,
            "## Results\n",
            *table,
            "",
            *cases.values(),
            "",
            "Ratio: the share of the limit's speed that is reached; where the goal is <=, how many times its seconds.",
            "",
            _READING,
            "## Conditions\n",
            f"- {date}; " + "; ".join(f"{name} {value}" for name, value in machine.items()),
            "- " + "; ".join(f"{name} {value}" for name, value in payload.items()),
            f"- {quiet}",
            "",
        ]
    )


def _line(result: Result) -> str:
    ratios, sign = result.ratios, "<=" if result.at_most else ">="
    mine, its = (median(one.seconds for one in side) for side in (result.service, result.limit))
    cells = [
        result.case,
        result.database,
        f"{mine:.3f}",
        f"{its:.3f}",
        f"{result.ratio:.2f}",
        f"{min(ratios):.2f} - {max(ratios):.2f}",
        f"{sign} {result.goal:g}",
        "yes" if result.is_met else "no",
    ]
    return "| " + " | ".join(cells) + " |"
