"""`absence`: nothing of certain kinds happened in a window, and every kind's source was checked to its end (P12)."""

from datetime import date

from service.core.evaluate.checked_sources import Span, checked, occurrences_in
from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.events import FactRef
from service.core.terms.rules import AbsenceRule


def find(rule: AbsenceRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every window of the rule in this episode."""
    anchored = anchor_of(rule.anchor, timeline, episode)
    if anchored.on is None:
        return tuple(no_anchor(step, anchored) for step in rule.step_ids)
    base = tuple(dict.fromkeys(ref for ref in (episode.start.ref, anchored.ref) if ref is not None))
    spans = [
        Span(rule.windows.after(anchored.on, turn), rule.windows.after(anchored.on, turn + 1))
        for turn in range(rule.windows.count)
    ]
    return tuple(
        _judge(step, span, rule, timeline, base, period_end) for step, span in zip(rule.step_ids, spans, strict=True)
    )


def _judge(
    step: str, span: Span, rule: AbsenceRule, timeline: Timeline, base: tuple[FactRef, ...], period_end: date
) -> Verdict:
    happened = occurrences_in(rule.kinds, timeline, span)
    if happened:
        first = happened[0]
        told = f"{first.name} on {first.on}, in the window {span}"
        return refused(step, Why.OCCURRED, told, (*base, first.ref), span.end)
    sources = checked(rule.kinds, timeline, span)
    if not sources.is_whole:
        why = Why.AWAITS_WINDOW if span.end > period_end else Why.AWAITS_COVERAGE
        return pending(step, why, sources.lacking, (*base, *sources.facts), span.end)
    told = f"no {' or '.join(rule.kinds)} from {span}; {sources.sources}"
    return achieved(step, span.end, told, (*base, *sources.facts))
