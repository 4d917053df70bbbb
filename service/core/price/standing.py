"""Where each achievement stands among those of its metric that are paid: in the contract, and in its period."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from service.core.evaluate import Finding
from service.core.terms import Metric
from service.core.terms.tariffs import BandsTariff, ByPayerTariff

PeriodOf = Callable[[date], str]


class Counted(NamedTuple):
    """The place of an achievement in fill order, from 1, and how many there are so far."""

    place: int
    so_far: int


class Standing(NamedTuple):
    """The place of an achievement over the whole contract, and in the period in which it was achieved."""

    in_contract: Counted
    in_period: Counted


def counts_achievements(metric: Metric) -> bool:
    """Whether a band decides the price of an achievement by how many others there are."""
    tariff = metric.tariff
    by_payer = [price.tariff for price in tariff.payers] if isinstance(tariff, ByPayerTariff) else [tariff]
    return any(isinstance(one, BandsTariff) and one.over != "quantity" for one in by_payer)


def follows_others(metric: Metric) -> bool:
    """Whether an achievement's price can move without a fact about it: with the number of others, or of enrolments."""
    by_rate = metric.deadweight is not None and metric.deadweight.expected_rate is not None
    return by_rate or counts_achievements(metric)


def standings(paid: Sequence[Finding], period_of: PeriodOf, period_end: date) -> tuple[Standing, ...]:
    """The standing of each of a metric's paid achievements, given in fill order.

    "So far" is before `period_end`, the end of the period being stated; for an achievement after it, all that is known.
    """
    labels = [period_of(finding.achieved_on) for finding in paid]
    before = sum(finding.achieved_on < period_end for finding in paid)
    by_period, seen = Counter(labels), Counter[str]()
    found = []
    for place, (finding, label) in enumerate(zip(paid, labels, strict=True), start=1):
        seen[label] += 1
        so_far = before if finding.achieved_on < period_end else len(paid)
        found.append(Standing(Counted(place, so_far), Counted(seen[label], by_period[label])))
    return tuple(found)
