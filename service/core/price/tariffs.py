"""The one interpreter of each tariff kind: an exact amount, rounded once to minor units."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import assert_never

from service.core.evaluate import Finding
from service.core.money import Rounding, exponent_of, round_minor
from service.core.terms import Metric, Terms
from service.core.terms.tariffs import FlatTariff, GradedTariff, PerUnitTariff


def gross_minor(terms: Terms, metric: Metric, finding: Finding) -> int | None:
    """What the finding pays before limits, in minor units; None where what decides the price is not known yet."""
    tariff = metric.tariff
    match tariff:
        case FlatTariff():
            unit, quantity = tariff.price_of(finding.step), Fraction(1)
        case PerUnitTariff():
            if finding.state != "achieved":
                return None
            unit, quantity = tariff.price, finding.quantity
        case GradedTariff():
            if finding.value not in tariff.prices:
                return None
            unit, quantity = tariff.prices[finding.value], Fraction(1)
        case _:
            assert_never(tariff)
    if quantity == 1:
        return _rounded(unit, terms.currency, terms.rounding)
    return round_minor(Fraction(unit) * quantity * 10 ** exponent_of(terms.currency), terms.rounding)


@lru_cache(maxsize=4096)
def _rounded(price: Decimal, currency: str, rounding: Rounding) -> int:
    return round_minor(Fraction(price) * 10 ** exponent_of(currency), rounding)


def unit_price(metric: Metric, finding: Finding) -> Decimal:
    """The price the tariff names for this finding, in major units, for people to read."""
    tariff = metric.tariff
    match tariff:
        case FlatTariff():
            return tariff.price_of(finding.step)
        case PerUnitTariff():
            return tariff.price
        case GradedTariff():
            return tariff.prices[finding.value or ""]
        case _:
            assert_never(tariff)
