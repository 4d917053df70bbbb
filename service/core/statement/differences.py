"""Entitlement to date less what was already stated: new, late, changed, reversed, amended and displaced lines."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from service.core.allocate import Allocation, LineKey, LineOrder, is_decided_when_stated
from service.core.period import Period
from service.core.statement.causes import Causes
from service.core.statement.lines import Cause, LineKind, StatedLine, StatementLine
from service.core.statement.position import Position


def differences(position: Position, waited: Mapping[str, Position] = MappingProxyType({})) -> tuple[StatementLine, ...]:
    """The lines of this statement, by metric, step, date, participant and payer; a key without a change has none.

    `waited`, by metric that waited for larger groups: the position as seen from the last statement that told of it.
    """
    causes = {metric: Causes(one) for metric, one in waited.items()}
    usual = Causes(position)
    keys = sorted({**position.stated, **position.entitled}, key=LineOrder(position.terms).of)
    lines = (_line(key, position, causes.get(key.outcome.metric, usual)) for key in keys)
    return tuple(line for line in lines if line is not None)


def _line(key: LineKey, position: Position, causes: Causes) -> StatementLine | None:
    allocation, was = position.entitled.get(key), position.stated.get(key)
    due, before = (allocation.due_minor if allocation else 0), (was.total_minor if was else 0)
    if was is not None and due == before and not _part_moved(key, allocation, was, position):
        return None
    kind, cause = _kind(key, allocation, was, position, causes)
    finding = allocation.line.finding if allocation else None
    if finding is not None:
        sentence, facts = finding.sentence, finding.facts
    else:
        sentence, facts = (was.sentence, was.facts) if was else ("", ())
    period = position.terms.period_of(key.outcome.achieved_on).label
    return StatementLine(kind, cause, key, period, due - before, before, due, allocation, was, sentence, facts)


def _part_moved(key: LineKey, allocation: Allocation | None, was: StatedLine, position: Position) -> bool:
    """Whether the payer's part is another one though the investor is due the same of it: where shares are decided when
    a line is stated, later statements build on the part stated last, so a line of 0.00 tells it."""
    if (allocation.payer_minor if allocation else 0) == was.part_minor:
        return False
    return any(
        version.terms.version == key.outcome.version and is_decided_when_stated(version.terms)
        for version in position.terms.versions
    )


def _kind(
    key: LineKey, allocation: Allocation | None, was: StatedLine | None, position: Position, causes: Causes
) -> tuple[LineKind, Cause]:
    is_current = key.outcome.achieved_on in position.period
    if not is_current and causes.is_amendment(key):
        return "amendment", causes.amendment()
    divided = causes.divided_otherwise(key)
    if allocation is None:
        return "reversal", divided or causes.reversal(key)
    if divided is not None:
        return ("late" if was is None else "change"), divided
    if was is None:
        return ("new", causes.outcome(allocation)) if is_current else ("late", causes.late(allocation))
    if allocation.line.gross_minor == was.gross_minor and allocation.line.clips != was.clips:
        if allocation.line.net_minor < was.net_minor:
            return "displaced", causes.displaced(allocation, was)
        return "change", causes.freed(allocation, was)
    if allocation.line.gross_minor != was.gross_minor and causes.follows_others(allocation, was):
        return "change", causes.repriced(allocation)
    return "change", causes.change(allocation, was)


def due_by_key(allocations: Iterable[Allocation], investor: str, period: Period) -> dict[LineKey, Allocation]:
    """What is due to an investor for outcomes before the period's end (terms 6)."""
    return {
        allocation.key: allocation
        for allocation in allocations
        if allocation.investor == investor and allocation.key.outcome.achieved_on < period.end
    }
