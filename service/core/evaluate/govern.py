"""Places verdicts under terms versions: which one governs a step, and that it is paid once over all of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from service.core.evaluate.finding import Finding, Placed, Verdict, Why
from service.core.evaluate.plan import Judgement
from service.core.terms import TermsTimeline


class Candidate(NamedTuple):
    """What one version says of a step, and whether that version governs it; `basis` is the date that decides it."""

    judgement: Judgement
    verdict: Verdict
    basis: date | None
    governs: bool
    skipped: bool = False  # the verdict belongs to another version's time


def govern(participant: str, candidates: Sequence[Candidate], timeline: TermsTimeline, period_end: date) -> Finding:
    """The finding of one participant, metric and step from what each version says of it, oldest version first."""
    governing = {one.verdict.state: one for one in reversed(candidates) if one.governs}
    chosen = (
        governing.get("achieved")
        or governing.get("pending")
        or _in_force(candidates, timeline, period_end)
        or _dropped(candidates[-1])
    )
    judgement, verdict = chosen.judgement, chosen.verdict
    return Finding(
        judgement.metric.id,
        verdict.step,
        participant,
        judgement.terms.version,
        judgement.order_of[verdict.step],
        verdict.state,
        verdict.why,
        verdict.sentence,
        verdict.facts,
        verdict.on,
        verdict.quantity,
        verdict.value,
    )


def candidate_of(judgement: Judgement, placed: Placed) -> Candidate:
    """Whether the version governs what it says of a step."""
    verdict, by_enrolment = placed.verdict, judgement.by_enrolment
    basis = placed.enrolled_on if by_enrolment else verdict.on
    if basis is None or (verdict.state == "refused" and not by_enrolment):
        return Candidate(judgement, verdict, basis, governs=False)
    if judgement.end is not None and basis >= judgement.end:
        return Candidate(judgement, verdict, basis, governs=False, skipped=True)
    if by_enrolment and basis < judgement.start and not judgement.is_first:
        return Candidate(judgement, verdict, basis, governs=False, skipped=True)
    # the first version governs who enrolled before it, as no other can: there its own start bounds what is paid
    bound = verdict.on if by_enrolment and basis < judgement.start else basis
    if verdict.state == "refused" or bound is None:
        return Candidate(judgement, verdict, basis, governs=False)
    if bound >= judgement.start:
        return Candidate(judgement, verdict, basis, governs=True)
    if verdict.state == "pending":
        return Candidate(judgement, verdict, basis, governs=False)
    return _complete_before(judgement, verdict, basis)


def _complete_before(judgement: Judgement, verdict: Verdict, basis: date) -> Candidate:
    """What a new rule finds complete before its version began is not paid, unless the metric says it counts."""
    version, start = judgement.terms.version, judgement.start
    if judgement.metric.counts_earlier == "on_effective_from":
        told = f"{verdict.sentence}; counts on {start}, when terms version {version} began"
        return Candidate(judgement, verdict._replace(on=start, sentence=told), basis, governs=True)
    told = f"complete on {verdict.on}, before terms version {version} began on {start}; {verdict.sentence}"
    earlier = verdict._replace(state="refused", why=Why.BEFORE_VERSION, sentence=told)
    return Candidate(judgement, earlier, basis, governs=False)


def _in_force(candidates: Sequence[Candidate], timeline: TermsTimeline, period_end: date) -> Candidate | None:
    """What the version in force at the period's end says, else a later one, else an earlier one."""
    usable = [one for one in candidates if not one.skipped]
    if len(usable) < 2:
        return usable[0] if usable else None
    current = timeline.in_force(period_end - timedelta(days=1)).effective_from
    return min(usable, key=lambda one: (one.judgement.start != current, one.judgement.start < current))


def _dropped(last: Candidate) -> Candidate:
    told = f"the terms version in force on {last.basis} does not hold this step; {last.verdict.sentence}"
    verdict = last.verdict._replace(state="refused", why=Why.NOT_IN_VERSION, sentence=told)
    return last._replace(verdict=verdict)
