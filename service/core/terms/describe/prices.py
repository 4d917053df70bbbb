"""What an achievement pays, in plain English: tariffs, and what raises or lowers them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from service.core.terms.contract import Metric
from service.core.terms.describe.told import Told, all_of, either, money, number, percent
from service.core.terms.tariffs import (
    Band,
    BandsTariff,
    ByPayerTariff,
    Deadweight,
    Deduction,
    FlatTariff,
    GradedTariff,
    PerUnitTariff,
    SlidingTariff,
    Tariff,
)


def price_told(metric: Metric, currency: str) -> Iterator[Told]:
    """What the metric pays, before limits."""
    yield from tariff_told(metric.tariff, currency)
    for uplift in metric.uplifts:
        group = f"{uplift.attribute} {either(uplift.values)}"
        yield Told(f"uplift for {group}", f"Where {group} holds, the price is multiplied by {number(uplift.factor)}.")
    if metric.deadweight is not None:
        yield Told("deadweight", _deadweight(metric.deadweight))
    yield from (_deduction(deduction, currency) for deduction in metric.deductions)


def tariff_told(tariff: Tariff, currency: str) -> Iterator[Told]:
    """The prices of a tariff."""
    match tariff:
        case FlatTariff():
            yield from _flat(tariff, currency)
        case PerUnitTariff():
            yield Told("price", f"Every unit ({tariff.unit}) {_pays(tariff.price, currency)}.")
        case GradedTariff():
            for value, price in tariff.prices.items():
                yield Told(f"price of {value}", f"An achievement with the value {value} {_pays(price, currency)}.")
        case BandsTariff():
            yield from _bands(tariff, currency)
        case SlidingTariff():
            yield Told("price", _sliding(tariff, currency))
        case ByPayerTariff():
            for own in tariff.payers:
                for told in tariff_told(own.tariff, currency):
                    yield Told(f"{told.about}, owed by {own.party}", f"Owed by {own.party} alone: {told.sentence}")
        case _:
            assert_never(tariff)


def _pays(price: Decimal, currency: str) -> str:
    """A negative price is owed by those who else are paid."""
    return f"pays {money(price, currency)}" if price >= 0 else f"costs the investors {money(-price, currency)}"


def _flat(tariff: FlatTariff, currency: str) -> Iterator[Told]:
    if not isinstance(tariff.price, dict):
        yield Told("price", f"Each achievement {_pays(tariff.price, currency)}.")
        return
    for step, price in tariff.price.items():
        yield Told(f'price of step "{step}"', f'Step "{step}" {_pays(price, currency)}.')


def _bands(tariff: BandsTariff, currency: str) -> Iterator[Told]:
    match tariff.over:
        case "contract":
            counted = "achievements of the metric since the contract began"
        case "period":
            counted = "achievements of the metric in the period"
        case "quantity":
            counted = "units of the quantity"
        case _:
            assert_never(tariff.over)
    if tariff.lump:
        how = "the band in which the quantity lies pays its price once"
    elif tariff.how == "marginal":
        how = "each is paid by the band it falls in"
    else:
        how = "all are paid by the band that the last one reaches"
    yield Told("price", f"The price goes by bands of the {counted}: {how}.")
    lower: Decimal | None = None
    for turn, band in enumerate(tariff.bands, start=1):
        yield Told(f"band {turn}", f"Band {turn}, {_reach(lower, band)}, {_pays(band.price, currency)}.")
        lower = band.up_to


def _reach(lower: Decimal | None, band: Band) -> str:
    if band.up_to is None:
        return f"above {number(lower or Decimal(0))}"
    above = f"above {number(lower)} " if lower is not None else ""
    return f"{above}up to {number(band.up_to)}"


def _sliding(tariff: SlidingTariff, currency: str) -> str:
    points = all_of(f"{money(point.price, currency)} at {number(point.quantity)}" for point in tariff.points)
    first = number(tariff.points[0].quantity)
    return f"The price slides with the quantity: {points}; in between in proportion, nothing below {first}."


def _deadweight(deadweight: Deadweight) -> str:
    if deadweight.share is not None:
        return f"{percent(deadweight.share)} of every amount is not paid, for what would have happened anyway."
    rate = percent(deadweight.expected_rate or Decimal(0))
    who = f"each of the cohorts {all_of(deadweight.cohorts)}" if deadweight.cohorts else "all enrolled"
    return f"The first achievements, as many as {rate} of {who}, are not paid: they would have happened anyway."


def _deduction(deduction: Deduction, currency: str) -> Told:
    share = deduction.share
    taken = percent(share) if share is not None else money(deduction.amount or Decimal(0), currency)
    told = f"{taken} of every achievement is taken off: {deduction.name} ({deduction.clause})."
    return Told(f"deduction {deduction.name}", told)
