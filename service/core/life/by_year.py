"""An investor's money in a contract by calendar year: drawn, stated, paid; what has come, then what is expected."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from service.core.life.contract_life import ContractLife
from service.core.life.expectations import Expectation
from service.core.life.owed import counted
from service.core.life.positions import BUDGET_EFFECT, coming_from, last_awaited
from service.core.money import to_minor
from service.core.period import period_named

Holds = Literal["accounts", "expectation", "not known"]
DrawnFrom = Literal["recorded", "terms"]


class Year(NamedTuple):
    """A year of a contract in minor units: accounts once every period of it is issued; until then what is stated of it
    and what the plan expects of the rest, or None where the plan does not say."""

    holds: Holds
    drawn_minor: int
    stated_minor: int | None
    paid_minor: int


@dataclass(frozen=True, slots=True)
class ContractYears:
    """One investor's years in one contract: what moved by year in minor units, where drawdowns are from, and what is
    awaited."""

    investor: str
    life: ContractLife
    on: date
    drawn_from: DrawnFrom
    drawn: Mapping[int, int]
    stated: Mapping[int, int]
    paid: Mapping[int, int]
    awaited: "AwaitedYears"

    def of(self, year: int) -> Year:
        """Any year, also one in which nothing moves."""
        stated = self.awaited.with_rest(year, self.stated.get(year, 0))
        return Year(self.awaited.holds(year), self.drawn.get(year, 0), stated, self.paid.get(year, 0))

    @property
    def years(self) -> dict[int, Year]:
        """The years in which anything moves or is expected, in order."""
        return {year: self.of(year) for year in sorted({*self.drawn, *self.stated, *self.paid, *self.awaited.years})}


def years_of(life: ContractLife, investor: str, on: date, effect: Fraction = BUDGET_EFFECT) -> ContractYears:
    """An investor's years by transactions dated up to `on`, and what comes after.

    What is stated counts in the year in which its period begins, whenever it was paid. Drawdowns are those recorded,
    and agreed ones of after `on`; all those agreed as long as none is recorded.
    """
    drawn_from, drawn = _drawn(life, investor, on)
    stated, paid = _added(_stated(life, investor, on)), _added(_paid(life, investor, on))
    return ContractYears(investor, life, on, drawn_from, drawn, stated, paid, AwaitedYears(life, investor, on, effect))


class AwaitedYears:
    """What the plan expects an investor to be stated of periods that are not stated yet, by year."""

    def __init__(self, life: ContractLife, investor: str, on: date, effect: Fraction) -> None:
        expectation = Expectation(life, on)
        self._first = coming_from(life, on)
        self._ends = last_awaited(life, on)
        coming = [one for one in expectation.awaited if one.period.start >= self._first]
        self.years = tuple({one.period.start.year for one in coming if one.period.start <= self._ends})
        self._by_year = {
            year: expectation.of_investor(investor, [one for one in coming if one.period.start.year == year], effect)
            for year in self.years
        }

    def holds(self, year: int) -> Holds:
        """Whether the year is told by statements alone."""
        if year < self._first.year or year > self._ends.year:
            return "accounts"
        return "not known" if self._by_year.get(year) is None else "expectation"

    def with_rest(self, year: int, stated_minor: int) -> int | None:
        """What is stated of the year, and what is expected of the rest of it."""
        if self.holds(year) == "accounts":
            return stated_minor
        rest = self._by_year.get(year)
        return None if rest is None else stated_minor + rest


def _added(amounts: Iterable[tuple[int, int]]) -> dict[int, int]:
    by_year: dict[int, int] = {}
    for year, minor in amounts:
        by_year[year] = by_year.get(year, 0) + minor
    return by_year


def _stated(life: ContractLife, investor: str, on: date) -> Iterator[tuple[int, int]]:
    for statement in counted(life, on):
        if statement.investor == investor:
            yield period_named(statement.period, life.terms.latest.periods).start.year, statement.lines_minor


def _paid(life: ContractLife, investor: str, on: date) -> Iterator[tuple[int, int]]:
    settlements = (one for statement in life.statements.values() for one in statement.settlements)
    yield from _moved(
        life, ((one.number, one.value_date, one.minor) for one in settlements if one.investor == investor), on
    )


def _moved(life: ContractLife, amounts: Iterable[tuple[int, date, int]], on: date) -> Iterator[tuple[int, int]]:
    """Each amount in the year of its value date, and once more, taken back, in the year of its reversal."""
    for number, value_date, minor in amounts:
        reversed_on = life.reversed_on.get(number, date.max)
        if value_date <= on:
            yield value_date.year, minor
        if reversed_on <= on:
            yield reversed_on.year, -minor


def _drawn(life: ContractLife, investor: str, on: date) -> tuple[DrawnFrom, dict[int, int]]:
    terms = life.terms.latest
    own = [(one.number, one.value_date, one.minor) for one in life.drawdowns.values() if one.investor == investor]
    agreed = [(one.on, to_minor(one.amount, terms.currency)) for one in terms.drawdowns if one.party == investor]
    if not own:
        return "terms", _added((day.year, minor) for day, minor in agreed)
    later = ((day.year, minor) for day, minor in agreed if day > on)
    return "recorded", _added((*_moved(life, own, on), *later))
