"""Faults in amounts: more decimals than the currency has."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import assert_never

from service.core.errors import Fault
from service.core.money import EXPONENT_BY_CURRENCY, to_minor
from service.core.terms.checks.parts import Parts
from service.core.terms.contract import Metric
from service.core.terms.limits import Limit
from service.core.terms.tariffs import (
    BandsTariff,
    ByPayerTariff,
    FlatTariff,
    GradedTariff,
    PerUnitTariff,
    SlidingTariff,
    Tariff,
)

Placed = Iterator[tuple[str, Decimal | None]]


def amount_faults(parts: Parts) -> Iterator[Fault]:
    """A price per unit may be finer than the minor unit: it is rounded once it is multiplied (terms 4)."""
    if parts.currency is None:
        return
    for pointer, amount in _amounts(parts):
        try:
            if amount is not None:
                to_minor(amount, parts.currency)
        except ValueError:
            decimals = EXPONENT_BY_CURRENCY[parts.currency]
            yield Fault(pointer, "too-precise", f"may have at most {decimals} decimals in {parts.currency}")


def _amounts(parts: Parts) -> Placed:
    yield from _amounts_of_parties(parts)
    if parts.limits is not None:
        limits = parts.limits
        scopes = {"participant": limits.participant, "period": limits.period, "contract": limits.contract}
        yield from _limits("/limits", scopes)
        yield from ((f"/limits/payers/{place}/amount", limit.amount) for place, limit in enumerate(limits.payers))
    for place, metric in parts.metrics:
        yield from _amounts_of_metric(f"/metrics/{place}", metric)
    for place, plan in parts.plans:
        for turn, expected in enumerate(plan.expected):
            yield f"/plans/{place}/expected/{turn}/amount", expected.amount


def _amounts_of_parties(parts: Parts) -> Placed:
    for place, share in parts.investors:
        yield f"/shares/investors/{place}/committed", share.committed
    for place, tranche in parts.tranches:
        yield f"/shares/tranches/{place}/cap", tranche.cap
        for turn, share in enumerate(tranche.investors):
            yield f"/shares/tranches/{place}/investors/{turn}/committed", share.committed
    for place, cap in parts.return_caps:
        yield f"/shares/return_caps/{place}/amount", cap.amount
    if parts.guarantee is not None:
        yield "/guarantee/amount", parts.guarantee.amount
    for place, drawdown in parts.drawdowns:
        yield f"/drawdowns/{place}/amount", drawdown.amount


def _amounts_of_metric(pointer: str, metric: Metric) -> Placed:
    limits = {"participant": metric.limits.participant, "metric": metric.limits.metric}
    yield from _limits(f"{pointer}/limits", limits)
    yield from _prices(f"{pointer}/tariff", metric.tariff)
    for place, deduction in enumerate(metric.deductions):
        yield f"{pointer}/deductions/{place}/amount", deduction.amount


def _limits(pointer: str, limits: Mapping[str, Limit | None]) -> Placed:
    for scope, limit in limits.items():
        if limit is not None:
            yield f"{pointer}/{scope}/amount", limit.amount


def _prices(pointer: str, tariff: Tariff) -> Placed:
    match tariff:
        case FlatTariff():
            by_step = tariff.price if isinstance(tariff.price, dict) else {}
            yield from ((f"{pointer}/price/{step}", amount) for step, amount in by_step.items())
            yield (f"{pointer}/price", None if isinstance(tariff.price, dict) else tariff.price)
        case PerUnitTariff():
            pass
        case GradedTariff():
            yield from ((f"{pointer}/prices/{value}", price) for value, price in tariff.prices.items())
        case BandsTariff():
            if tariff.over != "quantity" or tariff.lump:
                yield from ((f"{pointer}/bands/{place}/price", band.price) for place, band in enumerate(tariff.bands))
        case SlidingTariff():
            yield from ((f"{pointer}/points/{place}/price", point.price) for place, point in enumerate(tariff.points))
        case ByPayerTariff():
            for place, price in enumerate(tariff.payers):
                yield from _prices(f"{pointer}/payers/{place}/tariff", price.tariff)
        case _:
            assert_never(tariff)
