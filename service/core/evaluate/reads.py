"""Which facts a rule looks at: what tells a sender that no metric of the contract reads an event."""

from typing import assert_never

from service.core.events import Aggregate, Coverage, Enrolment, Fact, Measurement, Milestone, Occurrence, Status
from service.core.terms.group_rules import Member
from service.core.terms.rules import (
    AbsenceRule,
    CohortMeanRule,
    CohortShareRule,
    ComparisonRule,
    CompositeRule,
    EventReductionRule,
    ImprovementRule,
    MilestoneRule,
    Rule,
    SavingRule,
    StatusAtRule,
    SustainedStatusRule,
    ThresholdSumRule,
    TimeInStatusRule,
)
from service.core.terms.words import Anchor, MilestoneAnchor


def reads(rule: Rule, fact: Fact) -> bool:
    """Whether the fact can bear on the rule; every rule reads enrolments."""
    if isinstance(fact, Enrolment):
        return True
    if isinstance(fact, Milestone) and any(_is_anchor(anchor, fact) for anchor in _anchors(rule)):
        return True
    match rule:
        case MilestoneRule():
            return isinstance(fact, Milestone) and fact.name == rule.milestone
        case SustainedStatusRule() | StatusAtRule() | TimeInStatusRule():
            return isinstance(fact, Status) and fact.name == rule.domain
        case AbsenceRule() | EventReductionRule():
            return _is_of_kinds(rule.kinds, fact)
        case ImprovementRule() | CohortMeanRule() | ThresholdSumRule():
            return isinstance(fact, Measurement) and fact.name == rule.measure
        case ComparisonRule():
            return _is_figure(rule, fact)
        case SavingRule():
            is_own = isinstance(fact, Measurement) and fact.name == rule.measure
            return is_own if rule.is_individual else _is_figure(rule, fact)
        case CohortShareRule() | CompositeRule():
            return any(reads(member.rule, fact) for member in _members(rule))
        case _:
            assert_never(rule)


def _members(rule: CohortShareRule | CompositeRule) -> tuple[Member, ...]:
    return rule.members if isinstance(rule, CompositeRule) else (rule.member,)


def _is_of_kinds(kinds: tuple[str, ...], fact: Fact) -> bool:
    if isinstance(fact, Coverage):
        return any(kind in kinds for kind in fact.names)
    return isinstance(fact, Occurrence) and fact.name in kinds


def _is_figure(rule: ComparisonRule | SavingRule, fact: Fact) -> bool:
    """A figure for one of the two groups; of several follow-ups, one of theirs or the one they are all held against."""
    if not isinstance(fact, Aggregate) or fact.name != rule.measure or fact.group not in (rule.group, rule.against):
        return False
    if rule.follow_ups is None or fact.follow_up is None:
        return fact.follow_up is None and (rule.follow_ups is None or fact.group == rule.against)
    return fact.follow_up in rule.follow_ups


def _is_anchor(anchor: Anchor, fact: Milestone) -> bool:
    return isinstance(anchor, MilestoneAnchor) and anchor.milestone == fact.name


def _anchors(rule: Rule) -> tuple[Anchor, ...]:
    match rule:
        case MilestoneRule() | ThresholdSumRule():
            return (rule.within.anchor,) if rule.within else ()
        case SustainedStatusRule() | TimeInStatusRule() | ComparisonRule():
            return ()
        case StatusAtRule() | AbsenceRule():
            return (rule.anchor,)
        case ImprovementRule() | CohortMeanRule() | EventReductionRule():
            return (rule.anchor, rule.baseline.anchor)
        case SavingRule():
            return (rule.anchor, rule.baseline.anchor) if rule.baseline else ()
        case CohortShareRule() | CompositeRule():
            return tuple(anchor for member in _members(rule) for anchor in _anchors(member.rule))
        case _:
            assert_never(rule)
