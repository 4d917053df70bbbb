"""The cohorts of a contract: which participants are counted together, how many there are, and when they are judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

from service.core.evaluate.finding import Placed, Verdict, Why, pending, refused
from service.core.evaluate.judge import Person
from service.core.evaluate.timeline import Timeline
from service.core.events import FactRef, RecordedFact
from service.core.events.kept import Enrolment
from service.core.period import add_months
from service.core.terms import Metric, Terms, TermsTimeline
from service.core.terms.contract import Cohort
from service.core.terms.group_rules import CohortMeanRule, CohortShareRule, Evaluated

EVERYBODY = "everybody"


def is_member(cohort: Cohort, started_on: date | None, attributes: Mapping[str, str]) -> bool:
    """Whether who enrolled so is of the cohort: with its attributes, and not after its last day of enrolment."""
    is_late = cohort.closes_on is not None and started_on is not None and started_on > cohort.closes_on
    return not is_late and all(attributes.get(name) in values for name, values in cohort.where.items())


def enrolled_by_cohort(terms: TermsTimeline, facts: Iterable[RecordedFact]) -> dict[tuple[int, str], int]:
    """By version and cohort: how many participants are enrolled in it as that version declares it, and in all
    ("everybody").

    The attributes of a participant's first enrolment decide; of two of one date the later recorded stands.
    """
    starts: dict[str, Enrolment] = {}
    for entry in facts:
        fact = entry.fact
        if isinstance(fact, Enrolment) and fact.name == "started":
            known = starts.get(fact.participant)
            if known is None or fact.on <= known.on:
                starts[fact.participant] = fact
    counts: dict[tuple[int, str], int] = {}
    for version in terms.versions:
        counts[version.terms.version, EVERYBODY] = len(starts)
        for cohort in version.terms.cohorts:
            counts[version.terms.version, cohort.id] = sum(
                is_member(cohort, start.on, start.attributes) for start in starts.values()
            )
    return counts


class KeptMember(NamedTuple):
    """What an erased participant counts for in a cohort whose share a version's metric judges, as it was last known."""

    version: int
    metric: str
    step: str
    started_on: date
    outcome: Literal["achieved", "not"]  # what was not proved by then can be proved no more
    is_measured: bool
    is_completed: bool
    fact: FactRef


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a rule over a group looks at: all participants with an enrolment, the figures reported for groups, and for
    each erased participant who was enrolled what it counts for."""

    people: tuple[Person, ...]
    aggregates: tuple[RecordedFact, ...]
    erased: tuple[tuple[KeptMember, ...], ...] = ()

    @property
    def size(self) -> int:
        """How many are or were enrolled."""
        return len(self.people) + len(self.erased)

    def kept(self, metric: Metric, terms: Terms, step: str) -> list[KeptMember]:
        """The erased who count in a cohort: as the version judged them, or the latest that did where it came since."""
        found = []
        for members in self.erased:
            mine = [one for one in members if (one.metric, one.step) == (metric.id, step)]
            same = [one for one in mine if one.version == terms.version]
            found += same or mine[-1:]
        return found


class Gathering(NamedTuple):
    """A cohort on the day it is judged: who was enrolled by then and is eligible, as known on that day.

    `on` is None as long as nobody's enrolment decides it; `is_due` says whether the cohort can be judged.
    """

    step: str
    words: str
    on: date | None
    is_due: bool
    people: tuple[Person, ...]
    erased: tuple[KeptMember, ...] = ()


def gatherings(
    rule: CohortShareRule | CohortMeanRule, metric: Metric, terms: Terms, crowd: Crowd, period_end: date
) -> tuple[Gathering, ...]:
    """Every cohort of the rule, in the rule's order."""
    eligible = [person for person in crowd.people if _is_eligible(metric, person)]
    return tuple(
        _gather(step, rule, terms, eligible, crowd.kept(metric, terms, step), period_end) for step in rule.step_ids
    )


def _is_eligible(metric: Metric, person: Person) -> bool:
    attributes = person.everything.episodes[0].start.attributes
    return all(attributes.get(name) in allowed for name, allowed in metric.eligible.items())


def _gather(
    step: str,
    rule: CohortShareRule | CohortMeanRule,
    terms: Terms,
    eligible: Sequence[Person],
    erased: Sequence[KeptMember],
    period_end: date,
) -> Gathering:
    cohort = _cohort(step, terms) if rule.cohorts else None
    starts = [(one, one.everything.episodes[0].start) for one in eligible]
    of_cohort = [one for one, start in starts if cohort is None or is_member(cohort, start.on, start.attributes)]
    words = f"cohort {step}" if cohort else "everybody enrolled"
    on = _judged_on(rule.evaluated, of_cohort, erased)
    if on is None:
        return Gathering(step, words, None, False, ())
    is_open = cohort is not None and cohort.closes_on is not None and cohort.closes_on >= period_end
    moves = is_open and rule.evaluated.months is not None
    people = tuple(_as_known_on(on, one) for one in of_cohort if one.everything.episodes[0].started_on <= on)
    counted = tuple(one for one in erased if one.started_on <= on)
    return Gathering(step, words, on, on < period_end and not moves, people, counted)


def _cohort(cohort_id: str, terms: Terms) -> Cohort:
    for cohort in terms.cohorts:
        if cohort.id == cohort_id:
            return cohort
    raise ValueError("a rule over cohorts names cohorts that its terms declare")


def _judged_on(evaluated: Evaluated, people: Sequence[Person], erased: Sequence[KeptMember]) -> date | None:
    if evaluated.on is not None:
        return evaluated.on
    starts = [person.everything.episodes[0].started_on for person in people]
    last = max((*starts, *(one.started_on for one in erased)), default=None)
    return None if last is None else add_months(last, evaluated.months or 0)


def _as_known_on(day: date, person: Person) -> Person:
    """The participant without measurements dated after the day: a later one would replace what was counted."""
    everything = _measured_by(day, person.everything)
    is_same = person.accepted is person.everything
    return Person(everything, everything if is_same else _measured_by(day, person.accepted))


def _measured_by(day: date, timeline: Timeline) -> Timeline:
    if all(fact.on <= day for facts in timeline.measurements.values() for fact in facts[-1:]):
        return timeline
    by_then = {name: [fact for fact in facts if fact.on <= day] for name, facts in timeline.measurements.items()}
    return replace(timeline, measurements=by_then)


def is_completed(person: Person, on: date) -> bool:
    """Whether the participant had completed the first enrolment by that day."""
    close = person.everything.episodes[0].close
    return close is not None and close.name == "completed" and close.on <= on


def not_due(gathering: Gathering, so_far: str, counted: int) -> Placed:
    """The verdict on a cohort that cannot be judged yet."""
    if gathering.on is None:
        told = f"{gathering.words}: nobody is enrolled, and the last enrolment decides when it is judged"
        return Placed(pending(gathering.step, Why.AWAITS_ENROLMENT, told), None, 0)
    told = f"{gathering.words} is judged on {gathering.on}; so far {so_far}"
    return Placed(pending(gathering.step, Why.AWAITS_EVALUATION, told, on=gathering.on), None, counted)


def too_small(gathering: Gathering, counted: int, least: int, of: str) -> Verdict:
    """The verdict on a cohort with fewer people than the rule asks for."""
    told = f"{gathering.words} on {gathering.on}: {counted} {of}, at least {least} needed to judge them as a group"
    return refused(gathering.step, Why.GROUP_TOO_SMALL, told, on=gathering.on)
