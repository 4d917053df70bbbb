"""Limits: one pass a scope over all lines in fill order, on what the pass before left; room lost is not given back."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from service.core.money import to_minor
from service.core.period import Period
from service.core.price.lines import Clip, LimitScope, PricedLine
from service.core.terms import Terms, TermsTimeline
from service.core.terms.tariffs import Limit, MetricLimits


@dataclass(slots=True)
class _Filled:
    """What lines have used of a limit so far."""

    minor: int = 0
    count: int = 0
    units: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How far a limit in force is used: in minor units, achievements, or units, as the limit itself is said."""

    scope: LimitScope
    metric: str | None
    limit: Limit
    used_minor: int
    used_count: int
    used_units: Fraction
    participants: int


_LimitOf = Callable[[PricedLine], Limit | None]
_BucketOf = Callable[[PricedLine], Hashable]


def apply_limits(terms: TermsTimeline, lines: Sequence[PricedLine]) -> tuple[PricedLine, ...]:
    """The lines after participant, metric and contract limits; each line's limit is the one in force on its date."""
    versions = [version.terms for version in terms.versions]
    limits = _InForce(terms)
    passes: tuple[tuple[LimitScope, _LimitOf, _BucketOf], ...] = (
        (
            "participant-in-metric",
            lambda line: limits.of_metric(line).participant,
            lambda line: (line.metric.id, line.finding.participant),
        ),
        ("participant", limits.of_participant, lambda line: line.finding.participant),
        ("metric", lambda line: limits.of_metric(line).metric, lambda line: line.metric.id),
        ("contract", limits.of_contract, lambda line: None),
    )
    clipped = tuple(lines)
    for scope, limit_of, bucket_of in passes:
        if any(_has_limit(version, scope) for version in versions):
            clipped = _pass(scope, clipped, limit_of, bucket_of)
    return clipped


def _has_limit(terms: Terms, scope: LimitScope) -> bool:
    match scope:
        case "participant-in-metric":
            return any(metric.limits.participant for metric in terms.metrics)
        case "participant":
            return terms.limits.participant is not None
        case "metric":
            return any(metric.limits.metric for metric in terms.metrics)
        case "contract":
            return terms.limits.contract is not None
        case _:
            assert_never(scope)


class _InForce:
    """The limits of the terms version in force on a line's date, whatever version prices the line."""

    def __init__(self, terms: TermsTimeline) -> None:
        self._terms = terms
        self._on: dict[date, Terms] = {}

    def of_metric(self, line: PricedLine) -> MetricLimits:
        return (self._at(line).metric(line.metric.id) or line.metric).limits

    def of_participant(self, line: PricedLine) -> Limit | None:
        return self._at(line).limits.participant

    def of_contract(self, line: PricedLine) -> Limit | None:
        return self._at(line).limits.contract

    def _at(self, line: PricedLine) -> Terms:
        day = line.finding.achieved_on
        if day not in self._on:
            self._on[day] = self._terms.in_force(day)
        return self._on[day]


def _pass(
    scope: LimitScope, lines: Sequence[PricedLine], limit_of: _LimitOf, bucket_of: _BucketOf
) -> tuple[PricedLine, ...]:
    buckets: dict[Hashable, _Filled] = {}
    clipped = []
    for line in lines:
        limit = limit_of(line)
        filled = buckets.setdefault(bucket_of(line), _Filled())
        paid = line.net_minor if limit is None else min(line.net_minor, _room(limit, filled, line))
        _fill(filled, line, paid)
        if paid < line.net_minor:
            line = line._replace(net_minor=paid, clips=(*line.clips, Clip(scope, line.net_minor - paid)))
        clipped.append(line)
    return tuple(clipped)


def _room(limit: Limit, filled: _Filled, line: PricedLine) -> int:
    """What the limit leaves for this line, in minor units; never below zero, so a lowered limit takes nothing back."""
    if limit.amount is not None:
        return max(to_minor(limit.amount, line.terms.currency) - filled.minor, 0)
    if limit.count is not None:
        return line.net_minor if filled.count < limit.count else 0
    left = max(Fraction(limit.units or 0) - filled.units, Fraction(0))
    return line.net_minor if line.units <= left else int(line.net_minor * left / line.units)


def _fill(filled: _Filled, line: PricedLine, paid: int) -> None:
    if paid == 0:
        return
    filled.minor += paid
    filled.count += 1
    filled.units += line.units if paid == line.net_minor else line.units * Fraction(paid, line.net_minor)


def limit_uses(terms: TermsTimeline, lines: Iterable[PricedLine], period: Period) -> tuple[LimitUse, ...]:
    """The contract's and the metrics' limits in force on the period's last day, and their use up to its end."""
    in_force = terms.in_force(period.last_day)
    limits: list[tuple[LimitScope, str | None, Limit | None]] = [("contract", None, in_force.limits.contract)]
    limits += [("metric", metric.id, metric.limits.metric) for metric in in_force.metrics]
    counted = [line for line in lines if line.finding.achieved_on < period.end and line.net_minor]
    uses = []
    for scope, metric_id, limit in limits:
        if limit is not None:
            inside = [line for line in counted if metric_id in (None, line.metric.id)]
            units = sum((line.units for line in inside), Fraction(0))
            paid_minor, people = sum(line.net_minor for line in inside), {line.finding.participant for line in inside}
            uses.append(LimitUse(scope, metric_id, limit, paid_minor, len(inside), units, len(people)))
    return tuple(uses)
