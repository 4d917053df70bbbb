"""What has to be judged of a contract, worked out once: metrics over versions, their order, evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.core.evaluate.conditions import judging_order
from service.core.evaluate.timeline import coverage_by_kind
from service.core.events import RecordedFact
from service.core.events.kept import Coverage, Enrolment
from service.core.terms import Metric, Terms, TermsTimeline
from service.core.terms.rules import TimeInStatusRule, is_of_group

Accepts = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A metric in one version, with what decides whether that version governs.

    The version begins on `start` and ends before `end` (None: open). `same_as` is the place of an earlier version that
    judges the metric alike.
    """

    terms: Terms
    metric: Metric
    same_as: int | None
    start: date
    end: date | None
    is_first: bool
    by_enrolment: bool
    of_group: bool
    is_conditional: bool
    order_of: Mapping[str, tuple[int, int]]  # by step: the places of the metric and of the step in the version

    def place_of(self, step: str) -> tuple[int, int]:
        """The places of the metric and of a step; a step found by period has its metric's first place."""
        place = self.order_of.get(step)
        return next(iter(self.order_of.values())) if place is None else place


@dataclass(frozen=True, slots=True)
class Plan:
    """Every metric id once, in order of first appearance, with its versions; and everybody's coverage."""

    metrics: tuple[tuple[Judgement, ...], ...]
    order: tuple[int, ...]  # the places of the metrics, each behind those that its conditions name
    capped: frozenset[int]  # the places of the metrics that count so many units of time at most
    judges_groups: bool
    everybody: dict[Accepts, dict[str, list[Coverage]]]
    shares_all: dict[Accepts, bool]  # whether that evidence rule leaves everybody's coverage whole


def plan_of(terms: TermsTimeline, everybody: Sequence[RecordedFact]) -> Plan:
    """The plan for a contract's versions and the facts that are about everybody."""
    ids = dict.fromkeys(metric.id for version in terms.versions for metric in version.terms.metrics)
    metrics = tuple(_judgements(terms, metric_id) for metric_id in ids)
    kinds: set[Accepts] = {None, *(one.metric.accepts_evidence for judgements in metrics for one in judgements)}
    usable = {accepts: [entry for entry in everybody if is_accepted(entry, accepts)] for accepts in kinds}
    return Plan(
        metrics,
        judging_order([[one.metric for one in judgements] for judgements in metrics]),
        frozenset(place for place, judgements in enumerate(metrics) if any(map(_is_capped, judgements))),
        any(one.of_group for judgements in metrics for one in judgements),
        {accepts: _coverage(entries) for accepts, entries in usable.items()},
        {accepts: len(entries) == len(everybody) for accepts, entries in usable.items()},
    )


def _is_capped(one: Judgement) -> bool:
    return isinstance(one.metric.rule, TimeInStatusRule) and one.metric.rule.at_most is not None


def _judgements(terms: TermsTimeline, metric_id: str) -> tuple[Judgement, ...]:
    judgements: list[Judgement] = []
    for version in terms.versions:
        for place, metric in enumerate(version.terms.metrics):
            if metric.id == metric_id:
                alike = (earlier for earlier, one in enumerate(judgements) if _alike(one, version.terms, metric))
                judgements.append(_judgement(terms, version.terms, place, next(alike, None)))
    return tuple(judgements)


def _judgement(timeline: TermsTimeline, terms: Terms, place: int, same_as: int | None) -> Judgement:
    metric = terms.metrics[place]
    start, end = timeline.range_of(terms)
    of_group = is_of_group(metric.rule)
    return Judgement(
        terms,
        metric,
        same_as,
        start,
        end,
        terms.version == timeline.versions[0].terms.version,
        terms.basis_of(metric) == "enrolled_on" and not of_group,
        of_group,
        bool(metric.requires or metric.excludes) and not of_group,
        {step: (place, turn) for turn, step in enumerate(metric.rule.step_ids)},
    )


def _alike(one: Judgement, terms: Terms, metric: Metric) -> bool:
    mine, other = (
        (metric.rule, metric.eligible, metric.accepts_evidence, metric.each, metric.after_withdrawal)
        for metric in (metric, one.metric)
    )
    if mine != other or one.terms.outcomes_until != terms.outcomes_until:
        return False
    return not one.of_group or one.terms.cohorts == terms.cohorts


def is_accepted(entry: RecordedFact, accepts: Accepts) -> bool:
    """Enrolment is a matter of the contract's parties; every other fact needs an accepted kind of evidence."""
    fact = entry.fact
    if accepts is None or isinstance(fact, Enrolment):
        return True
    return fact.evidence is not None and fact.evidence.kind in accepts


def _coverage(entries: Iterable[RecordedFact]) -> dict[str, list[Coverage]]:
    return coverage_by_kind(entry.fact for entry in entries if isinstance(entry.fact, Coverage))
