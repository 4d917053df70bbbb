"""The one interpreter of each tariff kind: an exact amount in major units, and how it came about in words."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, assert_never

from service.core.evaluate import Finding
from service.core.price.bands import lump_of_bands, price_of_counted_band, price_of_quantity_bands
from service.core.price.standing import Standing
from service.core.terms import Metric
from service.core.terms.rules import TimeInStatusRule
from service.core.terms.tariffs import (
    BandsTariff,
    FlatTariff,
    GradedTariff,
    OnePayerTariff,
    PerUnitTariff,
    Point,
    SlidingTariff,
)
from service.core.units import to_four_decimals


class TariffAmount(NamedTuple):
    """What a tariff pays for one finding: exact, in major units; the price of one, where one price makes it."""

    amount: Fraction
    unit_price: Decimal | None
    told: str


def tariff_amount(
    tariff: OnePayerTariff, metric: Metric, finding: Finding, standing: Standing | None
) -> TariffAmount | None:
    """What one payer's tariff pays for the finding; None where what decides the price is not known yet.

    `standing` is the finding's place among the paid achievements of its metric, None for one that is only expected.
    """
    match tariff:
        case FlatTariff():
            return _flat(tariff, step_in_tariff(metric, finding))
        case PerUnitTariff():
            return _per_unit(tariff, finding) if finding.state == "achieved" else None
        case GradedTariff():
            return _graded(tariff, finding.value)
        case BandsTariff():
            return _bands(tariff, finding, standing)
        case SlidingTariff():
            return _sliding(tariff, finding.quantity) if finding.state == "achieved" else None
        case _:
            assert_never(tariff)


def step_in_tariff(metric: Metric, finding: Finding) -> str:
    """How the tariff names the finding's step: time in a status is found by period and priced as one step, "time"."""
    return "time" if isinstance(metric.rule, TimeInStatusRule) else finding.step


def _flat(tariff: FlatTariff, step: str) -> TariffAmount:
    price = tariff.price_of(step)
    return TariffAmount(Fraction(price), price, f"{price:f} for {step}")


def _per_unit(tariff: PerUnitTariff, finding: Finding) -> TariffAmount:
    told = f"{tariff.price:f} a {tariff.unit}, times {to_four_decimals(finding.quantity)}"
    return TariffAmount(Fraction(tariff.price) * finding.quantity, tariff.price, told)


def _graded(tariff: GradedTariff, value: str | None) -> TariffAmount | None:
    if value is None or value not in tariff.prices:
        return None
    price = tariff.prices[value]
    return TariffAmount(Fraction(price), price, f"{price:f} for {value}")


def _bands(tariff: BandsTariff, finding: Finding, standing: Standing | None) -> TariffAmount | None:
    if finding.state != "achieved":
        return None
    if tariff.over == "quantity":
        if tariff.lump:
            price, told = lump_of_bands(tariff, finding.quantity)
            return TariffAmount(Fraction(price), price, told)
        amount, unit_price, told = price_of_quantity_bands(tariff, finding.quantity)
        return TariffAmount(amount, unit_price, told)
    if standing is None:
        return None
    price, told = price_of_counted_band(tariff, standing)
    return TariffAmount(Fraction(price), price, told)


def _sliding(tariff: SlidingTariff, quantity: Fraction) -> TariffAmount:
    """Nothing below the first point, a straight line between two, and no more than the last pays beyond it."""
    points, reached = tariff.points, to_four_decimals(quantity)
    if quantity < Fraction(points[0].quantity):
        return TariffAmount(Fraction(0), None, f"{reached} is below {points[0].quantity:f}, where payment begins")
    for lower, upper in pairwise(points):
        if quantity < Fraction(upper.quantity):
            told = f"{reached} lies between {_point(lower)} and {_point(upper)}"
            return TariffAmount(_between(lower, upper, quantity), None, told)
    return TariffAmount(Fraction(points[-1].price), None, f"{reached} has reached the last point, {_point(points[-1])}")


def _between(lower: Point, upper: Point, quantity: Fraction) -> Fraction:
    way = (quantity - Fraction(lower.quantity)) / (Fraction(upper.quantity) - Fraction(lower.quantity))
    return Fraction(lower.price) + way * (Fraction(upper.price) - Fraction(lower.price))


def _point(point: Point) -> str:
    return f"{point.quantity:f} ({point.price:f})"
