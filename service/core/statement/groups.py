"""Small groups: what a statement shows of a metric without exposing a participant (terms 6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.core import money
from service.core.canonical import Document
from service.core.evaluate import WHY_IN_WORDS, Why
from service.core.statement.detail import PendingShare
from service.core.statement.lines import StatementLine

_Cell = tuple[tuple[str, str | None], ...]


@dataclass(slots=True)
class _Group:
    """One cell of a metric: who is in it, and its amount in minor units (None: some of it is not known yet)."""

    participants: dict[str, int] = field(default_factory=dict)  # how many each stands for; "" is a group
    outcomes: set[Any] = field(default_factory=set)
    amount_minor: int | None = 0
    clipped_minor: int = 0

    @property
    def people(self) -> int:
        """How many participants are in it."""
        return sum(self.participants.values())

    def add(self, participant: str, people: int, amount_minor: int | None) -> None:
        """Count a participant, or the people of a group, and the amount into the cell."""
        self.participants[participant] = max(people, self.participants.get(participant, 0))
        if amount_minor is None or self.amount_minor is None:
            self.amount_minor = None
        else:
            self.amount_minor += amount_minor


def metric_section(
    heading: Mapping[str, str],
    lines: Sequence[StatementLine],
    pending: Sequence[PendingShare],
    currency: str,
    smallest_group: int,
) -> Document:
    """A metric's part of a statement: its total, and its cells only where every one of them is large enough."""
    total = sum(line.amount_minor for line in lines)
    section: Document = {**heading, "total": money.to_text(total, currency), "merged": False}
    by_line, clipped, waiting = _cells(lines, pending)
    if any(group.people < smallest_group for cells in (by_line, clipped, waiting) for group in cells.values()):
        section["merged"] = True
        return section
    section["lines"] = [
        {**dict(cell), **_count(group), "amount": _text(group.amount_minor, currency)}
        for cell, group in by_line.items()
    ]
    section["clipped"] = [
        {
            **dict(cell),
            **_count(group),
            "would_have_paid": _text(group.amount_minor, currency),
            "clipped": money.to_text(group.clipped_minor, currency),
        }
        for cell, group in clipped.items()
    ]
    section["pending"] = [
        {**dict(cell), **_count(group), "would_be_due": _text(group.amount_minor, currency)}
        for cell, group in waiting.items()
    ]
    return section


def fewest_in_a_group(lines: Sequence[StatementLine], pending: Sequence[PendingShare]) -> int:
    """How many participants the smallest group of a metric has that has lines or pending findings."""
    return min(group.people for by_cell in _cells(lines, pending) for group in by_cell.values())


def _cells(lines: Sequence[StatementLine], pending: Sequence[PendingShare]) -> tuple[dict[_Cell, _Group], ...]:
    """Every cell that the statement would show: of lines, of what limits took, of what is pending."""
    return _line_cells(lines), _clip_cells(lines), _pending_cells(pending)


def _count(group: _Group) -> Document:
    return {"participants": group.people}


def _text(amount_minor: int | None, currency: str) -> str | None:
    return None if amount_minor is None else money.to_text(amount_minor, currency)


def _line_cells(lines: Iterable[StatementLine]) -> dict[_Cell, _Group]:
    by_values: dict[tuple[str | None, ...], _Group] = {}
    for line in lines:
        allocation, outcome = line.allocation, line.key.outcome
        price = allocation.line.price_label if allocation else None
        values = (line.kind, line.cause.code, outcome.step, price, line.outcome_period)
        group = by_values.get(values)
        if group is None:
            group = by_values[values] = _Group()
        group.add(outcome.participant, line.people, line.amount_minor)
    names = ("kind", "cause", "step", "tariff", "outcome_period")
    return {tuple(zip(names, values, strict=True)): group for values, group in by_values.items()}


def _clip_cells(lines: Iterable[StatementLine]) -> dict[_Cell, _Group]:
    """What limits took from the outcomes on this statement, each outcome once whoever pays it."""
    cells: dict[_Cell, _Group] = {}
    for line in lines:
        if line.allocation is None or not line.allocation.line.clips:
            continue
        taken: dict[str, int] = {}
        for clip in line.allocation.line.clips:
            taken[clip.limit] = taken.get(clip.limit, 0) + clip.minor
        for limit, minor in taken.items():
            cell = (("limit", limit), ("step", line.key.outcome.step), ("outcome_period", line.outcome_period))
            group = cells.setdefault(cell, _Group())
            if line.key.outcome not in group.outcomes:
                group.outcomes.add(line.key.outcome)
                group.add(line.key.outcome.participant, line.people, line.allocation.line.gross_minor)
                group.clipped_minor += minor
    return cells


def _pending_cells(pending: Iterable[PendingShare]) -> dict[_Cell, _Group]:
    cells: dict[_Cell, _Group] = {}
    for share in pending:
        why = share.finding.why or Why.AWAITS_EVIDENCE
        cell = (("step", share.finding.step), ("why", str(why)), ("in_words", WHY_IN_WORDS[why]))
        cells.setdefault(cell, _Group()).add(share.finding.participant, share.finding.people, share.due_minor)
    return cells
