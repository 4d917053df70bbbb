"""Limits: one pass a scope over all lines in fill order, on what the pass before left; room lost is not given back."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from msgspec.structs import replace

from service.core.issued import Issued
from service.core.money import to_minor
from service.core.period import Period
from service.core.price.lines import Circumstances, LimitScope, PricedLine
from service.core.price.payers import PayerSplitter, cut_to, limit_payers
from service.core.terms import Metric, Terms, TermsTimeline
from service.core.terms.limits import Limit, PayerLimit, PeriodLimit

_LimitOf = Callable[[PricedLine], Limit | None]
_BucketsOf = Callable[[PricedLine], tuple[Hashable, ...]]


@dataclass(slots=True)
class _Filled:
    """What lines have used of a limit so far."""

    minor: int = 0
    count: int = 0
    units: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class _Pass:
    """One scope: which limit counts for a line, and in what it is counted; the limit of stated periods in the last."""

    scope: LimitScope
    limit_of: _LimitOf
    buckets_of: _BucketsOf


def apply_limits(
    terms: TermsTimeline, lines: Sequence[PricedLine], circumstances: Circumstances
) -> tuple[PricedLine, ...]:
    """The lines, given in fill order, after every limit, each with its payers' parts.

    A line's limit is the one in force on its date. A negative line is not clipped and fills nothing.
    """
    scopes = _scopes_in(terms)
    limits = _InForce(terms)
    limited = tuple(lines)
    for one in _passes_of_outcomes(limits, terms, circumstances):
        limited = _apply(one, limited) if one.scope in scopes else limited
    splitter = PayerSplitter()
    limited = tuple([splitter.divided(line) for line in limited])
    if "payer" in scopes:
        limited = limit_payers(limited, limits.of_payers)
    if "contract" in scopes:
        limited = _apply(_Pass("contract", limits.of_contract, lambda line: (None,)), limited)
        limited = tuple([replace(line, parts=cut_to(line.parts, line.net_minor)) for line in limited])
    return limited


def _scopes_in(terms: TermsTimeline) -> frozenset[LimitScope]:
    """The scopes that any version limits."""
    versions = [version.terms for version in terms.versions]
    metrics = [metric for version in versions for metric in version.metrics]
    limited: dict[LimitScope, bool] = {
        "participant-in-metric": any(metric.limits.participant for metric in metrics),
        "participant": any(version.limits.participant for version in versions),
        "metric": any(metric.limits.metric for metric in metrics),
        "period": any(version.limits.period for version in versions),
        "payer": any(version.limits.payers for version in versions),
        "contract": any(version.limits.contract for version in versions),
    }
    return frozenset(scope for scope, is_limited in limited.items() if is_limited)


def _passes_of_outcomes(limits: "_InForce", terms: TermsTimeline, circumstances: Circumstances) -> tuple[_Pass, ...]:
    """The passes that work on whole lines, before they are divided among payers."""

    def periods_of(line: PricedLine) -> tuple[Hashable, ...]:
        achieved_in = terms.period_of(line.finding.achieved_on).label
        return ("achieved", achieved_in), ("stated", stated_in(line, terms, circumstances.period, circumstances.issued))

    return (
        _Pass(
            "participant-in-metric",
            limits.of_participant_in_metric,
            lambda line: ((line.metric.id, line.finding.participant),),
        ),
        _Pass("participant", limits.of_participant, lambda line: (line.finding.participant,)),
        _Pass("metric", lambda line: limits.metric_of(line).limits.metric, lambda line: (line.metric.id,)),
        _Pass("period", limits.of_period, periods_of),
    )


def stated_in(line: PricedLine, terms: TermsTimeline, period: Period, issued: Issued) -> str:
    """The label of the period that stated its outcome first, else of `period`, which is being stated; of its own period
    where it lies behind that."""
    first = issued.first_stated_in.get((line.key.metric, line.key.step, line.key.participant))
    if first is not None:
        return first
    if line.finding.achieved_on < period.end:
        return period.label
    return terms.period_of(line.finding.achieved_on).label


class _InForce:
    """The limits of the terms version in force on a line's date, whatever version prices the line."""

    def __init__(self, terms: TermsTimeline) -> None:
        self._terms = terms
        self._on: dict[date, Terms] = {}
        self._payers: dict[int, Mapping[str, PayerLimit]] = {}

    def metric_of(self, line: PricedLine) -> Metric:
        return self._at(line).metric(line.metric.id) or line.metric

    def of_participant_in_metric(self, line: PricedLine) -> Limit | None:
        # a group's outcome is nobody's alone
        return self.metric_of(line).limits.participant if line.finding.participant else None

    def of_participant(self, line: PricedLine) -> Limit | None:
        return self._at(line).limits.participant if line.finding.participant else None

    def of_period(self, line: PricedLine) -> Limit | None:
        return self._at(line).limits.period

    def of_payers(self, line: PricedLine) -> Mapping[str, PayerLimit]:
        terms = self._at(line)
        if terms.version not in self._payers:
            self._payers[terms.version] = {limit.party: limit for limit in terms.limits.payers}
        return self._payers[terms.version]

    def of_contract(self, line: PricedLine) -> Limit | None:
        return self._at(line).limits.contract

    def _at(self, line: PricedLine) -> Terms:
        day = line.finding.achieved_on
        if day not in self._on:
            self._on[day] = self._terms.in_force(day)
        return self._on[day]


def _apply(one: _Pass, lines: Sequence[PricedLine]) -> tuple[PricedLine, ...]:
    filled: dict[Hashable, _Filled] = {}
    clipped = []
    for line in lines:
        if line.net_minor > 0:
            limit, buckets = one.limit_of(line), one.buckets_of(line)
            inside = [filled.setdefault(bucket, _Filled()) for bucket in buckets]
            if limit is not None:
                is_of_stated = isinstance(limit, PeriodLimit) and limit.counts_in == "stated"
                room = _room(limit, inside[-1 if is_of_stated else 0], line)
                line = line.clipped_to(min(line.net_minor, room), one.scope)
            for bucket in inside:
                _fill(bucket, line)
        clipped.append(line)
    return tuple(clipped)


def _room(limit: Limit, filled: _Filled, line: PricedLine) -> int:
    """What the limit leaves for this line, in minor units; never below zero, so a lowered limit takes nothing back."""
    if limit.amount is not None:
        return max(to_minor(limit.amount, line.terms.currency) - filled.minor, 0)
    if limit.count is not None:
        return line.net_minor if filled.count < limit.count else 0
    left, units = max(Fraction(limit.units or 0) - filled.units, Fraction(0)), line.units
    return line.net_minor if units <= left else int(line.net_minor * left / units)


def _fill(filled: _Filled, line: PricedLine) -> None:
    if line.net_minor > 0:
        filled.minor += line.net_minor
        filled.count += 1
        filled.units += line.units
