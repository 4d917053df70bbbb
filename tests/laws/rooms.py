"""The room in a limit worked out a second time, from priced lines alone, to hold the limits against it."""

from collections.abc import Callable, Hashable
from fractions import Fraction

from service.core.money import to_minor
from service.core.price import PricedLine
from service.core.terms import Terms, TermsTimeline
from service.core.terms.tariffs import Limit

_SCOPES = ("participant-in-metric", "participant", "metric", "contract")


def faults_of_limits(terms: TermsTimeline, lines: tuple[PricedLine, ...]) -> list[str]:
    """Every line that is paid beyond the room then in force, or clipped although there was room."""
    found: list[str] = []
    entering = [Fraction(line.gross_minor) for line in lines]
    for scope in _SCOPES:
        taken = [sum(clip.minor for clip in line.clips if clip.limit == scope) for line in lines]
        leaving = [before - clip for before, clip in zip(entering, taken, strict=True)]
        found += _faults_of_pass(scope, terms, lines, entering, leaving)
        entering = leaving
    return found + [
        f"{line.key} pays {line.net_minor}, the passes left {left}"
        for line, left in zip(lines, entering, strict=True)
        if left != line.net_minor
    ]


def _faults_of_pass(
    scope: str,
    terms: TermsTimeline,
    lines: tuple[PricedLine, ...],
    entering: list[Fraction],
    leaving: list[Fraction],
) -> list[str]:
    found = []
    for place, line in enumerate(lines):
        limit = _limit(scope, terms.in_force(line.finding.achieved_on), line)
        bucket = _bucket(scope, line)
        if limit is None:
            if leaving[place] != entering[place]:
                found.append(f"{scope}: {line.key} is clipped without a limit")
            continue
        before = [other for other in range(place) if _bucket(scope, lines[other]) == bucket]
        measure = _measure(limit, lines, leaving)
        allowed = _allowed(limit, line.terms.currency)
        used = sum((measure(other, leaving[other]) for other in before), Fraction(0))
        if leaving[place] and used + measure(place, leaving[place]) > allowed:
            found.append(f"{scope}: {line.key} is paid beyond the limit")
        if leaving[place] < entering[place] and used + measure(place, leaving[place] + 1) <= allowed:
            found.append(f"{scope}: {line.key} is clipped although there was room")
    return found


def _measure(
    limit: Limit, lines: tuple[PricedLine, ...], leaving: list[Fraction]
) -> Callable[[int, Fraction], Fraction]:
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
        "contract": terms.limits.contract,
    }[scope]


def _bucket(scope: str, line: PricedLine) -> Hashable:
    by_scope = {
        "participant-in-metric": (line.metric.id, line.finding.participant),
        "participant": (line.finding.participant,),
        "metric": (line.metric.id,),
        "contract": (),
    }
    return by_scope[scope]
