"""Judges one metric for one participant: eligibility, the rule, accepted evidence, withdrawal, the last day."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from service.core.evaluate import absence, improvement, milestone, status_at, sustained_status
from service.core.evaluate.finding import Placed, Verdict, Why, pending, refused
from service.core.evaluate.timeline import Episode, Timeline
from service.core.events import FactRef
from service.core.terms import Metric, Terms
from service.core.terms.rules import (
    AbsenceRule,
    ImprovementRule,
    MilestoneRule,
    Rule,
    StatusAtRule,
    SustainedStatusRule,
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
    """The verdict on accepted evidence, unless other evidence would decide otherwise."""
    everything = with_all.verdict
    if accepted.verdict.state == everything.state or everything.state == "pending":
        return accepted
    kinds = ", ".join(metric.accepts_evidence or ())
    told = f"{everything.sentence}; reported with evidence that is not accepted, accepted: {kinds}"
    awaiting = pending(everything.step, Why.AWAITS_EVIDENCE, told, everything.facts, everything.on, everything.value)
    return Placed(awaiting, with_all.enrolled_on)


def _judge_known(metric: Metric, terms: Terms, timeline: Timeline, period_end: date) -> tuple[Placed, ...]:
    if not timeline.episodes:
        missing = "no enrolment known"
        return tuple(Placed(pending(step, Why.AWAITS_ENROLMENT, missing), None) for step in metric.rule.step_ids)
    if not metric.each or len(timeline.episodes) == 1:
        return _judge_episode(metric, terms, timeline, timeline.episodes[0], period_end)
    by_episode = [_judge_episode(metric, terms, timeline, episode, period_end) for episode in timeline.episodes]
    return tuple(_first_achieved(verdicts) for verdicts in zip(*by_episode, strict=True))


def _first_achieved(placed: tuple[Placed, ...]) -> Placed:
    """A step is reached once: in the first episode that reaches it; else the latest that may still reach it tells."""
    reached = (one for one in placed if one.verdict.state == "achieved")
    undecided = (one for one in reversed(placed) if one.verdict.state == "pending")
    return next(reached, None) or next(undecided, placed[-1])


def _judge_episode(
    metric: Metric, terms: Terms, timeline: Timeline, episode: Episode, period_end: date
) -> tuple[Placed, ...]:
    outside = _not_eligible(metric, episode)
    if outside is not None:
        why, told, lacking = outside
        make = pending if lacking else refused
        verdicts = [make(step, why, told, (episode.start.ref,)) for step in metric.rule.step_ids]
    else:
        verdicts = [
            _bounded(verdict, metric, terms, episode, period_end)
            for verdict in find(metric.rule, timeline, episode, period_end)
        ]
    if timeline.overruled:
        verdicts = [_with_ties(verdict, timeline) for verdict in verdicts]
    return tuple([Placed(verdict, episode.started_on) for verdict in verdicts])


def find(rule: Rule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """The one interpreter of each rule kind."""
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
        case _:
            assert_never(rule)


def _not_eligible(metric: Metric, episode: Episode) -> tuple[Why, str, bool] | None:
    """Why the episode is outside the group the metric is for, and whether that is only not known yet."""
    for attribute, allowed in metric.eligible.items():
        value = episode.start.attributes.get(attribute)
        if value is None:
            return Why.AWAITS_ATTRIBUTE, f"the enrolment of {episode.started_on} declares no {attribute}", True
        if value not in allowed:
            return Why.NOT_ELIGIBLE, f"{attribute} is {value}; the metric is for {', '.join(allowed)}", False
    return None


def _bounded(verdict: Verdict, metric: Metric, terms: Terms, episode: Episode, period_end: date) -> Verdict:
    """Nothing is achieved before enrolment, after withdrawal (unless the metric says so) or after the last day."""
    if verdict.state == "refused":
        return verdict
    if verdict.state == "achieved" and verdict.on is not None and verdict.on < episode.started_on:
        told = f"enrolled only on {episode.started_on}; {verdict.sentence}"
        return refused(verdict.step, Why.BEFORE_ENROLMENT, told, verdict.facts, verdict.on)
    withdrew = None if metric.after_withdrawal else episode.withdrew_on
    if withdrew is not None and (verdict.on > withdrew if verdict.on else withdrew < period_end):
        told = f"withdrew on {withdrew}, nothing is achieved after that; {verdict.sentence}"
        return refused(verdict.step, Why.WITHDREW, told, _with_close(verdict, episode), verdict.on)
    last = terms.outcomes_until
    if verdict.on > last if verdict.on else last < period_end:
        told = f"outcomes count until {last}; {verdict.sentence}"
        return refused(verdict.step, Why.AFTER_LAST_DAY, told, verdict.facts, verdict.on)
    return verdict


def _with_close(verdict: Verdict, episode: Episode) -> tuple[FactRef, ...]:
    close = (episode.close.ref,) if episode.close else ()
    return tuple(dict.fromkeys((*verdict.facts, *close)))


def _with_ties(verdict: Verdict, timeline: Timeline) -> Verdict:
    """Terms 1: of two facts of one date, or two corrections of one fact, the later stands, and the finding says so."""
    ties = [
        f"{ref.id} of {ref.source} stands, {timeline.overruled[ref]}"
        for ref in verdict.facts
        if ref in timeline.overruled
    ]
    return verdict._replace(sentence="; ".join([verdict.sentence, *ties])) if ties else verdict
