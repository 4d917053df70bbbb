"""`milestone`: something was reached or attested, once or several times, in a window where one is given (P1-P3)."""

from collections.abc import Sequence
from datetime import date, timedelta

from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Anchored, Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.events.kept import Milestone
from service.core.terms.individual_rules import MilestoneRule, Repeats


def find(rule: MilestoneRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every time the milestone can be paid in this episode."""
    anchored = anchor_of(rule.within.anchor if rule.within else "enrolled", timeline, episode)
    if anchored.on is None:
        return tuple(no_anchor(step, anchored) for step in rule.step_ids)
    start = max(anchored.on, episode.started_on)
    end = rule.within.after(anchored.on) if rule.within else None
    reached = [fact for fact in timeline.milestones.get(rule.milestone, ()) if fact.on >= start]
    inside = [fact for fact in reached if end is None or fact.on < end]
    counting = spaced(rule, [fact.on for fact in inside])
    inside = [fact for fact in inside if fact.on in counting]
    outside = [fact for fact in reached if fact not in inside]
    told = f"no {'further ' if inside else ''}{rule.milestone}"
    return tuple(
        _reached(step, rule, inside[place], episode, anchored, end)
        if place < len(inside)
        else _missing(step, told, outside, anchored, end, period_end)
        for place, step in enumerate(rule.step_ids)
    )


def spaced(rule: MilestoneRule, days: Sequence[date]) -> list[date]:
    """Of days in order those that count, each at least the least gap after the one before."""
    gap = timedelta(days=rule.repeats.least_gap_days if rule.repeats else 0)
    counted: list[date] = []
    for day in days:
        if not counted or day >= counted[-1] + gap:
            counted.append(day)
    return counted


def every_time(rule: MilestoneRule, timeline: Timeline) -> MilestoneRule:
    """The rule with every report of the milestone counted, however many there are and however close."""
    times = max(1, len(timeline.milestones.get(rule.milestone, ())))
    return rule.model_copy(update={"repeats": Repeats(at_most=times, least_gap_days=0)})


def _reached(
    step: str, rule: MilestoneRule, fact: Milestone, episode: Episode, anchored: Anchored, end: date | None
) -> Verdict:
    attested = f", attested by {fact.evidence.kind}" if fact.evidence else ""
    window = f"; window {anchored.on} to {end}" if end else ""
    facts = tuple(dict.fromkeys(ref for ref in (episode.start.ref, anchored.ref, fact.ref) if ref is not None))
    return achieved(step, fact.on, f"{rule.milestone} on {fact.on}{attested}{window}", facts)


def _missing(
    step: str, told: str, outside: list[Milestone], anchored: Anchored, end: date | None, period_end: date
) -> Verdict:
    facts = (*((anchored.ref,) if anchored.ref else ()), *(fact.ref for fact in outside[:1]))
    uncounted = f"; reported for {outside[0].on}, which does not count" if outside else ""
    if end is None:
        return pending(step, Why.AWAITS_MILESTONE, f"{told} known since {anchored.on}{uncounted}", facts)
    if end <= period_end:
        return refused(step, Why.NO_MILESTONE, f"{told} between {anchored.on} and {end}{uncounted}", facts)
    return pending(step, Why.AWAITS_MILESTONE, f"{told} known yet; the window ends on {end}{uncounted}", facts)
