"""`improvement`: the change from baseline to follow-up reaches a threshold, compared as exact fractions (P14)."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from service.core.evaluate.finding import Verdict, Why, achieved, pending, refused
from service.core.evaluate.timeline import Anchored, Episode, Timeline, anchor_of
from service.core.evaluate.windows import no_anchor
from service.core.events import FactRef, Measurement
from service.core.events.facts import plain_decimal
from service.core.terms.rules import ImprovementRule
from service.core.terms.words import Step
from service.core.units import can_convert, convert, to_four_decimals


@dataclass(frozen=True, slots=True)
class _Reading:
    """A measurement in the contract's unit."""

    on: date
    value: Fraction
    ref: FactRef
    told: str


@dataclass(frozen=True, slots=True)
class _Known:
    rule: ImprovementRule
    readings: tuple[_Reading, ...]
    baseline: _Reading | None
    baseline_window: tuple[date, date]
    anchored: Anchored
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
    readings = _readings(rule, timeline.measurements.get(rule.measure, []))
    baseline = next((reading for reading in reversed(readings) if first <= reading.on <= last), None)
    known = _Known(rule, readings, baseline, (first, last), anchored, episode, period_end)
    return tuple(_judge(step, anchored.on, known) for step in rule.checkpoints)


def _readings(rule: ImprovementRule, measurements: list[Measurement]) -> tuple[_Reading, ...]:
    return tuple(
        _Reading(
            fact.on,
            convert(rule.measure, Fraction(fact.value), fact.unit, rule.unit),
            fact.ref,
            f"{plain_decimal(fact.value)} {fact.unit}",
        )
        for fact in measurements
        if can_convert(rule.measure, fact.unit, rule.unit)
    )


def _judge(step: Step, anchor: date, known: _Known) -> Verdict:
    rule, checkpoint = known.rule, step.after(anchor)
    tolerance = timedelta(days=rule.tolerance_days)
    first, last = checkpoint - tolerance, checkpoint + tolerance
    if known.baseline is None:
        return _no_baseline(step.name, known, first)
    follow_up = min(
        (reading for reading in known.readings if first <= reading.on <= last and reading.on > known.baseline.on),
        key=lambda reading: (abs((reading.on - checkpoint).days), -reading.on.toordinal()),
        default=None,
    )
    facts = (known.episode.start.ref, known.baseline.ref)
    if follow_up is None:
        missing = f"no measurement within {rule.tolerance_days} days of {checkpoint}"
        if last < known.period_end:
            return refused(step.name, Why.NO_MEASUREMENT, missing, facts, checkpoint)
        why = Why.AWAITS_MEASUREMENT if checkpoint < known.period_end else Why.AWAITS_WINDOW
        return pending(step.name, why, missing, facts, first)
    return _compare(step.name, known.rule, known.baseline, follow_up, (*facts, follow_up.ref))


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
        reached, wanted = change / abs(baseline.value), Fraction(threshold.relative)
        met = reached >= wanted
        told += f"; {rule.direction} {_percent(reached)}, {_percent(wanted)} wanted"
    elif threshold.absolute is not None:
        met = change >= Fraction(threshold.absolute)
        told += (
            f"; {rule.direction} {to_four_decimals(change)}, {to_four_decimals(Fraction(threshold.absolute))} wanted"
        )
    else:
        target = Fraction(threshold.target or 0)
        met = follow_up.value >= target if rule.direction == "up" else follow_up.value <= target
        told += f"; {to_four_decimals(target)} {rule.unit} or {'more' if rule.direction == 'up' else 'less'} wanted"
    if met:
        return achieved(step, follow_up.on, told, facts, quantity=max(change, Fraction(0)))
    return refused(step, Why.BELOW_THRESHOLD, told, facts, follow_up.on)


def _percent(share: Fraction) -> str:
    return f"{to_four_decimals(share * 100)} %"
