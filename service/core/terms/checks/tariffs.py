"""Faults in tariffs: steps and values without a price, prices for what the rule never finds."""

from collections.abc import Iterator
from typing import assert_never

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts
from service.core.terms.contract import Metric
from service.core.terms.group_rules import ComparisonRule, CompositeRule, SavingRule
from service.core.terms.individual_rules import StatusAtRule
from service.core.terms.rules import Rule
from service.core.terms.tariffs import (
    BandsTariff,
    ByPayerTariff,
    FlatTariff,
    GradedTariff,
    PerUnitTariff,
    SlidingTariff,
    Tariff,
)


def tariff_faults(parts: Parts) -> Iterator[Fault]:
    """Every price that is missing, and every one that can never be paid."""
    for place, metric in parts.metrics:
        here = f"/metrics/{place}"
        yield from _price_faults(f"{here}/tariff", metric.tariff, metric.rule)
        if isinstance(metric.tariff, ByPayerTariff) and metric.payers is not None:
            yield Fault(f"{here}/payers", "not-allowed", "the tariff names the payers with their prices; keep one")
        yield from _adjustment_faults(here, metric)


def _price_faults(pointer: str, tariff: Tariff, rule: Rule) -> Iterator[Fault]:
    if isinstance(rule, ComparisonRule | SavingRule) and rule.counts_losses and not _follows_quantity(tariff):
        told = "counts_losses needs a price per unit, or by bands over the quantity: else a loss would pay like a gain"
        yield Fault(f"{pointer}/kind", "not-allowed", told)
    match tariff:
        case FlatTariff():
            if isinstance(tariff.price, dict) and set(tariff.price) != set(rule.step_ids):
                steps = ", ".join(rule.step_ids)
                yield Fault(f"{pointer}/price", "steps-differ", f"must give one price for each of the steps: {steps}")
        case GradedTariff():
            yield from _graded_faults(pointer, tariff, rule)
        case ByPayerTariff():
            for place, price in enumerate(tariff.payers):
                yield from _price_faults(f"{pointer}/payers/{place}/tariff", price.tariff, rule)
        case PerUnitTariff() | BandsTariff() | SlidingTariff():
            pass
        case _:
            assert_never(tariff)


def _follows_quantity(tariff: Tariff) -> bool:
    if isinstance(tariff, ByPayerTariff):
        return True  # each payer's own tariff is looked at by itself
    in_bands = isinstance(tariff, BandsTariff) and tariff.over == "quantity" and not tariff.lump
    return isinstance(tariff, PerUnitTariff) or in_bands


def _graded_faults(pointer: str, tariff: GradedTariff, rule: Rule) -> Iterator[Fault]:
    values = _graded_values(rule)
    if values is None:
        told = 'a graded tariff stands on a rule of kind status_at, or composite with need = "best", only'
        yield Fault(pointer, "not-allowed", told)
    elif set(tariff.prices) != set(values):
        yield Fault(f"{pointer}/prices", "values-differ", f"must give one price for each of: {', '.join(values)}")


def _graded_values(rule: Rule) -> tuple[str, ...] | None:
    if isinstance(rule, StatusAtRule):
        return rule.qualifying
    if isinstance(rule, CompositeRule) and rule.need == "best":
        return tuple(member.id for member in rule.members)
    return None


def _adjustment_faults(pointer: str, metric: Metric) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for place, uplift in enumerate(metric.uplifts):
        values = {(uplift.attribute, value) for value in uplift.values}
        if values & seen:
            told = "a value has an uplift already; give each value of an attribute one factor"
            yield Fault(f"{pointer}/uplifts/{place}/values", "repeated", told)
        seen |= values
