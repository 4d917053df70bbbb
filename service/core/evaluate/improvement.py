"""`improvement`: the change from baseline to follow-up reaches a threshold, compared as exact fractions (P14)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from service.core.evaluate.finding import Verdict, Why, achieved, refused
from service.core.evaluate.readings import Change, Series, Sought, change_at, series_of
from service.core.evaluate.timeline import Anchored, Episode, Timeline
from service.core.evaluate.windows import no_anchor
from service.core.terms.rules import ImprovementRule
from service.core.terms.words import Step
from service.core.units import exact, to_four_decimals

_NONE = Fraction(0)


def find(rule: ImprovementRule, timeline: Timeline, episode: Episode, period_end: date) -> tuple[Verdict, ...]:
    """A verdict for every checkpoint of the rule in this episode."""
    sought = Sought(rule.measure, rule.unit, rule.baseline, rule.anchor, rule.tolerance_days)
    series = series_of(sought, timeline, episode)
    if isinstance(series, Anchored):
        return tuple([no_anchor(step, series) for step in rule.step_ids])
    return tuple([_judge(step, rule, series, period_end) for step in rule.checkpoints])


def _judge(step: Step, rule: ImprovementRule, series: Series, period_end: date) -> Verdict:
    change = change_at(step, series, period_end)
    return change if isinstance(change, Verdict) else _compare(step.name, rule, change)


def _compare(step: str, rule: ImprovementRule, found: Change) -> Verdict:
    baseline, follow_up, facts = found
    change = follow_up.value - baseline.value if rule.direction == "up" else baseline.value - follow_up.value
    told = f"{rule.measure} {baseline.told} on {baseline.on}, {follow_up.told} on {follow_up.on}"
    threshold = rule.threshold
    if threshold.relative is not None:
        if not baseline.value:
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
        return achieved(step, follow_up.on, told, facts, quantity=max(change, _NONE))
    return refused(step, Why.BELOW_THRESHOLD, told, facts, follow_up.on)


def _percent(share: Fraction) -> str:
    return f"{to_four_decimals(share, 100)} %"
