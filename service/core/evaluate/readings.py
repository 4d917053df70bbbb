"""A participant's baseline and follow-up measurements: which ones count, and the verdict while one is missing."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct

from service.core.evaluate.finding import Verdict, Why, pending, refused
from service.core.evaluate.timeline import Anchored, Episode, Timeline, anchor_of
from service.core.events import FactRef
from service.core.events.kept import Measurement
from service.core.events.words import plain_decimal
from service.core.terms.individual_rules import BaselineWindow
from service.core.terms.words import Anchor, Step
from service.core.units import can_convert, convert, exact


class Reading(Struct, frozen=True, gc=False):
    """A measurement in the contract's unit, and as it was reported, in words."""

    on: date
    value: Fraction
    ref: FactRef
    told: str


class Sought(Struct, frozen=True, gc=False):
    """Which measurements a rule compares: of what, in which unit, and how far from their dates."""

    measure: str
    unit: str
    baseline: BaselineWindow
    anchor: Anchor
    tolerance_days: int


class Series(NamedTuple):
    """The usable measurements of one episode; the baseline is None where none lies in its window (both ends in)."""

    sought: Sought
    usable: Sequence[Measurement]
    anchor: date
    baseline: Reading | None
    window: tuple[date, date]
    enrolment: FactRef
    unread: str = ""


class Change(NamedTuple):
    """A baseline and the follow-up of one checkpoint."""

    baseline: Reading
    follow_up: Reading
    facts: tuple[FactRef, ...]


def usable(measure: str, unit: str, timeline: Timeline) -> list[Measurement]:
    """The measurements that can be compared in the unit, by date."""
    reported = timeline.measurements.get(measure, ())
    return [fact for fact in reported if fact.unit == unit or can_convert(measure, fact.unit, unit)]


def unread(measure: str, unit: str, timeline: Timeline) -> str:
    """What is reported in a unit that cannot be compared, as an addition to a sentence; "" where nothing is."""
    reported = timeline.measurements.get(measure, ())
    others = sorted({fact.unit for fact in reported if not can_convert(measure, fact.unit, unit)})
    return f"; reported in {', '.join(others)}, which is not {unit}" if others else ""


def reading(measure: str, unit: str, fact: Measurement) -> Reading:
    """A usable measurement in the unit, exact."""
    value = convert(measure, exact(fact.value), fact.unit, unit)
    return Reading(fact.on, value, fact.ref, f"{plain_decimal(fact.value)} {fact.unit}")


def series_of(sought: Sought, timeline: Timeline, episode: Episode) -> Series | Anchored:
    """The measurements of an episode, or the anchor that is missing."""
    anchored, base = anchor_of(sought.anchor, timeline, episode), anchor_of(sought.baseline.anchor, timeline, episode)
    if anchored.on is None or base.on is None:
        return anchored if anchored.on is None else base
    first = base.on - timedelta(days=sought.baseline.before_days)
    last = base.on + timedelta(days=sought.baseline.after_days)
    known = usable(sought.measure, sought.unit, timeline)
    latest = next((fact for fact in reversed(known) if first <= fact.on <= last), None)
    baseline = None if latest is None else reading(sought.measure, sought.unit, latest)
    return Series(sought, known, anchored.on, baseline, (first, last), episode.start.ref)


def change_at(step: Step, series: Series, period_end: date) -> Change | Verdict:
    """The follow-up nearest to the checkpoint, the later of two equally near (terms 3), or what is missing."""
    sought, checkpoint = series.sought, step.after(series.anchor)
    tolerance = timedelta(days=sought.tolerance_days)
    first, last = checkpoint - tolerance, checkpoint + tolerance
    if series.baseline is None:
        return _no_baseline(step.name, series, first, period_end)
    start = series.baseline.on
    follow_up = min(
        [fact for fact in series.usable if first <= fact.on <= last and fact.on > start],
        key=lambda fact: (abs((fact.on - checkpoint).days), -fact.on.toordinal()),
        default=None,
    )
    facts = (series.enrolment, series.baseline.ref)
    if follow_up is not None:
        return Change(series.baseline, reading(sought.measure, sought.unit, follow_up), (*facts, follow_up.ref))
    missing = f"no measurement within {sought.tolerance_days} days of {checkpoint}{series.unread}"
    if last < period_end:
        return refused(step.name, Why.NO_MEASUREMENT, missing, facts, checkpoint)
    why = Why.AWAITS_MEASUREMENT if checkpoint < period_end else Why.AWAITS_WINDOW
    return pending(step.name, why, missing, facts, first)


def _no_baseline(step: str, series: Series, earliest: date, period_end: date) -> Verdict:
    first, last = series.window
    missing = f"no baseline measurement of {series.sought.measure} from {first} to {last}{series.unread}"
    facts = (series.enrolment,)
    if last < period_end:
        return refused(step, Why.NO_BASELINE, missing, facts)
    return pending(step, Why.AWAITS_MEASUREMENT, missing, facts, earliest)
