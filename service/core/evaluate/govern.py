"""Places verdicts under terms versions: which one governs a step, and that it is paid once over all of them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from service.core.evaluate.finding import NO_ATTRIBUTES, Finding, Placed, Verdict, Why
from service.core.evaluate.plan import Judgement
from service.core.terms import TermsTimeline


class Candidate(Struct, frozen=True, gc=False):
    """What one version says of a step, and whether that version governs it; `basis` is the date that decides it."""

    judgement: Judgement
    placed: Placed
    basis: date | None
    governs: bool
    skipped: bool = False  # the verdict belongs to another version's time

    @property
    def verdict(self) -> Verdict:
        """What the version says."""
        return self.placed.verdict

    def told(self, verdict: Verdict) -> "Candidate":
        """The candidate with another verdict."""
        return replace(self, placed=replace(self.placed, verdict=verdict))


def govern(
    participant: str,
    candidates: Sequence[Candidate],
    timeline: TermsTimeline,
    period_end: date,
    attributes: Mapping[date, Mapping[str, str]],
) -> Finding:
    """The finding of one participant, metric and step from what each version says of it, oldest version first.

    `attributes` by the start of the episode they were declared for; a group has none, and "" for its participant.
    """
    chosen = (
        candidates[0] if len(candidates) == 1 and candidates[0].governs else _chosen(candidates, timeline, period_end)
    )
    judgement, placed, verdict = chosen.judgement, chosen.placed, chosen.placed.verdict
    enrolled_on = placed.enrolled_on
    return Finding(
        judgement.metric.id,
        verdict.step,
        participant,
        judgement.terms.version,
        judgement.place_of(verdict.step),
        verdict.state,
        verdict.why,
        verdict.sentence,
        verdict.facts,
        verdict.on,
        verdict.quantity,
        verdict.value,
        placed.people,
        attributes.get(enrolled_on, NO_ATTRIBUTES) if enrolled_on else NO_ATTRIBUTES,
        enrolled_on,
    )


def _chosen(candidates: Sequence[Candidate], timeline: TermsTimeline, period_end: date) -> Candidate:
    governing = {one.verdict.state: one for one in reversed(candidates) if one.governs}
    return (
        governing.get("achieved")
        or governing.get("pending")
        or _in_force(candidates, timeline, period_end)
        or _dropped(candidates[-1])
    )


def candidate_of(judgement: Judgement, placed: Placed) -> Candidate:
    """Whether the version governs what it says of a step."""
    verdict, by_enrolment = placed.verdict, judgement.by_enrolment
    basis = placed.enrolled_on if by_enrolment else verdict.on
    if basis is None or (verdict.state == "refused" and not by_enrolment):
        return Candidate(judgement, placed, basis, governs=False)
    if judgement.end is not None and basis >= judgement.end:
        return Candidate(judgement, placed, basis, governs=False, skipped=True)
    if by_enrolment and basis < judgement.start and not judgement.is_first:
        return Candidate(judgement, placed, basis, governs=False, skipped=True)
    # the first version governs who enrolled before it, as no other can: there its own start bounds what is paid
    bound = verdict.on if by_enrolment and basis < judgement.start else basis
    if verdict.state == "refused" or bound is None:
        return Candidate(judgement, placed, basis, governs=False)
    if bound >= judgement.start:
        return Candidate(judgement, placed, basis, governs=True)
    if verdict.state == "pending":
        return Candidate(judgement, placed, basis, governs=False)
    return _complete_before(Candidate(judgement, placed, basis, governs=False))


def _complete_before(candidate: Candidate) -> Candidate:
    """What a new rule finds complete before its version began is not paid, unless the metric says it counts."""
    judgement, verdict = candidate.judgement, candidate.verdict
    version, start = judgement.terms.version, judgement.start
    if judgement.metric.counts_earlier == "on_effective_from":
        told = f"{verdict.sentence}; counts on {start}, when terms version {version} began"
        return replace(candidate.told(replace(verdict, on=start, sentence=told)), governs=True)
    told = f"complete on {verdict.on}, before terms version {version} began on {start}; {verdict.sentence}"
    return candidate.told(replace(verdict, state="refused", why=Why.BEFORE_VERSION, sentence=told))


def _in_force(candidates: Sequence[Candidate], timeline: TermsTimeline, period_end: date) -> Candidate | None:
    """What the version in force at the period's end says, else a later one, else an earlier one."""
    usable = [one for one in candidates if not one.skipped]
    if len(usable) < 2:
        return usable[0] if usable else None
    current = timeline.in_force(period_end - timedelta(days=1)).effective_from
    return min(usable, key=lambda one: (one.judgement.start != current, one.judgement.start < current))


def _dropped(last: Candidate) -> Candidate:
    told = f"the terms version in force on {last.basis} does not hold this step; {last.verdict.sentence}"
    return last.told(replace(last.verdict, state="refused", why=Why.NOT_IN_VERSION, sentence=told))
