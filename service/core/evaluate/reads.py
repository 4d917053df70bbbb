"""Which facts a rule looks at: what tells a sender that no metric of the contract reads an event."""

from typing import assert_never

from service.core.events import Coverage, Enrolment, Fact, Measurement, Milestone, Occurrence, Status
from service.core.terms.rules import (
    AbsenceRule,
    ImprovementRule,
    MilestoneRule,
    Rule,
    StatusAtRule,
    SustainedStatusRule,
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
        case SustainedStatusRule() | StatusAtRule():
            return isinstance(fact, Status) and fact.name == rule.domain
        case AbsenceRule():
            if isinstance(fact, Coverage):
                return any(kind in rule.kinds for kind in fact.names)
            return isinstance(fact, Occurrence) and fact.name in rule.kinds
        case ImprovementRule():
            return isinstance(fact, Measurement) and fact.name == rule.measure
        case _:
            assert_never(rule)


def _is_anchor(anchor: Anchor, fact: Milestone) -> bool:
    return isinstance(anchor, MilestoneAnchor) and anchor.milestone == fact.name


def _anchors(rule: Rule) -> tuple[Anchor, ...]:
    match rule:
        case MilestoneRule():
            return (rule.within.anchor,) if rule.within else ()
        case SustainedStatusRule():
            return ()
        case StatusAtRule() | AbsenceRule():
            return (rule.anchor,)
        case ImprovementRule():
            return (rule.anchor, rule.baseline.anchor)
        case _:
            assert_never(rule)
