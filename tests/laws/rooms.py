"""The room in a limit worked out a second time, from priced lines alone, to hold the limits against it."""

from collections.abc import Callable, Hashable
from fractions import Fraction

from service.core.money import to_minor
from service.core.period import Period
from service.core.price import PricedLine
from service.core.terms import Terms, TermsTimeline
from service.core.terms.limits import Limit, PeriodLimit

_SCOPES = ("participant-in-metric", "participant", "metric", "period", "payer", "contract")
Lines = tuple[PricedLine, ...]


def faults_of_limits(terms: TermsTimeline, lines: Lines, period: Period) -> list[str]:
    """Every line that is paid beyond the room then in force, or clipped although there was room; nothing is issued."""
    found: list[str] = []
    entering = [Fraction(line.gross_minor) for line in lines]
    for scope in _SCOPES:
        taken = [sum(clip.minor for clip in line.clips if clip.limit == scope) for line in lines]
        leaving = [before - clip for before, clip in zip(entering, taken, strict=True)]
        if scope == "payer":
            found += _faults_of_payers(terms, lines)
        else:
            found += _faults_of_pass(scope, terms, lines, entering, leaving, period)
        entering = leaving
    return found + [
        f"{line.key} pays {line.net_minor}, the passes left {left}, the parts are {line.parts}"
        for line, left in zip(lines, entering, strict=True)
        if left != line.net_minor or sum(minor for _, minor in line.parts) != line.net_minor
    ]


def _faults_of_pass(
    scope: str,
    terms: TermsTimeline,
    lines: Lines,
    entering: list[Fraction],
    leaving: list[Fraction],
    period: Period,
) -> list[str]:
    found = []
    for place, line in enumerate(lines):
        limit = _limit(scope, terms.in_force(line.finding.achieved_on), line)
        if limit is None or entering[place] <= 0:
            if leaving[place] != entering[place]:
                found.append(f"{scope}: {line.key} is clipped without a limit")
            continue
        buckets = [_bucket(scope, limit, other, terms, period) for other in lines]
        before = [other for other in range(place) if buckets[other] == buckets[place] and leaving[other] > 0]
        measure = _measure(limit, lines)
        allowed = _allowed(limit, line.terms.currency)
        used = sum((measure(other, leaving[other]) for other in before), Fraction(0))
        if leaving[place] and used + measure(place, leaving[place]) > allowed:
            found.append(f"{scope}: {line.key} is paid beyond the limit")
        if leaving[place] < entering[place] and used + measure(place, leaving[place] + 1) <= allowed:
            found.append(f"{scope}: {line.key} is clipped although there was room")
    return found


def _faults_of_payers(terms: TermsTimeline, lines: Lines) -> list[str]:
    """No payer owes beyond its limit; where no later limit cuts parts, one is left unpaid only when all are full."""
    found = []
    owed: dict[str, int] = {}
    is_last = not any(version.terms.limits.contract for version in terms.versions)
    for line in lines:
        limits = {limit.party: limit for limit in terms.in_force(line.finding.achieved_on).limits.payers}
        full = set()
        for payer, minor in line.parts:
            owed[payer] = owed.get(payer, 0) + max(minor, 0)
        for payer, limit in limits.items():
            allowed = to_minor(limit.amount, line.terms.currency)
            if dict(line.parts).get(payer, 0) > 0 and owed[payer] > allowed:
                found.append(f"payer: {payer} owes of {line.key} beyond its limit")
            if owed.get(payer, 0) >= allowed:
                full.add(payer)
        for clip in line.clips:
            heir = clip.payer if is_last and clip.limit == "payer" else None
            while heir is not None:
                if heir not in full:
                    found.append(f"payer: {line.key} is clipped although {heir} had room")
                heir = limits[heir].then if heir in limits else None
    return found


def _measure(limit: Limit, lines: Lines) -> Callable[[int, Fraction], Fraction]:
    """What a line uses of the limit when it pays so much."""
    if limit.amount is not None:
        return lambda place, paid: paid
    if limit.count is not None:
        return lambda place, paid: Fraction(1 if paid else 0)
    return lambda place, paid: (
        lines[place].finding.quantity * paid / lines[place].gross_minor if lines[place].gross_minor else Fraction(0)
    )


def _allowed(limit: Limit, currency: str) -> Fraction:
    if limit.amount is not None:
        return Fraction(to_minor(limit.amount, currency))
    return Fraction(limit.count if limit.count is not None else limit.units or 0)


def _limit(scope: str, terms: Terms, line: PricedLine) -> Limit | None:
    inside = (terms.metric(line.metric.id) or line.metric).limits
    return {
        "participant-in-metric": inside.participant,
        "participant": terms.limits.participant,
        "metric": inside.metric,
        "period": terms.limits.period,
        "contract": terms.limits.contract,
    }[scope]


def _bucket(scope: str, limit: Limit, line: PricedLine, terms: TermsTimeline, period: Period) -> Hashable:
    if isinstance(limit, PeriodLimit):
        on = line.finding.achieved_on
        stated_now = limit.counts_in == "stated" and on < period.end
        return period.label if stated_now else terms.period_of(on).label
    by_scope = {
        "participant-in-metric": (line.metric.id, line.finding.participant),
        "participant": (line.finding.participant,),
        "metric": (line.metric.id,),
        "contract": (),
    }
    return by_scope[scope]
