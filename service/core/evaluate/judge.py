"""Judges one metric for one participant: eligibility, the rule's interpreter, accepted evidence."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from msgspec.structs import replace

from service.core.evaluate import (
    absence,
    composite,
    event_reduction,
    improvement,
    milestone,
    saving_of_one,
    status_at,
    sustained_status,
    threshold_sum,
    time_in_status,
)
from service.core.evaluate.bounds import Bounds, bounds_of, within_bounds
from service.core.evaluate.finding import Placed, Verdict, Why, pending, refused
from service.core.evaluate.timeline import Episode, Timeline
from service.core.terms import Metric, Terms
from service.core.terms.rules import (
    AbsenceRule,
    CohortMeanRule,
    CohortShareRule,
    ComparisonRule,
    CompositeRule,
    EventReductionRule,
    ImprovementRule,
    MemberRule,
    MilestoneRule,
    Rule,
    SavingRule,
    StatusAtRule,
    SustainedStatusRule,
    ThresholdSumRule,
    TimeInStatusRule,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A participant's timeline of all facts, and of those with accepted evidence where that differs."""

    everything: Timeline
    accepted: Timeline


def judge(metric: Metric, terms: Terms, person: Person, period_end: date) -> tuple[Placed, ...]:
    """A verdict for every step of the metric; pending where only unaccepted evidence makes the difference."""
    verdicts = _judge_known(metric, terms, person.accepted, period_end)
    if person.accepted is person.everything:
        return verdicts
    with_all = _judge_known(metric, terms, person.everything, period_end)
    return tuple(_weigh(mine, other, metric) for mine, other in zip(verdicts, with_all, strict=True))


def _weigh(accepted: Placed, with_all: Placed, metric: Metric) -> Placed:
    """The verdict on accepted evidence, unless other evidence would make it another, or another quantity or value, or
    later: that it may have come about earlier holds nothing up."""
    mine, everything = accepted.verdict, with_all.verdict
    if mine.state == everything.state == "achieved":
        holds = _paid(mine) == _paid(everything) and not _is_later(everything, mine)
    else:
        holds = mine.state == everything.state or (mine.state == "refused" and everything.state == "pending")
    if holds:
        return accepted
    kinds = ", ".join(metric.accepts_evidence or ())
    told = f"{everything.sentence}; reported with evidence that is not accepted, accepted: {kinds}"
    on = mine.on if mine.state == "achieved" else everything.on
    facts = tuple(dict.fromkeys((*mine.facts, *everything.facts))) if mine.state == "achieved" else everything.facts
    awaiting = pending(everything.step, Why.AWAITS_EVIDENCE, told, facts, on, everything.value)
    return Placed(awaiting, (accepted if mine.state == "achieved" else with_all).enrolled_on)


def _paid(verdict: Verdict) -> object:
    return verdict.quantity, verdict.value


def _is_later(one: Verdict, other: Verdict) -> bool:
    return one.on is not None and other.on is not None and one.on > other.on


def _judge_known(metric: Metric, terms: Terms, timeline: Timeline, period_end: date) -> tuple[Placed, ...]:
    if not timeline.episodes:
        missing = "no enrolment known"
        return tuple(Placed(pending(step, Why.AWAITS_ENROLMENT, missing), None) for step in metric.rule.step_ids)
    episodes = timeline.episodes if metric.each else timeline.episodes[:1]
    if isinstance(metric.rule, TimeInStatusRule):
        return _judge_time(metric.rule, metric, terms, timeline, episodes, period_end)
    if len(episodes) == 1:
        return _judge_episode(metric, terms, timeline, episodes[0], period_end)
    by_episode = [_judge_episode(metric, terms, timeline, episode, period_end) for episode in episodes]
    if isinstance(metric.rule, MilestoneRule) and metric.rule.repeats is not None:
        every = metric.model_copy(update={"rule": milestone.every_time(metric.rule, timeline)})
        times = [_judge_episode(every, terms, timeline, episode, period_end) for episode in episodes]
        return _numbered(metric.rule, times, by_episode)
    return tuple(_first_achieved(verdicts) for verdicts in zip(*by_episode, strict=True))


def _first_achieved(placed: tuple[Placed, ...]) -> Placed:
    """A step is reached once: in the first episode that reaches it; else the latest that may still reach it tells."""
    reached = (one for one in placed if one.verdict.state == "achieved")
    undecided = (one for one in reversed(placed) if one.verdict.state == "pending")
    return next(reached, None) or next(undecided, placed[-1])


def _numbered(
    rule: MilestoneRule, times: Sequence[tuple[Placed, ...]], by_episode: Sequence[tuple[Placed, ...]]
) -> tuple[Placed, ...]:
    """The times a milestone counts, over all episodes: in order of date, each once, with the gap between them."""
    by_date: dict[date, Placed] = {}
    for one in itertools.chain.from_iterable(times):
        if one.verdict.state == "achieved" and one.verdict.on is not None:
            by_date.setdefault(one.verdict.on, one)
    counted = [by_date[on] for on in milestone.spaced(rule, sorted(by_date))]
    steps = zip(rule.step_ids, zip(*by_episode, strict=True), strict=True)
    return tuple(
        replace(counted[place], verdict=replace(counted[place].verdict, step=step))
        if place < len(counted)
        else _first_achieved(verdicts)
        for place, (step, verdicts) in enumerate(steps)
    )


def _judge_episode(
    metric: Metric, terms: Terms, timeline: Timeline, episode: Episode, period_end: date
) -> tuple[Placed, ...]:
    outside = _not_eligible(metric, episode)
    if outside is not None:
        verdicts = tuple([_excluded(step, outside, episode) for step in metric.rule.step_ids])
    else:
        verdicts = find(metric.rule, timeline, episode, period_end, bounds_of(metric, terms))
    started_on = episode.started_on
    return tuple([Placed(_with_ties(verdict, timeline), started_on) for verdict in verdicts])


def _judge_time(
    rule: TimeInStatusRule,
    metric: Metric,
    terms: Terms,
    timeline: Timeline,
    episodes: Sequence[Episode],
    period_end: date,
) -> tuple[Placed, ...]:
    """Time is added up over the enrolments that count, each period of it placed in the latest one begun by then."""
    outside = [(_not_eligible(metric, episode), episode) for episode in episodes]
    inside = [episode for why, episode in outside if why is None]
    periods = tuple(time_in_status.periods_of(timeline, period_end, terms.periods))
    if not inside:
        why, episode = outside[-1]
        return tuple(Placed(_excluded(one.label, why, episode), episode.started_on) for one in periods if why)
    verdicts = time_in_status.find(rule, timeline, inside, period_end, bounds_of(metric, terms))
    return tuple(
        Placed(
            _with_ties(verdict, timeline),
            max((one.started_on for one in inside if one.started_on < period.end), default=inside[0].started_on),
        )
        for verdict, period in zip(verdicts, periods, strict=True)
    )


def find(rule: Rule, timeline: Timeline, episode: Episode, period_end: date, bounds: Bounds) -> tuple[Verdict, ...]:
    """What the one interpreter of the rule's kind says of every step in one episode, within the metric's bounds."""
    if isinstance(rule, TimeInStatusRule):
        return time_in_status.find(rule, timeline, (episode,), period_end, bounds)
    if isinstance(rule, CompositeRule):
        found = composite.find(rule, lambda member: find(member, timeline, episode, period_end, bounds))
    else:
        found = _interpret(rule, timeline, episode, period_end, bounds)
    return tuple([within_bounds(verdict, episode, bounds, period_end) for verdict in found])


_Plain = MemberRule | SavingRule | CohortShareRule | CohortMeanRule | ComparisonRule


def _interpret(
    rule: _Plain, timeline: Timeline, episode: Episode, period_end: date, bounds: Bounds
) -> tuple[Verdict, ...]:
    match rule:
        case MilestoneRule():
            return milestone.find(rule, timeline, episode, period_end)
        case SustainedStatusRule():
            return sustained_status.find(rule, timeline, episode, period_end)
        case StatusAtRule():
            return status_at.find(rule, timeline, episode, period_end)
        case AbsenceRule():
            return absence.find(rule, timeline, episode, period_end)
        case ImprovementRule():
            return improvement.find(rule, timeline, episode, period_end)
        case EventReductionRule():
            return event_reduction.find(rule, timeline, episode, period_end)
        case ThresholdSumRule():
            return threshold_sum.find(rule, timeline, episode, period_end)
        case SavingRule():
            return saving_of_one.find(rule, timeline, episode, period_end, bounds.currency)
        case CohortShareRule() | CohortMeanRule() | ComparisonRule():
            raise ValueError("a group's rule is not judged participant by participant")
        case _:
            assert_never(rule)


_Outside = tuple[Why, str, bool]


def _excluded(step: str, outside: _Outside, episode: Episode) -> Verdict:
    why, told, lacking = outside
    return (pending if lacking else refused)(step, why, told, (episode.start.ref,))


def _not_eligible(metric: Metric, episode: Episode) -> _Outside | None:
    """Why the episode is outside the group the metric is for, and whether that is only not known yet."""
    for attribute, allowed in metric.eligible.items():
        value = episode.start.attributes.get(attribute)
        if value is None:
            return Why.AWAITS_ATTRIBUTE, f"the enrolment of {episode.started_on} declares no {attribute}", True
        if value not in allowed:
            return Why.NOT_ELIGIBLE, f"{attribute} is {value}; the metric is for {', '.join(allowed)}", False
    return None


def _with_ties(verdict: Verdict, timeline: Timeline) -> Verdict:
    """Terms 1: of two facts of one date, or two corrections of one fact, the later stands, and the finding says so."""
    if not timeline.overruled:
        return verdict
    ties = [
        f"{ref.id} of {ref.source} stands, {timeline.overruled[ref]}"
        for ref in verdict.facts
        if ref in timeline.overruled
    ]
    return replace(verdict, sentence="; ".join([verdict.sentence, *ties])) if ties else verdict
