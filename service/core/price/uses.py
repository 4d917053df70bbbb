"""How far each limit in force is used by the end of a period."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from service.core.issued import NOTHING_ISSUED, Issued
from service.core.period import Period
from service.core.price.limits import stated_in
from service.core.price.lines import LimitScope, PricedLine
from service.core.terms import Terms, TermsTimeline
from service.core.terms.limits import Limit, PeriodLimit


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How far a limit in force is used: in minor units, achievements, or units, as the limit itself is said.

    `participants` are those who have filled it; `payer` is whose limit it is, where it is a payer's.
    """

    scope: LimitScope
    metric: str | None
    limit: Limit
    used_minor: int
    used_count: int
    used_units: Fraction
    participants: int
    payer: str | None = None


def limit_uses(
    terms: TermsTimeline,
    lines: Iterable[PricedLine],
    period: Period,
    issued: Issued = NOTHING_ISSUED,
    deferred: Collection[str] = (),
) -> tuple[LimitUse, ...]:
    """The limits in force on the period's last day, and their use by outcomes before its end.

    The contract's first, then the metrics', the period's own, and the payers', in the contract's order. Of `deferred`
    metrics only amounts count, those that issued statements say.
    """
    in_force = terms.in_force(period.last_day)
    counted = [
        line
        for line in lines
        if line.finding.achieved_on < period.end and line.net_minor > 0 and line.metric.id not in deferred
    ]
    uses = tuple(_uses(in_force, counted, terms, period, issued))
    if not deferred:
        return uses
    stated = _stated_parts(issued, deferred)
    return tuple(replace(use, used_minor=use.used_minor + _stated_in_scope(use, stated)) for use in uses)


def _stated_parts(issued: Issued, metrics: Collection[str]) -> list[tuple[str, str, int]]:
    """What issued statements leave standing of each outcome of these metrics: the metric, its payer, the payer's part
    in minor units."""
    last = {
        (line.metric, line.step, line.participant, line.version, line.achieved_on, line.payer): line.part_minor
        for line in issued.lines
        if line.metric in metrics
    }
    return [(key[0], key[-1], minor) for key, minor in last.items()]


def _stated_in_scope(use: LimitUse, stated: Iterable[tuple[str, str, int]]) -> int:
    """How much of a limit stated parts have filled; of a period's own limit none, for they are not of the period."""
    if use.scope == "period":
        return 0
    wanted = (minor for metric, payer, minor in stated if use.metric in (None, metric) and use.payer in (None, payer))
    return sum(max(minor, 0) for minor in wanted)


def _uses(
    in_force: Terms, counted: list[PricedLine], terms: TermsTimeline, period: Period, issued: Issued
) -> Iterator[LimitUse]:
    if in_force.limits.contract is not None:
        yield _use("contract", None, in_force.limits.contract, counted)
    for metric in in_force.metrics:
        if metric.limits.metric is not None:
            inside = [line for line in counted if line.metric.id == metric.id]
            yield _use("metric", metric.id, metric.limits.metric, inside)
    if in_force.limits.period is not None:
        inside = _inside_period(in_force.limits.period, counted, terms, period, issued)
        yield _use("period", None, in_force.limits.period, inside)
    for payer_limit in in_force.limits.payers:
        yield _use_of_payer(payer_limit.party, Limit(amount=payer_limit.amount), counted)


def _inside_period(
    limit: PeriodLimit, counted: list[PricedLine], terms: TermsTimeline, period: Period, issued: Issued
) -> list[PricedLine]:
    if limit.counts_in == "stated":
        return [line for line in counted if stated_in(line, terms, period, issued) == period.label]
    return [line for line in counted if line.finding.achieved_on in period]


def _use(scope: LimitScope, metric: str | None, limit: Limit, inside: list[PricedLine]) -> LimitUse:
    units = sum((line.units for line in inside), Fraction(0))
    paid_minor = sum(line.net_minor for line in inside)
    return LimitUse(scope, metric, limit, paid_minor, len(inside), units, _people(inside))


def _use_of_payer(payer: str, limit: Limit, counted: list[PricedLine]) -> LimitUse:
    owing = [(line, minor) for line in counted for party, minor in line.parts if party == payer and minor > 0]
    inside = [line for line, _ in owing]
    minor = sum(part for _, part in owing)
    return LimitUse("payer", None, limit, minor, len(inside), Fraction(0), _people(inside), payer)


def _people(lines: list[PricedLine]) -> int:
    """How many participants the lines are about: a group's outcome stands for as many as the group has."""
    alone = {line.finding.participant for line in lines if line.finding.participant}
    return len(alone) + sum(line.finding.people for line in lines if not line.finding.participant)
