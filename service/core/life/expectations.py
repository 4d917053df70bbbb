"""What a contract's plan expects in money: of an investor, of a payer, at a share of full effect, before limits."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from service.core.allocate import Prospects
from service.core.life.contract_life import ContractLife
from service.core.money import round_minor, to_minor
from service.core.period import Period, period_named
from service.core.price.payers import PayerSplitter
from service.core.statement.plans import plan_in_force
from service.core.terms import Metric, Terms
from service.core.terms.settling import Expected


class Awaited(NamedTuple):
    """What the plan expects of a metric in a period, in minor units at the plan's own effect; None: not known."""

    metric: str
    period: Period
    minor: int | None


def price_of_one(terms: Terms, metric: Metric) -> int | None:
    """What one outcome of the metric pays in minor units, where one price makes every amount; else None."""
    tariff = metric.tariff
    if tariff.kind != "flat" or metric.uplifts or metric.deadweight or metric.deductions:
        return None
    if terms.indexation and metric.indexed:
        return None
    prices = set(tariff.price.values()) if isinstance(tariff.price, dict) else {tariff.price}
    return to_minor(prices.pop(), terms.currency) if len(prices) == 1 else None


class Expectation:
    """The plan in force on a day, in money."""

    def __init__(self, life: ContractLife, day: date) -> None:
        self._terms = life.terms.in_force(day)
        self._plan = plan_in_force(self._terms, day)
        self._payers = PayerSplitter()
        self._investors = Prospects(life.terms, day + timedelta(days=1), life.books(_EVERYTHING))

    @property
    def is_known(self) -> bool:
        """Whether any plan is in force."""
        return self._plan is not None

    @property
    def awaited(self) -> tuple[Awaited, ...]:
        """Every metric and period of the plan, in its order."""
        return tuple(map(self._awaited, self._plan.expected if self._plan else ()))

    def _awaited(self, expected: Expected) -> Awaited:
        terms, metric = self._terms, self._terms.metric(expected.metric)
        price = None if metric is None else price_of_one(terms, metric)
        if expected.amount is not None:
            minor: int | None = to_minor(expected.amount, terms.currency)
        else:
            minor = None if price is None else price * expected.outcomes
        return Awaited(expected.metric, period_named(expected.period, terms.periods), minor)

    def of_investor(self, investor: str, awaited: Sequence[Awaited], effect: Fraction | None = None) -> int | None:
        """What the investor would be due at that share of full effect (None: as the plan says it), in minor units;
        None where any of it is not known, or where tranches and return caps decide."""
        parts = self._parts(awaited, effect)
        return self._sum(awaited, [self._investors.due_to(investor, self._terms, minor) for _, minor in parts])

    def of_payer(self, payer: str, awaited: Sequence[Awaited], effect: Fraction | None = None) -> int | None:
        """What the payer would owe; None where any of it is not known, or where payers have prices of their own."""
        if any(metric.tariff.kind == "by_payer" for metric in self._terms.metrics):
            return None
        return self._sum(awaited, [minor for party, minor in self._parts(awaited, effect) if party == payer])

    def _sum(self, awaited: Sequence[Awaited], parts: Sequence[int | None]) -> int | None:
        known = [part for part in parts if part is not None]
        is_known = self.is_known and len(known) == len(parts) and all(one.minor is not None for one in awaited)
        return sum(known) if is_known else None

    def _parts(self, awaited: Sequence[Awaited], effect: Fraction | None) -> Iterator[tuple[str, int]]:
        """Each payer's part of each amount, at that effect."""
        own = Fraction(1 if self._plan is None or self._plan.effect is None else self._plan.effect)
        at = Fraction(1) if effect is None else effect / own
        for one in awaited:
            metric = self._terms.metric(one.metric)
            if one.minor is not None and metric is not None:
                minor = round_minor(one.minor * at, self._terms.rounding)
                yield from self._payers.parts(self._terms, metric, minor)


_EVERYTHING = 2**63 - 1
