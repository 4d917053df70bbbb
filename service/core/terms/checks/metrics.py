"""Faults in metrics as a whole: ids used twice, units nobody can convert, conditions that no group can meet."""

from collections.abc import Iterator, Sequence

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts
from service.core.terms.contract import Metric
from service.core.terms.group_rules import CohortMeanRule, CohortShareRule, ComparisonRule, CompositeRule, SavingRule
from service.core.terms.individual_rules import ImprovementRule
from service.core.terms.rules import MemberRule, Rule, is_of_group
from service.core.units import known_units


def metric_faults(parts: Parts) -> Iterator[Fault]:
    """What is wrong with a metric whatever its tariff."""
    seen: set[str] = set()
    for place, metric in parts.metrics:
        here = f"/metrics/{place}"
        if metric.id in seen:
            yield Fault(f"{here}/id", "repeated", "two metrics have this id; ids are used once")
        seen.add(metric.id)
        yield from _unit_faults(f"{here}/rule", metric.rule)
        if isinstance(metric.rule, ComparisonRule | SavingRule):
            yield from _repeated(f"{here}/rule/follow_ups", metric.rule.follow_ups or ())
        if is_of_group(metric.rule):
            yield from _individual_terms_faults(here, metric)


def _repeated(pointer: str, names: Sequence[str]) -> Iterator[Fault]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Fault(f"{pointer}/{place}", "repeated", "stands twice in the list; name each follow-up once")


def _unit_faults(pointer: str, rule: Rule | MemberRule) -> Iterator[Fault]:
    match rule:
        case ImprovementRule() | CohortMeanRule():
            known = known_units(rule.measure)
            if known and rule.unit not in known:
                yield Fault(f"{pointer}/unit", "unknown-unit", f"must be one of: {', '.join(known)}")
        case CohortShareRule():
            yield from _unit_faults(f"{pointer}/member/rule", rule.member.rule)
        case CompositeRule():
            for place, member in enumerate(rule.members):
                yield from _unit_faults(f"{pointer}/members/{place}/rule", member.rule)


def _individual_terms_faults(pointer: str, metric: Metric) -> Iterator[Fault]:
    """What a participant has and a group has not: a limit each, an attribute, an enrolment, metrics achieved before."""
    given = {
        "requires": metric.requires,
        "excludes": metric.excludes,
        "uplifts": metric.uplifts,
        "each": metric.each,
        "after_withdrawal": metric.after_withdrawal,
        "limits/participant": metric.limits.participant,
        "deadweight": metric.deadweight is not None and metric.deadweight.expected_rate is not None,
        "price_basis": metric.price_basis == "enrolled_on",
    }
    for name, value in given.items():
        if value:
            yield Fault(f"{pointer}/{name}", "not-allowed", "is about participants, and this rule judges a group")
