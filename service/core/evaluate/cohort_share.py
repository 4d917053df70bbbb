"""`cohort_share`: the share of a cohort that achieved a member rule reaches a share, a fraction or a count (P22)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from service.core.evaluate.cohorts import Crowd, Gathering, KeptMember, gatherings, is_completed, not_due, too_small
from service.core.evaluate.finding import Placed, Verdict, Why, achieved, pending, refused
from service.core.evaluate.judge import Person, judge
from service.core.evaluate.timeline import Timeline
from service.core.events import FactRef
from service.core.terms import Metric, Terms
from service.core.terms.group_rules import CohortShareRule, Level, Member, MemberRule
from service.core.terms.rules import SustainedStatusRule, ThresholdSumRule
from service.core.units import exact, to_four_decimals

# What a late report can still prove; a measurement or milestone that is missing on the day is simply missing.
_CAN_STILL_BE_PROVED = frozenset({Why.AWAITS_CONFIRMATION, Why.AWAITS_COVERAGE, Why.AWAITS_EVIDENCE})
_SAID_NO = frozenset({Why.BELOW_THRESHOLD, Why.STATUS_NOT_QUALIFYING, Why.OCCURRED})


class _Told(NamedTuple):
    """What is known of one participant on the day: the outcome, whether it is measured, and the fact that decides."""

    outcome: Literal["achieved", "unproved", "not"]
    is_measured: bool
    is_completed: bool
    fact: FactRef


class Tally(NamedTuple):
    """What a cohort adds up to on the day it is judged: all that its finding rests on."""

    enrolled: int
    completed: int
    measured: int
    counted: int  # the denominator
    achieved: int  # of those counted
    unproved: int  # who may yet prove to have achieved
    possible: int  # the denominator if they all did
    facts: tuple[FactRef, ...]  # one of everybody counted, of who achieved last


def find(rule: CohortShareRule, metric: Metric, terms: Terms, crowd: Crowd, period_end: date) -> tuple[Placed, ...]:
    """A verdict for every cohort of the rule, each on its evaluation date."""
    by_member = metric.model_copy(update={"rule": rule.member.rule})
    placed = []
    for gathering in gatherings(rule, metric, terms, crowd, period_end):
        told = [
            _told(person, gathering.on, rule.member, by_member, terms, period_end)
            for person in gathering.people
            if gathering.on is not None
        ]
        told += [_Told(one.outcome, one.is_measured, one.is_completed, one.fact) for one in gathering.erased]
        placed.append(_verdict(rule, gathering, tally(told, rule.of)))
    return tuple(placed)


def membership(
    rule: CohortShareRule, metric: Metric, terms: Terms, crowd: Crowd, period_end: date, participant: str
) -> tuple[KeptMember, ...]:
    """What a participant counts for in every cohort of the rule, to be kept when it is erased."""
    by_member = metric.model_copy(update={"rule": rule.member.rule})
    members = []
    for gathering in gatherings(rule, metric, terms, crowd, period_end):
        mine = [one for one in gathering.people if one.everything.participant == participant]
        if gathering.on is None:
            continue
        for person in mine:
            told = _told(person, gathering.on, rule.member, by_member, terms, period_end)
            started_on = person.everything.episodes[0].started_on
            outcome: Literal["achieved", "not"] = "achieved" if told.outcome == "achieved" else "not"
            place = (terms.version, metric.id, gathering.step)
            members.append(KeptMember(*place, started_on, outcome, told.is_measured, told.is_completed, told.fact))
    return tuple(members)


def tally(told: list[_Told], of: Literal["enrolled", "completed", "measured"]) -> Tally:
    """The counts of a cohort; `of` names the denominator, and only who is in it counts as achieved."""
    can_count = [one for one in told if of != "completed" or one.is_completed]
    counted = [one for one in can_count if of != "measured" or one.is_measured]
    reached = [one for one in counted if one.outcome == "achieved"]
    others = [one for one in counted if one.outcome != "achieved"]
    unproved = [one for one in can_count if one.outcome == "unproved"]
    return Tally(
        len(told),
        sum(one.is_completed for one in told),
        sum(one.is_measured for one in told),
        len(counted),
        len(reached),
        len(unproved),
        len(counted) + (sum(not one.is_measured for one in unproved) if of == "measured" else 0),
        tuple(dict.fromkeys(one.fact for one in (*others, *reached))),
    )


def _told(person: Person, on: date, member: Member, metric: Metric, terms: Terms, period_end: date) -> _Told:
    judged = judge(metric, terms, person, period_end)
    verdicts = [one.verdict for one in judged if member.step in (None, one.verdict.step)]
    reached = [_is_by(on, verdict) and verdict.state == "achieved" for verdict in verdicts]
    said_no = any(_said_no(member.rule, one, person.everything, on) for one in verdicts)
    start = person.everything.episodes[0].start.ref
    last = max(verdicts, key=lambda one: one.on or date.min)
    outcome: Literal["achieved", "unproved", "not"] = "not"
    if all(reached):
        outcome = "achieved"
    elif all(done or _is_open(verdict, on, said_no) for done, verdict in zip(reached, verdicts, strict=True)):
        outcome = "unproved"
    return _Told(outcome, all(reached) or said_no, is_completed(person, on), last.facts[-1] if last.facts else start)


def _is_by(day: date, verdict: Verdict) -> bool:
    return verdict.on is None or verdict.on <= day


def _is_open(verdict: Verdict, day: date, said_no: bool) -> bool:
    """Whether a late report can prove it: of somebody whose status is known to be another one it proves nothing."""
    can_be_proved = verdict.why in _CAN_STILL_BE_PROVED or (verdict.why == Why.AWAITS_STATUS and not said_no)
    return verdict.state == "pending" and can_be_proved and _is_by(day, verdict)


def _said_no(rule: MemberRule, verdict: Verdict, timeline: Timeline, day: date) -> bool:
    """Whether somebody looked, and it was not so: rules that never end with a refusal show it by their facts."""
    if isinstance(rule, SustainedStatusRule):
        return any(fact.on <= day for fact in timeline.statuses.get(rule.domain, ()))
    if isinstance(rule, ThresholdSumRule):
        return any(fact.on <= day for fact in timeline.measurements.get(rule.measure, ()))
    return verdict.state == "refused" and verdict.why in _SAID_NO and _is_by(day, verdict)


def _verdict(rule: CohortShareRule, gathering: Gathering, counts: Tally) -> Placed:
    shown = f"{counts.achieved} of {counts.counted} {rule.of} achieved {rule.member.id}"
    if counts.counted:
        shown += f", {to_four_decimals(Fraction(counts.achieved, counts.counted), 100)} %"
    shown += f" ({counts.enrolled} enrolled, {counts.completed} completed, {counts.measured} measured)"
    if gathering.on is None or not gathering.is_due:
        return not_due(gathering, shown, counts.counted)
    return Placed(_judged(rule, gathering, gathering.on, counts, shown), None, counts.counted)


def _judged(rule: CohortShareRule, gathering: Gathering, on: date, counts: Tally, shown: str) -> Verdict:
    step, level = gathering.step, rule.at_least
    told = f"{gathering.words} on {on}: {shown}; at least {_wanted(level)} wanted"
    is_large = counts.counted >= rule.least_group
    if is_large and _reaches(level, counts.achieved, counts.counted):
        quantity = Fraction(counts.achieved, counts.counted)
        return achieved(step, on, told, counts.facts, quantity)
    if counts.possible >= rule.least_group and _reaches(level, counts.achieved + counts.unproved, counts.possible):
        told += f"; {counts.unproved} more are not proved yet"
        return pending(step, Why.AWAITS_MEMBERS, told, counts.facts, on)
    if not is_large:
        return too_small(gathering, counts.counted, rule.least_group, rule.of)
    return refused(step, Why.BELOW_THRESHOLD, told, counts.facts, on)


def _reaches(level: Level, achieved_count: int, counted: int) -> bool:
    """Inclusive, in exact fractions: 50 of 162 reaches "50/162" and not 0.31."""
    if level.count is not None:
        return achieved_count >= level.count
    return counted > 0 and Fraction(achieved_count, counted) >= _share(level)


def _share(level: Level) -> Fraction:
    return Fraction(level.fraction) if level.fraction is not None else exact(level.share or Decimal(0))


def _wanted(level: Level) -> str:
    if level.count is not None:
        return str(level.count)
    if level.fraction is not None:
        return level.fraction.replace("/", " of ")
    return f"{to_four_decimals(_share(level), 100)} %"
