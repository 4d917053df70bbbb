"""Facts and terms in, findings out: one for every participant, metric and step, each with its sentence."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from service.core.evaluate.bounds import bounds_of, within_bounds
from service.core.evaluate.cohort_share import membership
from service.core.evaluate.cohorts import Crowd, KeptMember, enrolled_by_cohort
from service.core.evaluate.conditions import Judged, under_conditions
from service.core.evaluate.erased import NOBODY_ERASED, KeptThen, in_place
from service.core.evaluate.finding import WHY_IN_WORDS, Finding, Placed, State, Why
from service.core.evaluate.govern import Candidate, candidate_of, govern
from service.core.evaluate.judge import judge
from service.core.evaluate.judge_group import judge_group
from service.core.evaluate.most_units import within_the_most
from service.core.evaluate.plan import Judgement, Plan, plan_of
from service.core.evaluate.sight import Sight
from service.core.events import RecordedFact
from service.core.events.kept import Aggregate, Retraction
from service.core.issued import NOTHING_ISSUED, Issued
from service.core.terms import TermsTimeline
from service.core.terms.group_rules import CohortMeanRule, CohortShareRule

__all__ = ["WHY_IN_WORDS", "Finding", "State", "Why", "enrolled_by_cohort", "evaluate", "memberships"]


@dataclass(slots=True)
class _Sorted:
    """The facts by whom they are about."""

    by_participant: dict[str, list[RecordedFact]] = field(default_factory=dict)
    everybody: list[RecordedFact] = field(default_factory=list)
    groups: list[RecordedFact] = field(default_factory=list)


def evaluate(
    terms: TermsTimeline,
    facts: Iterable[RecordedFact],
    period_end: date,
    issued: Issued = NOTHING_ISSUED,
    kept: KeptThen = NOBODY_ERASED,
) -> tuple[Finding, ...]:
    """Findings by participant, metric and step, then those of groups, from the effective facts whatever their dates.

    `period_end` (not included) only decides whether a lack is pending or refused (terms 3). `kept` are the findings
    of participants who were erased.
    """
    known = _sorted(facts)
    plan = plan_of(terms, known.everybody)
    findings: list[Finding] = []
    sights: list[Sight] = []
    for participant in sorted(known.by_participant):
        sight = Sight(participant, known.by_participant[participant], plan)
        findings += _findings_of(sight, plan, terms, period_end, issued)
        if plan.judges_groups and sight.everything.episodes:
            sights.append(sight)
    findings = in_place(findings, kept)
    if plan.judges_groups:
        findings += _findings_of_all_groups(sights, known.groups, plan, terms, period_end, kept)
    return tuple(findings)


def _findings_of_all_groups(
    sights: Sequence[Sight],
    groups: Sequence[RecordedFact],
    plan: Plan,
    terms: TermsTimeline,
    period_end: date,
    kept: KeptThen,
) -> Iterable[Finding]:
    """Where somebody was erased: as they were at an issued n, and later what was stated of cohorts as it was."""
    if kept.all_groups is not None:
        return kept.all_groups
    judged = _findings_of_groups(sights, groups, plan, terms, period_end, kept.members)
    settled = kept.settled_groups(_ids_of(plan, CohortShareRule), _ids_of(plan, CohortMeanRule))
    return [*(one for one in judged if (one.metric, one.step) not in settled), *settled.values()]


def _ids_of(plan: Plan, kind: type[CohortShareRule] | type[CohortMeanRule]) -> set[str]:
    return {one.metric.id for judgements in plan.metrics for one in judgements if isinstance(one.metric.rule, kind)}


def memberships(
    terms: TermsTimeline, facts: Iterable[RecordedFact], period_end: date, kept: KeptThen, participant: str
) -> tuple[KeptMember, ...]:
    """What a participant counts for in every cohort whose share a version judges."""
    known = _sorted(facts)
    plan = plan_of(terms, known.everybody)
    sights = [Sight(name, mine, plan) for name, mine in known.by_participant.items()]
    enrolled = [sight for sight in sights if sight.everything.episodes]
    found: list[KeptMember] = []
    for one in (one for judgements in plan.metrics for one in judgements):
        if isinstance(one.metric.rule, CohortShareRule):
            people = tuple(sight.through(one.metric.accepts_evidence) for sight in enrolled)
            crowd = Crowd(people, tuple(known.groups), kept.members)
            found += membership(one.metric.rule, one.metric, one.terms, crowd, period_end, participant)
    return tuple(found)


def _sorted(facts: Iterable[RecordedFact]) -> _Sorted:
    known = _Sorted()
    for entry in facts:
        fact = entry.fact
        if isinstance(fact, Retraction):
            continue
        if isinstance(fact, Aggregate):
            known.groups.append(entry)
        elif fact.participant is None:
            known.everybody.append(entry)
        else:
            known.by_participant.setdefault(fact.participant, []).append(entry)
    return known


def _findings_of(sight: Sight, plan: Plan, terms: TermsTimeline, period_end: date, issued: Issued) -> list[Finding]:
    """In the order of the metrics, although what a condition names is judged first."""
    participant = sight.everything.participant
    attributes = {episode.start.on: episode.start.attributes for episode in sight.everything.episodes}
    found: dict[str, list[Finding]] = {}
    so_far = Judged(found, issued)
    for place in plan.order:
        judgements = plan.metrics[place]
        by_step = _candidates(judgements, sight, so_far, period_end)
        governed = [govern(participant, candidates, terms, period_end, attributes) for candidates in by_step]
        found[judgements[0].metric.id] = within_the_most(governed, judgements) if place in plan.capped else governed
    return [finding for judgements in plan.metrics for finding in found[judgements[0].metric.id]]


def _candidates(
    judgements: Sequence[Judgement], sight: Sight, so_far: Judged, period_end: date
) -> Iterable[Sequence[Candidate]]:
    """What each version says, step by step; a rule over a group says nothing of one participant."""
    only = judgements[0]
    if len(judgements) == 1 and not (only.of_group or only.is_conditional):
        return [(candidate_of(only, placed),) for placed in _judge(only, (), sight, period_end)]
    by_step: dict[str, list[Candidate]] = {}
    judged: list[tuple[Placed, ...]] = []
    for one in judgements:
        judged.append(() if one.of_group else _judge(one, judged, sight, period_end))
        for placed in judged[-1]:
            if one.is_conditional:
                placed = _under_conditions(one, placed, sight, so_far, period_end)
            by_step.setdefault(placed.verdict.step, []).append(candidate_of(one, placed))
    return by_step.values()


def _judge(one: Judgement, judged: Sequence[tuple[Placed, ...]], sight: Sight, period_end: date) -> tuple[Placed, ...]:
    if one.same_as is not None:
        return judged[one.same_as]
    return judge(one.metric, one.terms, sight.through(one.metric.accepts_evidence), period_end)


def _under_conditions(one: Judgement, placed: Placed, sight: Sight, so_far: Judged, period_end: date) -> Placed:
    """A date moved by what is required stays within the episode's bounds."""
    verdict = under_conditions(placed.verdict, one.metric, one.terms, so_far)
    episode = next((each for each in sight.everything.episodes if each.started_on == placed.enrolled_on), None)
    if episode is not None and verdict.on != placed.verdict.on:
        verdict = within_bounds(verdict, episode, bounds_of(one.metric, one.terms), period_end)
    return replace(placed, verdict=verdict)


def _findings_of_groups(
    sights: Sequence[Sight],
    groups: Sequence[RecordedFact],
    plan: Plan,
    terms: TermsTimeline,
    period_end: date,
    erased: tuple[tuple[KeptMember, ...], ...],
) -> Iterator[Finding]:
    for judgements in plan.metrics:
        by_step: dict[str, list[Candidate]] = {}
        judged: list[tuple[Placed, ...]] = []
        for one in judgements:
            if one.same_as is not None:
                judged.append(judged[one.same_as])
            elif one.of_group:
                people = tuple(sight.through(one.metric.accepts_evidence) for sight in sights)
                judged.append(judge_group(one.metric, one.terms, Crowd(people, tuple(groups), erased), period_end))
            else:
                judged.append(())
            for placed in judged[-1]:
                by_step.setdefault(placed.verdict.step, []).append(candidate_of(one, placed))
        for candidates in by_step.values():
            yield govern("", candidates, terms, period_end, {})
