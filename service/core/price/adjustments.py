"""What changes a tariff's amount before it is rounded: uplift, indexation, a share of deadweight, deductions."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate import Finding
from service.core.price.lines import PriceStep
from service.core.terms import Metric, Terms
from service.core.terms.tariffs import Deduction, Indexed
from service.core.units import to_four_decimals

Parts = tuple[tuple[str, Fraction], ...]


class Forming(NamedTuple):
    """An amount on its way to the gross amount: exact, in major units, by whose price it is, with the steps so far."""

    parts: Parts
    steps: tuple[PriceStep, ...] = ()

    @property
    def total(self) -> Fraction:
        """The sum of the parts."""
        return sum((amount for _, amount in self.parts), Fraction(0))

    def times(self, name: str, factor: Fraction, told: str) -> "Forming":
        """Every part by a factor, as a step of that name."""
        scaled = Forming(tuple((party, amount * factor) for party, amount in self.parts))
        return Forming(scaled.parts, (*self.steps, PriceStep(name, told, to_four_decimals(scaled.total))))


def index_in_force(terms: Terms, metric: Metric, finding: Finding) -> Indexed | None:
    """The indexation for the date of the finding: the latest that has begun by then."""
    if not metric.indexed or finding.on is None:
        return None
    begun = [index for index in terms.indexation if index.start <= finding.on]
    return max(begun, key=lambda index: index.start, default=None)


def adjusted(forming: Forming, terms: Terms, metric: Metric, finding: Finding) -> Forming:
    """The amount after every adjustment of the metric, in the order in which the terms apply them."""
    kinds: tuple[Callable[[Forming, Terms, Metric, Finding], Forming], ...] = (_uplifted, _indexed, _without_deadweight)
    for apply in kinds:
        forming = apply(forming, terms, metric, finding)
    for deduction in metric.deductions:
        forming = _deducted(forming, deduction)
    return forming


def _uplifted(forming: Forming, terms: Terms, metric: Metric, finding: Finding) -> Forming:
    for uplift in metric.uplifts:
        value = finding.attributes.get(uplift.attribute)
        if value in uplift.values:
            told = f"times {uplift.factor:f}, because {uplift.attribute} is {value}"
            forming = forming.times("uplift", Fraction(uplift.factor), told)
    return forming


def _indexed(forming: Forming, terms: Terms, metric: Metric, finding: Finding) -> Forming:
    index = index_in_force(terms, metric, finding)
    if index is None:
        return forming
    told = f"times {index.factor:f}, for outcomes achieved from {index.start} on"
    return forming.times("indexation", Fraction(index.factor), told)


def _without_deadweight(forming: Forming, terms: Terms, metric: Metric, finding: Finding) -> Forming:
    share = metric.deadweight.share if metric.deadweight else None
    if share is None:
        return forming
    paid = 1 - Fraction(share)
    told = f"times {to_four_decimals(paid)}, because {share:f} of it is expected anyway"
    return forming.times("deadweight", paid, told)


def _deducted(forming: Forming, deduction: Deduction) -> Forming:
    """Taken off a positive amount, never below zero: what the investors owe is not made smaller."""
    total = forming.total
    if total <= 0:
        return forming
    if deduction.share is not None:
        taken, measure = total * Fraction(deduction.share), f"{deduction.share:f} of it"
    else:
        taken, measure = min(Fraction(deduction.amount or 0), total), "an amount"
    told = f"less {to_four_decimals(taken)}, {measure}: {deduction.name} ({deduction.clause})"
    return forming.times("deduction", 1 - taken / total, told)
