"""Entitlement to date less what was already stated: new, late, changed, reversed, amended and displaced lines."""

from collections.abc import Iterable
from datetime import date

from service.core.allocate import Allocation, LineKey
from service.core.period import Period
from service.core.statement.causes import Causes
from service.core.statement.lines import Cause, LineKind, StatedLine, StatementLine
from service.core.statement.position import Position
from service.core.terms import TermsTimeline


def differences(position: Position) -> tuple[StatementLine, ...]:
    """The lines of this statement, by metric, step, date, participant and payer; a key without a change has none."""
    causes = Causes(position)
    keys = sorted({**position.stated, **position.entitled}, key=_Order(position.terms).of)
    lines = (_line(key, position, causes) for key in keys)
    return tuple(line for line in lines if line is not None)


class _Order:
    """The order of lines for readers: as the contract lists metrics and steps, then by date and participant."""

    def __init__(self, terms: TermsTimeline) -> None:
        ids = (metric.id for version in terms.versions for metric in version.terms.metrics)
        steps = (
            (metric.id, step)
            for version in terms.versions
            for metric in version.terms.metrics
            for step in metric.rule.step_ids
        )
        self._metrics = {metric_id: place for place, metric_id in enumerate(dict.fromkeys(ids))}
        self._steps = {step: place for place, step in enumerate(dict.fromkeys(steps))}

    def of(self, key: LineKey) -> tuple[int, int, date, LineKey]:
        outcome = key.outcome
        return (self._metrics[outcome.metric], self._steps[outcome.metric, outcome.step], outcome.achieved_on, key)


def _line(key: LineKey, position: Position, causes: Causes) -> StatementLine | None:
    allocation, was = position.entitled.get(key), position.stated.get(key)
    due, before = (allocation.due_minor if allocation else 0), (was.total_minor if was else 0)
    if was is not None and due == before:
        return None
    kind, cause = _kind(key, allocation, was, position, causes)
    finding = allocation.line.finding if allocation else None
    if finding is not None:
        sentence, facts = finding.sentence, finding.facts
    else:
        sentence, facts = (was.sentence, was.facts) if was else ("", ())
    period = position.terms.period_of(key.outcome.achieved_on).label
    return StatementLine(kind, cause, key, period, due - before, before, due, allocation, was, sentence, facts)


def _kind(
    key: LineKey, allocation: Allocation | None, was: StatedLine | None, position: Position, causes: Causes
) -> tuple[LineKind, Cause]:
    is_current = key.outcome.achieved_on in position.period
    if not is_current and causes.is_amendment(key):
        return "amendment", causes.amendment()
    if allocation is None:
        return "reversal", causes.reversal(key)
    if was is None:
        return ("new", causes.outcome(allocation)) if is_current else ("late", causes.late(allocation))
    if allocation.line.gross_minor == was.gross_minor and allocation.line.clips != was.clips:
        if allocation.line.net_minor < was.net_minor:
            return "displaced", causes.displaced(allocation, was)
        return "change", causes.freed(allocation, was)
    return "change", causes.change(allocation, was)


def due_by_key(allocations: Iterable[Allocation], investor: str, period: Period) -> dict[LineKey, Allocation]:
    """What is due to an investor for outcomes before the period's end (terms 6)."""
    return {
        allocation.key: allocation
        for allocation in allocations
        if allocation.investor == investor and allocation.key.outcome.achieved_on < period.end
    }
