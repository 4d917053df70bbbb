"""Every rule in plain English; rules over other rules and over groups are told here."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from service.core.terms.counting_rules import EventReductionRule, ThresholdSumRule, TimeInStatusRule
from service.core.terms.describe import individual
from service.core.terms.describe.told import Told, all_of, anchor, baseline, number, percent, plural, step, threshold
from service.core.terms.group_rules import (
    CohortMeanRule,
    CohortShareRule,
    ComparisonRule,
    CompositeRule,
    Evaluated,
    Level,
    Member,
    SavingRule,
)
from service.core.terms.individual_rules import (
    AbsenceRule,
    ImprovementRule,
    MilestoneRule,
    StatusAtRule,
    SustainedStatusRule,
)
from service.core.terms.rules import MemberRule, Rule


def rule_told(rule: Rule, who: str, currency: str) -> Iterator[Told]:
    """What has to happen for the rule to be met; `who` is the unit that achieves outcomes."""
    match rule:
        case TimeInStatusRule():
            return individual.time_in_status(rule, who)
        case CompositeRule():
            return _composite(rule, who)
        case CohortShareRule():
            return _cohort_share(rule, who)
        case CohortMeanRule():
            return _cohort_mean(rule, who)
        case ComparisonRule():
            return _comparison(rule)
        case SavingRule():
            return _saving(rule, who, currency)
        case _:
            return _member_rule(rule, who)


def _member_rule(rule: MemberRule, who: str) -> Iterator[Told]:
    match rule:
        case MilestoneRule():
            return individual.milestone(rule, who)
        case SustainedStatusRule():
            return individual.sustained_status(rule, who)
        case StatusAtRule():
            return individual.status_at(rule, who)
        case AbsenceRule():
            return individual.absence(rule, who)
        case ImprovementRule():
            return individual.improvement(rule, who)
        case EventReductionRule():
            return individual.event_reduction(rule, who)
        case ThresholdSumRule():
            return individual.threshold_sum(rule, who)
        case _:
            assert_never(rule)


def _composite(rule: CompositeRule, who: str) -> Iterator[Told]:
    names = [member.id for member in rule.members]
    match rule.need:
        case "all":
            told = f"Achieved when all of these are: {all_of(names)}."
        case "any":
            told = f"Achieved when any of these is: {all_of(names)}."
        case "at_least":
            told = f"Achieved when at least {rule.count} of these are: {all_of(names)}."
        case "best":
            told = f"Achieved when any of these is, and of several the first in this list counts: {all_of(names)}."
        case _:
            assert_never(rule.need)
    yield Told("rule", told)
    yield from (_member(member, who) for member in rule.members)


def _member(member: Member, who: str) -> Told:
    which = f'its step "{member.step}" counts' if member.step is not None else "all its steps have to be reached"
    sentences = " ".join(told.sentence for told in _member_rule(member.rule, who))
    return Told(f"member {member.id}", f"{member.id} ({which}): {sentences}")


def _groups(cohorts: Sequence[str] | None) -> str:
    return f"each of the cohorts {all_of(cohorts)}" if cohorts else "all participants together"


def _evaluated(evaluated: Evaluated) -> Told:
    if evaluated.on is not None:
        return Told("evaluation", f"The group is judged on {evaluated.on}, by facts dated up to then.")
    months = plural(evaluated.months or 0, "month")
    return Told("evaluation", f"The group is judged {months} after its last enrolment, by facts dated up to then.")


def _level(level: Level) -> str:
    if level.share is not None:
        return f"{percent(level.share)} or more"
    if level.fraction is not None:
        part, whole = level.fraction.split("/")
        return f"{part} of {whole} or more"
    return f"{level.count or 0:,} or more"


def _least_group(least: int, who: str) -> Iterator[Told]:
    if least > 1:
        yield Told("least group", f"A group of fewer than {least:,} counts for nothing (each a {who}).")


def _cohort_share(rule: CohortShareRule, who: str) -> Iterator[Told]:
    yield Told("group", f"Judged for {_groups(rule.cohorts)}.")
    yield Told("rule", f"Achieved when {_level(rule.at_least)} of those {rule.of} achieved {rule.member.id}.")
    yield _member(rule.member, who)
    yield from _least_group(rule.least_group, who)
    yield _evaluated(rule.evaluated)


def _cohort_mean(rule: CohortMeanRule, who: str) -> Iterator[Told]:
    yield Told("group", f"Judged for {_groups(rule.cohorts)}, of those {rule.of}.")
    way = "rises" if rule.direction == "up" else "falls"
    change = threshold(rule.threshold, rule.unit, rule.direction) if rule.threshold is not None else f"{way} at all"
    told = f"Achieved when the mean {rule.measure}, in {rule.unit}, {change}; the quantity is the mean change"
    yield Told("rule", f"{told}.")
    yield Told("baseline", f"A baseline is the latest measurement {baseline(rule.baseline)}.")
    days = plural(rule.tolerance_days, "day")
    told = f"the measurement nearest to {step(rule.checkpoint)} after {anchor(rule.anchor)}, at most {days} away"
    yield Told("follow-up", f"A follow-up is {told}.")
    yield Told("missing follow-up", _missing(rule, who))
    yield from _least_group(rule.least_group, who)
    yield _evaluated(rule.evaluated)


def _missing(rule: CohortMeanRule, who: str) -> str:
    if rule.missing == "left-out":
        return f"A {who} without a follow-up is left out of the mean."
    return f"A {who} without a follow-up counts as unchanged."


def _comparison(rule: ComparisonRule) -> Iterator[Told]:
    way = "higher" if rule.direction == "up" else "lower"
    told = f"Achieved when the {rule.measure} of {rule.group}, in {rule.unit}, is {way} than that of {rule.against}"
    yield Told("rule", f"{told}, as an evaluator reports them.")
    yield Told("quantity", _difference(rule))
    if rule.floor is not None:
        yield Told("floor", f"A difference of less than {number(rule.floor)} {rule.unit} counts for nothing.")
    yield from _losses(rule.counts_losses)
    yield from _follow_ups(rule.follow_ups)


def _difference(rule: ComparisonRule) -> str:
    if rule.per == "participant":
        return f"The quantity is the difference times the number of people in {rule.group}."
    return "The quantity is the difference."


def _losses(counts: bool) -> Iterator[Told]:
    if counts:
        yield Told("losses", "A difference the wrong way counts too, as a negative quantity.")


def _follow_ups(names: Sequence[str] | None) -> Iterator[Told]:
    for name in names or ():
        yield Told(f'step "{name}"', f"Follow-up {name} is judged by the figures reported for it.")


def _saving(rule: SavingRule, who: str, currency: str) -> Iterator[Told]:
    if rule.baseline is None:
        told = f"Achieved when the {rule.measure} of {rule.group}, in {currency}, is lower than that of {rule.against}"
        yield Told("rule", f"{told}, as an evaluator reports them; the quantity is the saving.")
        yield from _follow_ups(rule.follow_ups)
    else:
        told = f"Achieved when the {rule.measure} of a {who}, in {currency}, is lower than its baseline"
        yield Told("rule", f"{told}; the quantity is the saving.")
        yield Told("baseline", f"The baseline is the latest measurement {baseline(rule.baseline)}.")
        for one in rule.checkpoints:
            days = plural(rule.tolerance_days, "day")
            told = f"the measurement nearest to {one.label} after {anchor(rule.anchor)}, at most {days} away"
            yield Told(f'step "{one.name}"', f"Follow-up {step(one)}: {told}.")
    yield from _losses(rule.counts_losses)
