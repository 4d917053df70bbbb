"""What bounds every rule of one participant: enrolment, withdrawal, and the last day on which outcomes count."""

from datetime import date
from typing import NamedTuple

from service.core.evaluate.finding import Verdict, Why, refused
from service.core.evaluate.timeline import Episode
from service.core.events import FactRef
from service.core.period import PeriodKind
from service.core.terms import Metric, Terms


class Bounds(NamedTuple):
    """What a rule needs to know of its metric and contract; outcomes count through `last_day`."""

    after_withdrawal: bool
    last_day: date
    currency: str
    periods: PeriodKind


def bounds_of(metric: Metric, terms: Terms) -> Bounds:
    """The bounds of a metric in one version of the terms."""
    return Bounds(metric.after_withdrawal, terms.outcomes_until, terms.currency, terms.periods)


def within_bounds(verdict: Verdict, episode: Episode, bounds: Bounds, period_end: date) -> Verdict:
    """Nothing is achieved before enrolment, after withdrawal (unless the metric says so) or after the last day."""
    if verdict.state == "refused":
        return verdict
    if verdict.state == "achieved" and verdict.on is not None and verdict.on < episode.started_on:
        told = f"enrolled only on {episode.started_on}; {verdict.sentence}"
        return refused(verdict.step, Why.BEFORE_ENROLMENT, told, verdict.facts, verdict.on)
    withdrew = None if bounds.after_withdrawal else episode.withdrew_on
    if withdrew is not None and (verdict.on > withdrew if verdict.on else withdrew < period_end):
        told = f"withdrew on {withdrew}, nothing is achieved after that; {verdict.sentence}"
        return refused(verdict.step, Why.WITHDREW, told, _with_close(verdict, episode), verdict.on)
    last = bounds.last_day
    if verdict.on > last if verdict.on else last < period_end:
        told = f"outcomes count until {last}; {verdict.sentence}"
        return refused(verdict.step, Why.AFTER_LAST_DAY, told, verdict.facts, verdict.on)
    return verdict


def _with_close(verdict: Verdict, episode: Episode) -> tuple[FactRef, ...]:
    close = (episode.close.ref,) if episode.close else ()
    return tuple(dict.fromkeys((*verdict.facts, *close)))
