"""`improvement`: the change from baseline to follow-up reaches a threshold, compared as exact fractions (P14)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.events import FactRef, Measurement
from service.core.events.words import plain_decimal
from service.core.terms.rules import ImprovementRule
from service.core.terms.words import Step
from service.core.units import can_convert, convert, exact, to_four_decimals


class _Reading(NamedTuple):
    """A measurement in the contract's unit."""

    on: date
    value: Fraction
    ref: FactRef
    told: str


class _Known(NamedTuple):
    rule: ImprovementRule
    measurements: Sequence[Measurement]
    baseline: _Reading | None
    baseline_window: tuple[date, date]
    episode: Episode
    period_end: date


def find(rule: ImprovementRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every checkpoint of the rule in this episode."""
    anchored, base = anchor_of(rule.anchor, timeline, episode), anchor_of(rule.baseline.anchor, timeline, episode)
    if anchored.on is None or base.on is None:
        missing = anchored if anchored.on is None else base
        return tuple(no_anchor(step, missing) for step in rule.step_ids)
    first = base.on - timedelta(days=rule.baseline.before_days)
    last = base.on + timedelta(days=rule.baseline.after_days)
    reported, unit = timeline.measurements.get(rule.measure, ()), rule.unit
    usable = [fact for fact in reported if fact.unit == unit or can_convert(rule.measure, fact.unit, unit)]
    latest = next((fact for fact in reversed(usable) if first <= fact.on <= last), None)
    baseline = None if latest is None else _reading(rule, latest)
    known = _Known(rule, usable, baseline, (first, last), episode, period_end)
    return tuple(_judge(step, anchored.on, known) for step in rule.checkpoints)


def _reading(rule: ImprovementRule, fact: Measurement) -> _Reading:
    value = convert(rule.measure, exact(fact.value), fact.unit, rule.unit)
    return _Reading(fact.on, value, fact.ref, f"{plain_decimal(fact.value)} {fact.unit}")


def _judge(step: Step, anchor: date, known: _Known) -> Verdict:
    rule, checkpoint = known.rule, step.after(anchor)
    tolerance = timedelta(days=rule.tolerance_days)
    first, last = checkpoint - tolerance, checkpoint + tolerance
    if known.baseline is None:
        return _no_baseline(step.name, known, first)
    start = known.baseline.on
    follow_up = min(
        [fact for fact in known.measurements if first <= fact.on <= last and fact.on > start],
        key=lambda fact: (abs((fact.on - checkpoint).days), -fact.on.toordinal()),
        default=None,
    )
    facts = (known.episode.start.ref, known.baseline.ref)
    if follow_up is None:
        missing = f"no measurement within {rule.tolerance_days} days of {checkpoint}"
        if last < known.period_end:
            return refused(step.name, Why.NO_MEASUREMENT, missing, facts, checkpoint)
        why = Why.AWAITS_MEASUREMENT if checkpoint < known.period_end else Why.AWAITS_WINDOW
        return pending(step.name, why, missing, facts, first)
    return _compare(step.name, rule, known.baseline, _reading(rule, follow_up), (*facts, follow_up.ref))


def _no_baseline(step: str, known: _Known, earliest: date) -> Verdict:
    first, last = known.baseline_window
    missing = f"no baseline measurement of {known.rule.measure} from {first} to {last}"
    facts = (known.episode.start.ref,)
    if last < known.period_end:
        return refused(step, Why.NO_BASELINE, missing, facts)
    return pending(step, Why.AWAITS_MEASUREMENT, missing, facts, earliest)


def _compare(
    step: str, rule: ImprovementRule, baseline: _Reading, follow_up: _Reading, facts: tuple[FactRef, ...]
) -> Verdict:
    change = follow_up.value - baseline.value if rule.direction == "up" else baseline.value - follow_up.value
    told = f"{rule.measure} {baseline.told} on {baseline.on}, {follow_up.told} on {follow_up.on}"
    threshold = rule.threshold
    if threshold.relative is not None:
        if baseline.value == 0:
            zero = f"{told}; a relative change from a baseline of zero has no meaning"
            return refused(step, Why.NO_BASELINE, zero, facts, follow_up.on)
        reached, wanted = change / abs(baseline.value), exact(threshold.relative)
        met = reached >= wanted
        told += f"; {rule.direction} {_percent(reached)}, {_percent(wanted)} wanted"
    elif threshold.absolute is not None:
        least = exact(threshold.absolute)
        met = change >= least
        told += f"; {rule.direction} {to_four_decimals(change)}, {to_four_decimals(least)} wanted"
    else:
        target = exact(threshold.target or Decimal(0))
        met = follow_up.value >= target if rule.direction == "up" else follow_up.value <= target
        told += f"; {to_four_decimals(target)} {rule.unit} or {'more' if rule.direction == 'up' else 'less'} wanted"
    if met:
        return achieved(step, follow_up.on, told, facts, quantity=change if change > 0 else Fraction(0))
    return refused(step, Why.BELOW_THRESHOLD, told, facts, follow_up.on)


def _percent(share: Fraction) -> str:
    return f"{to_four_decimals(share, 100)} %"
