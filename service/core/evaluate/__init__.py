"""Facts and terms in, findings out: one for every participant, metric and step, each with its sentence."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from service.core.evaluate.finding import WHY_IN_WORDS, Finding, Placed, State, Why
from service.core.evaluate.govern import Candidate, candidate_of, govern
from service.core.evaluate.judge import Person, judge
from service.core.evaluate.plan import Accepts, Plan, is_accepted, plan_of
from service.core.evaluate.timeline import timeline_of
from service.core.events import RecordedFact, Retraction
from service.core.terms import TermsTimeline

__all__ = ["WHY_IN_WORDS", "Finding", "State", "Why", "evaluate"]


def evaluate(terms: TermsTimeline, facts: Iterable[RecordedFact], period_end: date) -> tuple[Finding, ...]:
    """Findings by participant, metric and step, from the effective facts whatever their dates.

    `period_end` (not included) only decides whether a lack is pending or refused (terms 3).
    """
    by_participant: dict[str, list[RecordedFact]] = {}
    everybody: list[RecordedFact] = []
    for entry in facts:
        fact = entry.fact
        if isinstance(fact, Retraction):
            continue
        if fact.participant is None:
            everybody.append(entry)
        else:
            by_participant.setdefault(fact.participant, []).append(entry)
    plan = plan_of(terms, everybody)
    return tuple(
        finding
        for participant in sorted(by_participant)
        for finding in _findings_of(participant, by_participant[participant], plan, terms, period_end)
    )


def _findings_of(
    participant: str, facts: Sequence[RecordedFact], plan: Plan, terms: TermsTimeline, period_end: date
) -> Iterator[Finding]:
    everything = timeline_of(participant, facts, plan.everybody[None])
    persons: dict[Accepts, Person] = {None: Person(everything, everything)}
    for judgements in plan.metrics:
        by_step: dict[str, list[Candidate]] = {}
        judged: list[tuple[Placed, ...]] = []
        for one in judgements:
            if one.same_as is not None:
                judged.append(judged[one.same_as])
            else:
                person = _person(one.metric.accepts_evidence, persons, facts, plan)
                judged.append(judge(one.metric, one.terms, person, period_end))
            for placed in judged[-1]:
                by_step.setdefault(placed.verdict.step, []).append(candidate_of(one, placed))
        for candidates in by_step.values():
            yield govern(participant, candidates, terms, period_end)


def _person(accepts: Accepts, persons: dict[Accepts, Person], facts: Sequence[RecordedFact], plan: Plan) -> Person:
    """The participant as seen through one rule of evidence; the same timeline where nothing is left out."""
    if accepts not in persons:
        everything = persons[None].everything
        usable = [entry for entry in facts if is_accepted(entry, accepts)]
        if len(usable) == len(facts) and plan.shares_all[accepts]:
            persons[accepts] = persons[None]
        else:
            persons[accepts] = Person(everything, timeline_of(everything.participant, usable, plan.everybody[accepts]))
    return persons[accepts]
