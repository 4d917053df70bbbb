"""From tariff to gross amount: the tariff, its adjustments, and one rounding to minor units, each step told."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate import Finding
from service.core.money import exponent_of, round_minor, to_text
from service.core.price.adjustments import Forming, adjusted
from service.core.price.lines import PriceStep
from service.core.price.standing import Standing
from service.core.price.tariffs import tariff_amount
from service.core.terms import Metric, Terms
from service.core.terms.tariffs import ByPayerTariff, FlatTariff, GradedTariff, PerUnitTariff
from service.core.units import to_four_decimals

_WHOLE = ""  # the one part of a price that all payers share


class Gross(NamedTuple):
    """What a finding pays before limits, in minor units; `parts` where each payer has a price of its own."""

    minor: int
    unit_price: Decimal | None
    steps: tuple[PriceStep, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()


def gross_of(terms: Terms, metric: Metric, finding: Finding, standing: Standing | None) -> Gross | None:
    """What the finding pays before limits; None where what decides the price is not known yet.

    `standing` is its place among the metric's paid achievements, needed where the price depends on that.
    """
    formed = _by_tariff(metric, finding, standing)
    if formed is None or (terms.indexation and metric.indexed and finding.on is None):
        return None
    forming, unit_price = formed
    final = adjusted(forming, terms, metric, finding)
    parts = tuple((party, _rounded(amount, terms)) for party, amount in final.parts)
    minor = sum(part for _, part in parts)
    steps = _told(forming, final, metric, terms, minor)
    return Gross(minor, unit_price, steps, parts if isinstance(metric.tariff, ByPayerTariff) else ())


def not_paid(metric: Metric, told: str) -> Gross:
    """The price of an achievement that would have come about anyway: nothing."""
    steps = (PriceStep("deadweight", f"not paid, {told}", "0"),)
    by_payer = metric.tariff.payers if isinstance(metric.tariff, ByPayerTariff) else ()
    return Gross(0, Decimal(0), steps, tuple((price.party, 0) for price in by_payer))


def is_plain(terms: Terms, metric: Metric) -> bool:
    """Whether step and value alone decide the price."""
    adjusts = metric.uplifts or metric.deadweight or metric.deductions or (terms.indexation and metric.indexed)
    return isinstance(metric.tariff, FlatTariff | GradedTariff) and not adjusts


def _by_tariff(metric: Metric, finding: Finding, standing: Standing | None) -> tuple[Forming, Decimal | None] | None:
    tariff = metric.tariff
    if not isinstance(tariff, ByPayerTariff):
        priced = tariff_amount(tariff, metric, finding, standing)
        if priced is None:
            return None
        step = PriceStep("tariff", priced.told, to_four_decimals(priced.amount))
        return Forming(((_WHOLE, priced.amount),), (step,)), priced.unit_price
    parts, steps = [], []
    for price in tariff.payers:
        priced = tariff_amount(price.tariff, metric, finding, standing)
        if priced is None:
            return None
        parts.append((price.party, priced.amount))
        steps.append(PriceStep(f"tariff of {price.party}", priced.told, to_four_decimals(priced.amount)))
    return Forming(tuple(parts), tuple(steps)), None


def _rounded(amount: Fraction, terms: Terms) -> int:
    return round_minor(amount * 10 ** exponent_of(terms.currency), terms.rounding)


def _told(forming: Forming, final: Forming, metric: Metric, terms: Terms, minor: int) -> tuple[PriceStep, ...]:
    """Every step, the rounding among them where it moved the amount; none where the tariff's price says it all."""
    if final is forming and isinstance(metric.tariff, FlatTariff | GradedTariff | PerUnitTariff):
        return ()
    if final.total * 10 ** exponent_of(terms.currency) == minor:
        return final.steps
    rounded = PriceStep("rounding", f"{terms.rounding}, to minor units", to_text(minor, terms.currency))
    return (*final.steps, rounded)
