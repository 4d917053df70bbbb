"""`python -m benchmarks`: runs the cases on both databases, prints each round, and writes the report."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from benchmarks import batches, previews, requests, trees
from benchmarks.load import Measured
from benchmarks.payload import EVENT_BYTES, EVENTS_EACH
from benchmarks.places import MEMORY, Place, places
from benchmarks.report import Result, write

_POSTS_EACH, _READS_EACH, _LEAVES = 100, 100, 1_000_000
_KINDS = ["sqlite", "postgresql", MEMORY]
Rounds = Iterator[tuple[str, Measured]]


@dataclass(frozen=True)
class Case:
    """What is measured, and the goal by kind of database, or in memory; `at_most` as in the report."""

    name: str
    does: str
    beside: str
    goals: dict[str, float]
    rounds: Callable[[Place], Rounds]
    at_most: bool = False


def _cases(participants: int, batch: int) -> list[Case]:
    return [
        Case(
            "batches",
            f"{participants * EVENTS_EACH:,} events in batches of {batch:,} over HTTP",
            "COPY (PostgreSQL) or executemany (SQLite) of the same rows into the same tables, guards and indexes",
            {"sqlite": 0.4, "postgresql": 0.35},
            partial(batches.rounds, participants=participants, batch=batch),
        ),
        Case(
            "preview",
            f"the preview of a contract of {participants * EVENTS_EACH:,} events and {participants:,} participants",
            "a fold over the same ordered rows that counts the same achievements",
            {"sqlite": 4.0, "postgresql": 4.0},
            partial(previews.rounds, participants=participants, batch=batch),
            at_most=True,
        ),
        Case(
            "single posts",
            f"durable posts of one event by {requests.CLIENTS} clients on {requests.CLIENTS} contracts, "
            f"{_POSTS_EACH} each",
            "a bare route that writes the same rows of log, fact, key and head in one transaction",
            {"sqlite": 0.5, "postgresql": 0.5},
            partial(requests.post_rounds, each=_POSTS_EACH),
        ),
        Case(
            "statement reads",
            f"reads of an issued statement by {requests.CLIENTS} clients, {_READS_EACH} each",
            "a bare route with one SELECT by key, straight from the driver",
            {"sqlite": 0.6, "postgresql": 0.6},
            partial(requests.read_rounds, each=_READS_EACH),
        ),
        Case(
            "tree of statements",
            f"the root over {_LEAVES:,} leaves of statements, in which a proof reads at the most "
            f"{trees.most_nodes_read(_LEAVES)} stored hashes",
            "SHA-256 of the same leaves, one after the other, in the same process",
            {MEMORY: 3.0},
            partial(trees.rounds, leaves=_LEAVES),
            at_most=True,
        ),
    ]


def main() -> None:
    """Run what the command line asks for; only a whole run replaces the report."""
    parser = argparse.ArgumentParser(description="The service beside its limit.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--participants", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--database", action="append", choices=_KINDS)
    parser.add_argument("--case", action="append")
    given = parser.parse_args()
    kinds = given.database or _KINDS
    cases = _cases(given.participants, given.batch)
    wanted = [case for case in cases if not given.case or case.name in given.case]
    with places(kinds) as found:
        results = [_result(case, place, given.rounds) for case in wanted for place in found if place.kind in case.goals]
    is_whole = len(wanted) == len(cases) and len(kinds) == len(_KINDS) and given.rounds >= 5
    if is_whole:
        payload = {"events": given.participants * EVENTS_EACH, "event bytes": EVENT_BYTES, "rounds": given.rounds}
        write(results, payload, datetime.now(UTC).date().isoformat())
    else:
        print("Not a whole run: docs/benchmarks.md and benchmarks.json stay as they are.")


def _result(case: Case, place: Place, rounds: int) -> Result:
    sides: dict[str, list[Measured]] = {"service": [], "limit": []}
    for side, measured in islice(case.rounds(place), 2 * rounds):
        sides[side].append(measured)
        told = (
            f"{measured.seconds:8.3f} s  {measured.cpu_seconds:8.2f} s cpu  {measured.foreign_cores:.1f} foreign cores"
        )
        print(f"{case.name:16} {place.kind:10} {side:8} {told}", flush=True)
    goal = case.goals[place.kind]
    result = Result(case.name, place.kind, case.does, case.beside, goal, case.at_most, sides["service"], sides["limit"])
    verdict = "met" if result.is_met else "missed"
    print(f"{case.name:16} {place.kind:10} ratio {result.ratio:.2f}, goal {goal:g}: {verdict}")
    return result


if __name__ == "__main__":
    main()
