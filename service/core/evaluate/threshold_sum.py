"""`threshold_sum`: a participant's amounts or hours add up to a threshold (P20, P21)."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.readings import Reading, reading, unread, usable
from service.core.evaluate.timeline import Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.events import FactRef
from service.core.terms.counting_rules import Reached
from service.core.terms.rules import ThresholdSumRule
from service.core.units import exact, to_four_decimals


class _Known(NamedTuple):
    """The reports that count, by date, each with the sum it makes; `end` is where the window ends (not included)."""

    rule: ThresholdSumRule
    reports: Sequence[tuple[Reading, Fraction]]
    base: tuple[FactRef, ...]
    start: date
    end: date | None
    unread: str


def find(rule: ThresholdSumRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every threshold, achieved on the date of the report by which the sum first reaches it."""
    anchored = anchor_of(rule.within.anchor if rule.within else "enrolled", timeline, episode)
    if anchored.on is None:
        return tuple(no_anchor(step, anchored) for step in rule.step_ids)
    start = max(anchored.on, episode.started_on)
    end = rule.within.after(anchored.on) if rule.within else None
    sums: list[tuple[Reading, Fraction]] = []
    for fact in usable(rule.measure, rule.unit, timeline):
        if fact.on >= start and (end is None or fact.on < end):
            report = reading(rule.measure, rule.unit, fact)
            sums.append((report, report.value + (sums[-1][1] if sums else 0)))
    base = tuple(dict.fromkeys(ref for ref in (episode.start.ref, anchored.ref) if ref is not None))
    known = _Known(rule, sums, base, start, end, unread(rule.measure, rule.unit, timeline))
    return tuple(_judge(threshold, known, period_end) for threshold in rule.thresholds)


def _judge(threshold: Reached, known: _Known, period_end: date) -> Verdict:
    wanted = exact(threshold.at_least)
    place = next((place for place, (_, reached) in enumerate(known.reports) if reached >= wanted), None)
    counted = known.reports if place is None else known.reports[: place + 1]
    facts = (*known.base, *(report.ref for report, _ in counted))
    told = f"{_told(counted, known)}; {to_four_decimals(wanted)} wanted"
    if place is not None:
        return achieved(threshold.name, counted[-1][0].on, told, facts)
    if known.end is None or known.end > period_end:
        return pending(threshold.name, Why.AWAITS_MEASUREMENT, f"{told}{known.unread}", facts)
    why = Why.BELOW_THRESHOLD if counted else Why.NO_MEASUREMENT
    return refused(threshold.name, why, f"{told}{known.unread}", facts)


def _told(counted: Sequence[tuple[Reading, Fraction]], known: _Known) -> str:
    rule = known.rule
    window = f"from {known.start} to {known.end}" if known.end else f"since {known.start}"
    if not counted:
        return f"no {rule.measure} reported {window}"
    reports = "1 report" if len(counted) == 1 else f"{len(counted)} reports"
    total = to_four_decimals(counted[-1][1])
    return f"{rule.measure} {total} {rule.unit} in {reports} {window}, the last on {counted[-1][0].on}"
