"""`cohort_mean`: the mean change of a cohort from baseline to follow-up, in exact fractions (P23)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service.core.evaluate.cohorts import Crowd, Gathering, gatherings, is_completed, not_due, too_small
from service.core.evaluate.finding import Placed, Verdict, Why, achieved, pending, refused
from service.core.evaluate.judge import Person
from service.core.evaluate.readings import Change, Sought, change_at, series_of
from service.core.evaluate.timeline import Anchored, Timeline
from service.core.events import FactRef
from service.core.terms import Metric, Terms
from service.core.terms.group_rules import CohortMeanRule
from service.core.units import exact, to_four_decimals


class _Pair(NamedTuple):
    """One participant's baseline and follow-up in the rule's unit, and the facts that say so."""

    baseline: Fraction
    follow_up: Fraction
    facts: tuple[FactRef, ...]


class Tally(NamedTuple):
    """What a cohort adds up to on the day it is judged: all that its finding rests on."""

    of: int  # enrolled or completed, as the rule says
    counted: int
    baselines: Fraction
    follow_ups: Fraction
    unaccepted: int  # whose measurements have evidence that the contract does not accept
    facts: tuple[FactRef, ...]


def find(rule: CohortMeanRule, metric: Metric, terms: Terms, crowd: Crowd, period_end: date) -> tuple[Placed, ...]:
    """A verdict for every cohort of the rule, each on its evaluation date; the quantity is the mean change."""
    placed = []
    for gathering in gatherings(rule, metric, terms, crowd, period_end):
        tally = _tally(rule, metric, gathering)
        verdict = _verdict(rule, gathering, tally)
        placed.append(verdict if isinstance(verdict, Placed) else Placed(verdict, None, tally.counted))
    return tuple(placed)


def _tally(rule: CohortMeanRule, metric: Metric, gathering: Gathering) -> Tally:
    on = gathering.on
    of = [one for one in gathering.people if rule.of == "enrolled" or (on and is_completed(one, on))]
    pairs = [(_pair(rule, one.accepted), one) for one in of]
    counted = [pair for pair, _ in pairs if pair is not None]
    return Tally(
        len(of),
        len(counted),
        sum((pair.baseline for pair in counted), Fraction(0)),
        sum((pair.follow_up for pair in counted), Fraction(0)),
        sum(_differs(rule, pair, person) for pair, person in pairs),
        tuple(dict.fromkeys(ref for pair in counted for ref in pair.facts)),
    )


def _differs(rule: CohortMeanRule, pair: _Pair | None, person: Person) -> bool:
    return person.accepted is not person.everything and _pair(rule, person.everything) != pair


def _pair(rule: CohortMeanRule, timeline: Timeline) -> _Pair | None:
    """None for a participant who is not counted: without a baseline, or without a follow-up where that is left out."""
    sought = Sought(rule.measure, rule.unit, rule.baseline, rule.anchor, rule.tolerance_days)
    series = series_of(sought, timeline, timeline.episodes[0])
    if isinstance(series, Anchored) or series.baseline is None:
        return None
    change = change_at(rule.checkpoint, series, date.max)
    if isinstance(change, Change):
        return _Pair(change.baseline.value, change.follow_up.value, (change.baseline.ref, change.follow_up.ref))
    if rule.missing == "left-out":
        return None
    return _Pair(series.baseline.value, series.baseline.value, (series.baseline.ref,))


def _verdict(rule: CohortMeanRule, gathering: Gathering, tally: Tally) -> Placed | Verdict:
    shown = f"{tally.counted} of {tally.of} {rule.of} counted"
    if gathering.on is None or not gathering.is_due:
        return not_due(gathering, shown, tally.counted)
    if tally.unaccepted:
        told = f"{gathering.words} on {gathering.on}: {shown}"
        told += f"; {tally.unaccepted} measured with evidence that is not accepted"
        return pending(gathering.step, Why.AWAITS_EVIDENCE, told, tally.facts, gathering.on)
    if tally.counted < rule.least_group:
        return too_small(gathering, tally.counted, rule.least_group, "with a baseline and a follow-up")
    return _judged(rule, gathering, gathering.on, tally, shown)


def _judged(rule: CohortMeanRule, gathering: Gathering, on: date, tally: Tally, shown: str) -> Verdict:
    step, baseline, follow_up = gathering.step, tally.baselines / tally.counted, tally.follow_ups / tally.counted
    change = follow_up - baseline if rule.direction == "up" else baseline - follow_up
    told = (
        f"{gathering.words} on {on}: mean {rule.measure} {to_four_decimals(baseline)} to {to_four_decimals(follow_up)} "
        f"{rule.unit}, {rule.direction} {to_four_decimals(change)}; {shown}"
    )
    met, wanted = _threshold(rule, baseline, follow_up, change)
    told += wanted
    if met is None:
        return refused(step, Why.NO_BASELINE, told, tally.facts, on)
    if met:
        return achieved(step, on, told, tally.facts, max(change, Fraction(0)))
    return refused(step, Why.BELOW_THRESHOLD, told, tally.facts, on)


def _threshold(
    rule: CohortMeanRule, baseline: Fraction, follow_up: Fraction, change: Fraction
) -> tuple[bool | None, str]:
    """Whether the mean reaches what is wanted, None where that has no meaning; and it in words."""
    threshold = rule.threshold
    if threshold is None:
        return change > 0, ""
    if threshold.relative is not None:
        if baseline == 0:
            return None, "; a relative change from a mean baseline of zero has no meaning"
        wanted = exact(threshold.relative)
        reached = change / abs(baseline)
        return reached >= wanted, f"; {to_four_decimals(reached, 100)} %, {to_four_decimals(wanted, 100)} % wanted"
    if threshold.absolute is not None:
        return change >= exact(threshold.absolute), f"; {to_four_decimals(exact(threshold.absolute))} wanted"
    target = exact(threshold.target or Decimal(0))
    met = follow_up >= target if rule.direction == "up" else follow_up <= target
    return met, f"; {to_four_decimals(target)} or {'more' if rule.direction == 'up' else 'less'} wanted"
