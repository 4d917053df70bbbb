"""Deadweight by an expected rate: which achievements would have come about anyway, and are not paid (A12)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate import Finding
from service.core.evaluate.cohorts import EVERYBODY, is_member
from service.core.price.lines import Circumstances
from service.core.terms import Metric, Terms
from service.core.terms.contract import Cohort
from service.core.terms.rules import is_of_group
from service.core.terms.tariffs import Deadweight


class Governed(NamedTuple):
    """An achieved finding with the terms version and the metric that govern it."""

    finding: Finding
    terms: Terms
    metric: Metric


class _Expected(NamedTuple):
    """How many achievements of a cohort are expected anyway, and of how many participants, in words."""

    cohort: str
    number: int
    told: str


def expected_anyway(achieved: Iterable[Governed], circumstances: Circumstances) -> Mapping[int, str]:
    """By place among the achievements, given in fill order: why one is not paid, in words.

    The first floor(rate x enrolled) of a cohort are not paid, each step of a metric counted alone.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    unpaid = {}
    for place, one in enumerate(achieved):
        expected = _expected(one, circumstances)
        if expected is None:
            continue
        key = (one.finding.metric, one.finding.step, expected.cohort)
        seen[key] += 1
        if seen[key] <= expected.number:
            unpaid[place] = f"number {seen[key]} of the {expected.number} that are expected anyway: {expected.told}"
    return unpaid


def _expected(one: Governed, circumstances: Circumstances) -> _Expected | None:
    """None where no rate applies: the metric has none, or the participant is in none of its cohorts."""
    deadweight = one.metric.deadweight
    if deadweight is None or deadweight.expected_rate is None or is_of_group(one.metric.rule):
        return None
    if deadweight.cohorts is None:
        size = circumstances.enrolled.get((one.terms.version, EVERYBODY), 0)
        return _rated(deadweight.expected_rate, EVERYBODY, size, "enrolled")
    cohort = _cohort_of(one, deadweight)
    if cohort is None:
        return None
    size, basis = _size(cohort, one.terms, circumstances)
    return _rated(deadweight.expected_rate, cohort.id, size, basis)


def _rated(rate: object, cohort: str, size: int, basis: str) -> _Expected:
    number = int(Fraction(str(rate)) * size)
    return _Expected(cohort, number, f"{rate} of {size} {basis} in {cohort}, rounded down")


def _cohort_of(one: Governed, deadweight: Deadweight) -> Cohort | None:
    """The first of the metric's cohorts to which the participant belongs."""
    declared = {cohort.id: cohort for cohort in one.terms.cohorts}
    named = (declared[cohort_id] for cohort_id in deadweight.cohorts or () if cohort_id in declared)
    finding = one.finding
    return next((cohort for cohort in named if is_member(cohort, finding.enrolled_on, finding.attributes)), None)


def _size(cohort: Cohort, terms: Terms, circumstances: Circumstances) -> tuple[int, str]:
    """The planned number until the cohort is closed, where one is planned; then those enrolled."""
    closes_on = cohort.closes_on or terms.outcomes_until
    if cohort.planned is not None and circumstances.period.end <= closes_on:
        return cohort.planned, "planned"
    return circumstances.enrolled.get((terms.version, cohort.id), 0), "enrolled"
