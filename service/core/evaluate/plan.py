"""What has to be judged for every participant, worked out once for a contract: metrics over versions, evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.core.evaluate.timeline import coverage_by_kind
from service.core.events import Coverage, Enrolment, RecordedFact
from service.core.terms import Metric, Terms, TermsTimeline

Accepts = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A metric in one version; `same_as` is the place of an earlier version that judges it alike."""

    terms: Terms
    metric: Metric
    same_as: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every metric id once, in order of first appearance, with its versions; and everybody's coverage."""

    metrics: tuple[tuple[Judgement, ...], ...]
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
        {accepts: _coverage(entries) for accepts, entries in usable.items()},
        {accepts: len(entries) == len(everybody) for accepts, entries in usable.items()},
    )


def _judgements(terms: TermsTimeline, metric_id: str) -> tuple[Judgement, ...]:
    judgements: list[Judgement] = []
    for version in terms.versions:
        metric = version.terms.metric(metric_id)
        if metric is not None:
            alike = (place for place, one in enumerate(judgements) if _alike(one, version.terms, metric))
            judgements.append(Judgement(version.terms, metric, next(alike, None)))
    return tuple(judgements)


def _alike(one: Judgement, terms: Terms, metric: Metric) -> bool:
    mine, other = (
        (metric.rule, metric.eligible, metric.accepts_evidence, metric.each, metric.after_withdrawal)
        for metric in (metric, one.metric)
    )
    return mine == other and one.terms.outcomes_until == terms.outcomes_until


def is_accepted(entry: RecordedFact, accepts: Accepts) -> bool:
    """Enrolment is a matter of the contract's parties; every other fact needs an accepted kind of evidence."""
    fact = entry.fact
    if accepts is None or isinstance(fact, Enrolment):
        return True
    return fact.evidence is not None and fact.evidence.kind in accepts


def _coverage(entries: Iterable[RecordedFact]) -> dict[str, list[Coverage]]:
    return coverage_by_kind(entry.fact for entry in entries if isinstance(entry.fact, Coverage))
