"""What this process counts and times, in the text format of Prometheus; docs/operations.md tells what each means."""

from dataclasses import dataclass
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

disable_created_metrics()  # type: ignore[no-untyped-call]
# No label names a contract, a participant or an investor: with few participants a count is a fact about one of them.
_process = CollectorRegistry()
ProcessCollector(registry=_process)

EVENTS = Counter("ledger_events", "Events answered, by verdict.", ["verdict"], registry=_process)
for _verdict in ("accepted", "duplicate", "conflict", "rejected"):
    EVENTS.labels(_verdict)
COMMIT_SECONDS = Histogram(
    "ledger_commit_seconds", "Time the database took to commit a unit of work.", buckets=_SECONDS, registry=_process
)
INVARIANT_FAILURES = Counter(
    "ledger_invariant_failures",
    "Promises found broken: refused units of work, and statements that did not verify. Anything above 0 is an alarm.",
    registry=_process,
)
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from a request to the end of its answer, by route template.",
    ["method", "route", "status"],
    buckets=_SECONDS,
    registry=_process,
)


@cache
def request_seconds(method: str, route: str, status: int) -> Histogram:
    """The histogram of requests that ended so; there are as many as routes have answers."""
    return REQUEST_SECONDS.labels(method, route, str(status))


@dataclass(frozen=True, slots=True)
class Backlog:
    """The log of all contracts: how many entries, and how long its oldest event has waited for a statement."""

    log_entries: int
    oldest_pending_seconds: float


def exposition(backlog: Backlog | None) -> bytes:
    """Every metric as text; `backlog` is None where the database cannot be reached, and its metrics are left out."""
    registry = CollectorRegistry()
    reachable = Gauge("ledger_database_reachable", "1 when the database answers, else 0.", registry=registry)
    reachable.set(backlog is not None)
    if backlog is not None:
        entries = Gauge("ledger_log_entries", "Entries in the log, of all contracts.", registry=registry)
        entries.set(backlog.log_entries)
        oldest = Gauge(
            "ledger_oldest_pending_seconds",
            "Time since the oldest event was recorded that no issued statement has read; 0 when there is none.",
            registry=registry,
        )
        oldest.set(backlog.oldest_pending_seconds)
    return generate_latest(_process) + generate_latest(registry)
