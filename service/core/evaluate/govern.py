"""Places verdicts under terms versions: which one governs a step, and that it is paid once over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from service.core.evaluate.finding import Finding, Verdict, Why
from service.core.terms import Metric, Terms, TermsTimeline


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one version says of a step, and whether that version governs it."""

    terms: Terms
    metric: Metric
    verdict: Verdict
    governs: bool
    skipped: bool = False  # the verdict belongs to another version's time


def govern(
    participant: str,
    verdicts: Sequence[tuple[Terms, Metric, Verdict]],
    timeline: TermsTimeline,
    period_end: date,
) -> Finding:
    """The finding of one participant, metric and step from what each version says of it, oldest version first."""
    candidates = [_candidate(terms, metric, verdict, timeline) for terms, metric, verdict in verdicts]
    chosen = (
        _first(candidates, "achieved")
        or _first(candidates, "pending")
        or _in_force(candidates, timeline, period_end)
        or _dropped(candidates[-1])
    )
    metric_place = [metric.id for metric in chosen.terms.metrics].index(chosen.metric.id)
    step_place = chosen.metric.rule.step_ids.index(chosen.verdict.step)
    verdict = chosen.verdict
    return Finding(
        chosen.metric.id,
        verdict.step,
        participant,
        chosen.terms.version,
        (metric_place, step_place),
        verdict.state,
        verdict.why,
        verdict.sentence,
        verdict.facts,
        verdict.on,
        verdict.quantity,
        verdict.value,
    )


def _candidate(terms: Terms, metric: Metric, verdict: Verdict, timeline: TermsTimeline) -> Candidate:
    start, end = timeline.range_of(terms)
    by_enrolment = terms.basis_of(metric) == "enrolled_on"
    basis = _basis_of(terms, metric, verdict)
    if basis is None or (verdict.state == "refused" and not by_enrolment):
        return Candidate(terms, metric, verdict, governs=False)
    if end is not None and basis >= end:
        return Candidate(terms, metric, verdict, governs=False, skipped=True)
    if by_enrolment and basis < start:
        if terms.version != timeline.versions[0].terms.version:
            return Candidate(terms, metric, verdict, governs=False, skipped=True)
        # the first version governs who enrolled before it, as no other can: there its own start bounds what is paid
        basis = verdict.on
    if verdict.state == "refused" or basis is None:
        return Candidate(terms, metric, verdict, governs=False)
    if basis >= start:
        return Candidate(terms, metric, verdict, governs=True)
    if verdict.state == "pending":
        return Candidate(terms, metric, verdict, governs=False)
    return _complete_before(terms, metric, verdict, start)


def _basis_of(terms: Terms, metric: Metric, verdict: Verdict) -> date | None:
    """The date that decides which version governs the verdict, where it is known."""
    return verdict.enrolled_on if terms.basis_of(metric) == "enrolled_on" else verdict.on


def _complete_before(terms: Terms, metric: Metric, verdict: Verdict, start: date) -> Candidate:
    """What a new rule finds complete before its version began is not paid, unless the metric says it counts."""
    if metric.counts_earlier == "on_effective_from":
        told = f"{verdict.sentence}; counts on {start}, when terms version {terms.version} began"
        return Candidate(terms, metric, replace(verdict, on=start, sentence=told), governs=True)
    told = f"complete on {verdict.on}, before terms version {terms.version} began on {start}; {verdict.sentence}"
    earlier = replace(verdict, state="refused", why=Why.BEFORE_VERSION, sentence=told)
    return Candidate(terms, metric, earlier, governs=False)


def _first(candidates: Sequence[Candidate], state: str) -> Candidate | None:
    return next((one for one in candidates if one.governs and one.verdict.state == state), None)


def _in_force(candidates: Sequence[Candidate], timeline: TermsTimeline, period_end: date) -> Candidate | None:
    """What the version in force at the period's end says, else a later one, else an earlier one."""
    current = timeline.in_force(period_end - timedelta(days=1)).effective_from
    usable = [one for one in candidates if not one.skipped]
    return min(
        usable,
        key=lambda one: (one.terms.effective_from != current, one.terms.effective_from < current),
        default=None,
    )


def _dropped(last: Candidate) -> Candidate:
    basis = _basis_of(last.terms, last.metric, last.verdict)
    told = f"the terms version in force on {basis} does not hold this step; {last.verdict.sentence}"
    verdict = replace(last.verdict, state="refused", why=Why.NOT_IN_VERSION, sentence=told)
    return replace(last, verdict=verdict)
