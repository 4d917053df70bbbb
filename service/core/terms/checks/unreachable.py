"""Faults in metrics that nobody can achieve for the rest of their terms: withdrawal, conditions, days of evaluation."""

from collections.abc import Iterator
from datetime import date, timedelta

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts
from service.core.terms.checks.reach import ends_after
from service.core.terms.contract import Metric
from service.core.terms.counting_rules import EventReductionRule
from service.core.terms.group_rules import CohortMeanRule, CohortShareRule, Member
from service.core.terms.individual_rules import AbsenceRule, ImprovementRule, StatusAtRule, SustainedStatusRule
from service.core.terms.rules import MemberRule, Rule
from service.core.terms.words import Anchor, Duration

_AFTER_WITHDRAWAL = AbsenceRule | EventReductionRule | StatusAtRule


def unreachable_faults(parts: Parts) -> Iterator[Fault]:
    """What the parts of a metric, sound one by one, leave nobody to achieve."""
    for place, metric in parts.metrics:
        here = f"/metrics/{place}"
        yield from _withdrawal_faults(here, metric)
        yield from _gap_faults(here, metric, parts)
        yield from _contradiction_faults(here, metric, parts)
        if isinstance(metric.rule, CohortShareRule | CohortMeanRule):
            yield from _evaluation_faults(f"{here}/rule/evaluated/on", metric.rule, parts.begins)


def _withdrawal_faults(here: str, metric: Metric) -> Iterator[Fault]:
    rule: Rule | MemberRule = metric.rule
    pointer = f"{here}/rule"
    if isinstance(rule, CohortShareRule):
        rule, pointer = rule.member.rule, f"{pointer}/member/rule"
    if isinstance(rule, _AFTER_WITHDRAWAL) and rule.anchor == "withdrew" and not metric.after_withdrawal:
        told = "nothing is achieved after a withdrawal, so this never is; add after_withdrawal = true to the metric"
        yield Fault(f"{pointer}/anchor", "never-achieved", told)


def _gap_faults(here: str, metric: Metric, parts: Parts) -> Iterator[Fault]:
    if parts.begins is None or parts.outcomes_until is None or parts.begins > parts.outcomes_until:
        return
    for turn, requirement in enumerate(metric.requires):
        if requirement.gap is not None and ends_after(requirement.gap, parts.begins, 1, parts.outcomes_until):
            told = "is longer than the contract, from its first day to outcomes_until; shorten it or correct the dates"
            yield Fault(f"{here}/requires/{turn}/gap", "never-achieved", told)


def _contradiction_faults(here: str, metric: Metric, parts: Parts) -> Iterator[Fault]:
    """Whether what has to be achieved first, and what that asks for in turn, excludes one another."""
    direct = {requirement.metric for requirement in metric.requires}
    needed = _needed(metric, parts)
    for turn, excluded in enumerate(metric.excludes):
        if excluded in needed - direct:
            told = "is required by what this metric requires, so that nothing can be achieved; keep one of the two"
            yield Fault(f"{here}/excludes/{turn}", "never-achieved", told)
    others = (parts.metric(name) for name in needed)
    if any(other is not None and needed & set(other.excludes) for other in others):
        told = "of the metrics required one excludes another, so that nothing can be achieved; take one condition away"
        yield Fault(f"{here}/requires", "never-achieved", told)


def _needed(metric: Metric, parts: Parts) -> set[str]:
    found: set[str] = set()
    waiting = [metric]
    while waiting:
        new = {requirement.metric for requirement in waiting.pop().requires} - found
        found |= new
        waiting += [other for other in map(parts.metric, new) if other is not None]
    return found


def _evaluation_faults(pointer: str, rule: CohortShareRule | CohortMeanRule, begins: date | None) -> Iterator[Fault]:
    on = rule.evaluated.on
    if on is None or begins is None or on <= begins:
        return
    if isinstance(rule, CohortMeanRule):
        tolerance = rule.tolerance_days if rule.missing == "left-out" else None
        late = tolerance is not None and _comes_after(rule.checkpoint, tolerance, rule.anchor, begins, on)
    else:
        late = rule.at_least.share != 0 and _member_comes_after(rule.member, begins, on)
    if late:
        told = "lies before anybody who enrols when the contract begins can have achieved it; choose a later date"
        yield Fault(pointer, "never-achieved", told)


def _member_comes_after(member: Member, begins: date, on: date) -> bool:
    rule = member.rule
    match rule:
        case SustainedStatusRule():
            steps = [step for step in rule.steps if member.step in (None, step.name)]
            return not rule.good_exits and any(ends_after(step, begins, 1, on) for step in steps)
        case StatusAtRule() | ImprovementRule():
            tolerance = rule.tolerance_days if isinstance(rule, ImprovementRule) else 0
            points = [point for point in rule.checkpoints if member.step in (None, point.name)]
            return any(_comes_after(point, tolerance, rule.anchor, begins, on) for point in points)
        case AbsenceRule() | EventReductionRule():
            turns = [turn for turn, step in enumerate(rule.step_ids, 1) if member.step in (None, step)]
            start = _start(rule.anchor, begins)
            return any(ends_after(rule.windows, start, turn, on) for turn in turns)
        case _:
            return False


def _comes_after(point: Duration, tolerance_days: int, anchor: Anchor, begins: date, on: date) -> bool:
    return ends_after(point, _start(anchor, begins), 1, on + timedelta(days=tolerance_days))


def _start(anchor: Anchor, begins: date) -> date:
    return anchor if isinstance(anchor, date) else begins
