"""An attacker reckons with every population: no small group follows from what was sent unless a total already tells it.

DISCLOSURE_RUNS says how many histories of statements are attacked in each mode of small groups.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Any

import pytest

from tests.disclosure.attacker import everything, explains, neighbours, rivals, totals_alone
from tests.disclosure.populations import Population, Sent, Sizes, a_population, sent

RUNS = int(os.environ.get("DISCLOSURE_RUNS", "200"))
SHARES = 10  # so that several workers can attack
TRIED = 2  # populations tried against one history


def histories(mode: str, share: int) -> Iterator[tuple[Random, Population, Sizes]]:
    for seed in range(share, RUNS, SHARES):
        random = Random(f"{mode}-{seed}")
        yield random, *a_population(random, mode)


def small_groups(population: Population, told: Sent) -> list[tuple[Any, ...]]:
    return [group for group, people in told.groups.items() if people < population.smallest_group]


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("mode", ["merge", "carry"])
def test_of_a_small_group_nothing_follows_that_does_not_follow_from_totals(mode: str, share: int) -> None:
    """Whatever sizes the totals leave open, all that was sent leaves open too: also at final settlement."""
    tried = 0
    for random, population, sizes in histories(mode, share):
        told = sent(population, sizes)
        allowed = totals_alone(told, population.smallest_group)
        by_totals = [
            other
            for other in islice(rivals(population, sizes, random, TRIED), TRIED)
            if totals_alone(sent(population, other), population.smallest_group) == allowed
        ]
        for other in by_totals:
            rival = sent(population, other)
            pinned = [
                group for group in small_groups(population, told) if rival.groups.get(group, 0) != told.groups[group]
            ]
            assert everything(rival) == everything(told), f"{population} {sizes} {other} tells {pinned}"
        tried += len(by_totals)
    assert tried >= RUNS // SHARES // 4, "too few populations with the same totals: the attacker tried nothing"


@pytest.mark.parametrize("share", range(SHARES))
def test_no_small_group_that_waits_is_pinned_to_one_size(share: int) -> None:
    """Before final settlement: with it the totals are stated, and a total and a price can give a number of people."""
    attacked = 0
    for random, population, sizes in histories("carry", share):
        population = replace(population, is_settled=False)
        told = sent(population, sizes)
        small = small_groups(population, told)
        for group in random.sample(small, min(len(small), 1)):
            attacked += 1
            assert any(
                sent(population, other).groups.get(group, 0) != told.groups[group] and explains(population, other, told)
                for other in neighbours(population, sizes, group[1])
            ), f"{population} {sizes}: {group} has {told.groups[group]}, and nobody else would explain what was sent"
    assert attacked >= RUNS // SHARES // 4, "there were no small groups to attack"
