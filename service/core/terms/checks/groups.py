"""Faults in groups: cohorts and attributes that are not declared, levels no group can reach, dates before it exists."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts
from service.core.terms.group_rules import CohortMeanRule, CohortShareRule, Evaluated
from service.core.terms.individual_rules import MilestoneRule


def group_faults(parts: Parts) -> Iterator[Fault]:
    """Every cohort or attribute that is unknown, and every judgement of a group that cannot come true."""
    ids = Counter(cohort.id for _, cohort in parts.cohorts)
    for place, cohort in parts.cohorts:
        if ids[cohort.id] > 1:
            yield Fault(f"/cohorts/{place}/id", "repeated", "two cohorts have this id; ids are used once")
        if cohort.id == "everybody":
            yield Fault(f"/cohorts/{place}/id", "not-allowed", "names everybody enrolled; give the cohort another id")
        yield from attribute_faults(parts, f"/cohorts/{place}/where", cohort.where)
    for place, metric in parts.metrics:
        here = f"/metrics/{place}"
        yield from attribute_faults(parts, f"{here}/eligible", metric.eligible)
        for turn, uplift in enumerate(metric.uplifts):
            yield from _uplift_faults(parts, f"{here}/uplifts/{turn}", uplift.attribute, uplift.values)
        if metric.deadweight is not None and metric.deadweight.cohorts is not None:
            yield from _cohort_faults(parts, f"{here}/deadweight/cohorts", metric.deadweight.cohorts)
        if isinstance(metric.rule, CohortShareRule | CohortMeanRule):
            yield from _judged_group_faults(parts, f"{here}/rule", metric.rule)


def attribute_faults(parts: Parts, pointer: str, where: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """Attributes and values that the contract does not declare."""
    for attribute, values in where.items():
        yield from _values_faults(parts, f"{pointer}/{attribute}", f"{pointer}/{attribute}", attribute, values)


def _uplift_faults(parts: Parts, pointer: str, attribute: str, values: Sequence[str]) -> Iterator[Fault]:
    yield from _values_faults(parts, f"{pointer}/attribute", f"{pointer}/values", attribute, values)


def _values_faults(parts: Parts, name: str, held: str, attribute: str, values: Sequence[str]) -> Iterator[Fault]:
    if attribute not in parts.attributes:
        yield Fault(name, "unknown-attribute", "must be an attribute declared under attributes")
    elif not set(values) <= set(parts.attributes[attribute]):
        yield Fault(held, "unknown-value", "holds a value that the attribute does not declare")


def _cohort_faults(parts: Parts, pointer: str, cohorts: Sequence[str]) -> Iterator[Fault]:
    declared = {cohort.id for _, cohort in parts.cohorts}
    seen: set[str] = set()
    for place, cohort in enumerate(cohorts):
        if cohort not in declared and parts.holds_all("cohorts"):
            yield Fault(f"{pointer}/{place}", "unknown-cohort", "must be the id of a cohort declared under cohorts")
        if cohort in seen:
            yield Fault(f"{pointer}/{place}", "repeated", "stands twice in the list; name each cohort once")
        seen.add(cohort)


def _judged_group_faults(parts: Parts, pointer: str, rule: CohortShareRule | CohortMeanRule) -> Iterator[Fault]:
    if rule.cohorts is not None:
        yield from _cohort_faults(parts, f"{pointer}/cohorts", rule.cohorts)
    yield from _evaluation_faults(parts, f"{pointer}/evaluated", rule.evaluated)
    if isinstance(rule, CohortShareRule) and rule.of == "measured" and isinstance(rule.member.rule, MilestoneRule):
        told = "who reached no milestone is not measured, so the share would always be whole; write enrolled"
        yield Fault(f"{pointer}/of", "not-allowed", told)
    if isinstance(rule, CohortShareRule) and rule.at_least.fraction is not None:
        part, whole = map(int, rule.at_least.fraction.split("/"))
        if part > whole:
            told = "is more than the whole group, so it can never be achieved; write the smaller number first"
            yield Fault(f"{pointer}/at_least/fraction", "never-achieved", told)


def _evaluation_faults(parts: Parts, pointer: str, evaluated: Evaluated) -> Iterator[Fault]:
    if evaluated.on is not None and parts.begins is not None and evaluated.on <= parts.begins:
        told = "lies before anybody can be enrolled: it must lie after the contract's first day"
        yield Fault(f"{pointer}/on", "never-achieved", told)
