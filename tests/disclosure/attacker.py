"""An investor who has read the terms, has this software, and tries which other people would explain its statements."""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

from tests.disclosure.populations import PERIODS, Population, Sent, Sizes, sent


def totals_of(population: Population, place: int) -> tuple[int, ...]:
    """What one more person of a kind adds to its metric's total on each statement, by the tariff alone."""
    kind, added = population.kinds[place], [0] * len(PERIODS)
    if kind.achieved is not None:
        price = population.price(kind.metric, kind.value)
        added[kind.known] += price
        if kind.undone is not None:
            now = population.price(kind.metric, kind.corrected) if kind.corrected else 0
            added[kind.undone] += now - price
    if population.terms["small_groups"] == "carry":  # what waits may be stated with any later one
        return (*(0 for _ in added[1:]), sum(added))
    return tuple(added)


def solutions(columns: Sequence[tuple[int, ...]], wanted: tuple[int, ...], at_most: int) -> Iterator[Sizes]:
    """All whole numbers from 0 to `at_most` a column with which the columns add up to what is wanted."""
    if not columns:
        if not any(wanted):
            yield ()
        return
    first, *others = columns
    for size in range(at_most + 1):
        left = tuple(want - size * one for want, one in zip(wanted, first, strict=True))
        if _can_reach(others, left, at_most):
            yield from ((size, *rest) for rest in solutions(others, left, at_most))


def _can_reach(columns: Sequence[tuple[int, ...]], wanted: tuple[int, ...], at_most: int) -> bool:
    """Whether each sum lies within what the columns can make of it: where it does not, no branch below does."""
    for row, want in enumerate(wanted):
        highest = at_most * sum(max(column[row], 0) for column in columns)
        lowest = at_most * sum(min(column[row], 0) for column in columns)
        if not lowest <= want <= highest:
            return False
    return True


def rivals(population: Population, sizes: Sizes, random: Random, number: int) -> Iterator[Sizes]:
    """Other sizes with the same total of each metric on each statement, as far as the tariff tells; of one metric at a
    time. Which of very many are tried is drawn."""
    for metric in dict.fromkeys(kind.metric for kind in population.kinds):
        places = [place for place, kind in enumerate(population.kinds) if kind.metric == metric]
        random.shuffle(places)
        columns = [totals_of(population, place) for place in places]
        wanted = tuple(
            sum(sizes[place] * column[row] for place, column in zip(places, columns, strict=True))
            for row in range(len(PERIODS))
        )
        found = list(islice(solutions(columns, wanted, population.smallest_group + 3), 400))
        random.shuffle(found)
        for solution in found[:number]:
            other = list(sizes)
            for place, size in zip(places, solution, strict=True):
                other[place] = size
            if tuple(other) != sizes:
                yield tuple(other)


def neighbours(population: Population, sizes: Sizes, metric: str) -> Iterator[Sizes]:
    """Other sizes a person away: one more or fewer of a kind of the metric, or one of another kind instead; then those
    where another metric, which may wait with it, is a person away as well."""
    mine = [place for place, kind in enumerate(population.kinds) if kind.metric == metric]
    others = [place for place in range(len(sizes)) if place not in mine]
    moves = [{place: by} for by in (1, -1) for place in mine]
    moves += [{one: -1, other: 1} for one in mine for other in mine if one != other]
    beside = [{place: by} for by in (1, -1) for place in others]
    for move in (*moves, *({**one, **other} for one in moves for other in beside)):
        moved = tuple(size + move.get(place, 0) for place, size in enumerate(sizes))
        if min(moved) >= 0:
            yield moved


def totals_alone(told: Sent, smallest_group: int) -> Any:
    """What an attacker may know: each metric's total with the groups that are large enough, and who owes how much."""
    return [
        (
            [_allowed(section, smallest_group) for section in statement["metrics"]],
            statement["totals"],
            statement["due_from"],
        )
        for statement in told.statements
    ]


def _allowed(section: dict[str, Any], smallest_group: int) -> Any:
    cells = [cell for part in ("lines", "clipped", "pending") for cell in section.get(part, ())]
    large = [cell for cell in cells if cell["participants"] >= smallest_group]
    return section["id"], section["total"], section["merged"], large


def everything(told: Sent) -> Any:
    """All that the attacker reads."""
    return told.statements, told.changes


def explains(population: Population, other: Sizes, told: Sent) -> bool:
    """Whether these people would have brought about exactly what was sent."""
    return bool(everything(sent(population, other)) == everything(told))
