"""`event_reduction`: a window holds at most a share of what happened in the participant's baseline window (P13)."""

from datetime import date
from typing import NamedTuple

from service.core.evaluate.checked_sources import Checked, Span, checked, occurrences_in
from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.events import FactRef
from service.core.events.kept import Occurrence
from service.core.terms.rules import EventReductionRule
from service.core.units import exact, to_four_decimals


class _Known(NamedTuple):
    """What every window is compared with."""

    rule: EventReductionRule
    timeline: Timeline
    before: list[Occurrence]
    sources: Checked
    base: tuple[FactRef, ...]
    period_end: date


def find(rule: EventReductionRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every window of the rule in this episode; occurrences are counted, of all the kinds together."""
    anchored, base = anchor_of(rule.anchor, timeline, episode), anchor_of(rule.baseline.anchor, timeline, episode)
    if anchored.on is None or base.on is None:
        missing = anchored if anchored.on is None else base
        return tuple(no_anchor(step, missing) for step in rule.step_ids)
    baseline = Span(rule.baseline.after(base.on, -1), base.on)
    refs = tuple(dict.fromkeys(ref for ref in (episode.start.ref, base.ref, anchored.ref) if ref is not None))
    known = _Known(
        rule,
        timeline,
        occurrences_in(rule.kinds, timeline, baseline),
        checked(rule.kinds, timeline, baseline),
        refs,
        period_end,
    )
    spans = [
        Span(rule.windows.after(anchored.on, turn), rule.windows.after(anchored.on, turn + 1))
        for turn in range(rule.windows.count)
    ]
    return tuple(_judge(step, span, known) for step, span in zip(rule.step_ids, spans, strict=True))


def _judge(step: str, span: Span, known: _Known) -> Verdict:
    """An unchecked baseline decides nothing, as what is still found in it raises what is allowed."""
    rule, before = known.rule, known.before
    after = occurrences_in(rule.kinds, known.timeline, span)
    sources = checked(rule.kinds, known.timeline, span)
    facts = (*known.base, *(fact.ref for fact in (*before, *after)), *known.sources.facts, *sources.facts)
    facts = tuple(dict.fromkeys(facts))
    if not known.sources.is_whole:
        why = Why.AWAITS_WINDOW if known.sources.span.end > known.period_end else Why.AWAITS_COVERAGE
        return pending(step, why, f"baseline {known.sources.lacking}", facts, span.end)
    allowed = exact(rule.at_most_share) * len(before)
    told = (
        f"{' or '.join(rule.kinds)}: {len(before)} in the baseline {known.sources.span}, {len(after)} in {span}; "
        f"at most {to_four_decimals(allowed)} wanted"
    )
    if not before:
        return refused(step, Why.NOTHING_TO_REDUCE, f"{told}, but nothing was there to reduce", facts, span.end)
    if len(after) > allowed:
        return refused(step, Why.BELOW_THRESHOLD, told, facts, span.end)
    if not sources.is_whole:
        why = Why.AWAITS_WINDOW if span.end > known.period_end else Why.AWAITS_COVERAGE
        return pending(step, why, f"{told}; {sources.lacking}", facts, span.end)
    return achieved(step, span.end, f"{told}; {sources.sources}", facts)
