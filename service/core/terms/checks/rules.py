"""Faults in rules: steps out of order, windows before their anchor, and what nobody can achieve before the last day."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts
from service.core.terms.checks.reach import ends_after
from service.core.terms.counting_rules import EventReductionRule, ThresholdSumRule, TimeInStatusRule
from service.core.terms.group_rules import (
    CohortMeanRule,
    CohortShareRule,
    ComparisonRule,
    CompositeRule,
    SavingRule,
)
from service.core.terms.individual_rules import (
    AbsenceRule,
    ImprovementRule,
    MilestoneRule,
    StatusAtRule,
    SustainedStatusRule,
    Windows,
)
from service.core.terms.rules import MemberRule, Rule
from service.core.terms.words import Anchor, Duration, Step, Window

# Two days from which months are long and short: an order that holds from neither is wrong whatever the calendar.
_FROM_SHORT_MONTHS, _FROM_LONG_MONTHS = date(2001, 2, 1), date(2001, 7, 1)
_TOO_LONG = "lasts longer than the contract, from its first day to outcomes_until; shorten it or correct the dates"
_TOO_LATE = "begins after outcomes_until, so it can never be achieved; correct the date or the anchor"
_OVER_BEFORE = "has ended before the contract begins, so it can never be achieved; correct the date or the anchor"
_BEFORE_ANCHOR = "the follow-up window begins before its anchor: the tolerance reaches back further than the checkpoint"


@dataclass(frozen=True)
class Span:
    """The contract's first and last day, None where they are not known here."""

    begins: date | None
    until: date | None

    def outlasts(self, length: Duration, anchor: Anchor, times: int = 1) -> bool:
        """Whether a stretch of that length from the anchor cannot end by the last day, whoever enrols when."""
        start = anchor if isinstance(anchor, date) else self.begins
        return start is not None and self.until is not None and ends_after(length, start, times, self.until)

    def misses(self, window: Window) -> str | None:
        """Why nothing can happen in the window while the contract runs, or None."""
        if not isinstance(window.anchor, date):
            return None
        if self.until is not None and window.anchor > self.until:
            return _TOO_LATE
        return _OVER_BEFORE if self.begins is not None and _ended(window, window.anchor, self.begins) else None


def _ended(length: Duration, start: date, first: date) -> bool:
    return not ends_after(length, start, 1, first)


def rule_faults(parts: Parts) -> Iterator[Fault]:
    """What is wrong with every rule, those inside composites and cohorts too."""
    begins, until = parts.begins, parts.outcomes_until
    in_order = begins is None or until is None or begins <= until
    span = Span(begins, until) if in_order else Span(None, None)
    for place, metric in parts.metrics:
        yield from _faults(f"/metrics/{place}/rule", metric.rule, span)


def _faults(here: str, rule: Rule | MemberRule, span: Span) -> Iterator[Fault]:
    match rule:
        case MilestoneRule() | ThresholdSumRule():
            yield from _window_faults(f"{here}/within", rule.within, span)
        case SustainedStatusRule():
            yield from _sustained_faults(here, rule, span)
        case TimeInStatusRule():
            yield from _least_spell_faults(f"{here}/least_spell", rule.least_spell, span)
        case AbsenceRule() | EventReductionRule():
            yield from _windows_faults(f"{here}/windows", rule.windows, rule.anchor, span)
        case StatusAtRule() | ImprovementRule() | SavingRule():
            placed = [(f"{here}/checkpoints/{place}", step) for place, step in enumerate(rule.checkpoints)]
            yield from _order_faults(f"{here}/checkpoints", rule.checkpoints)
            yield from _checkpoint_faults(placed, rule, span)
        case CohortMeanRule():
            yield from _checkpoint_faults([(f"{here}/checkpoint", rule.checkpoint)], rule, span)
        case CohortShareRule():
            yield from _faults(f"{here}/member/rule", rule.member.rule, span)
        case CompositeRule():
            yield from _composite_faults(here, rule, span)
        case ComparisonRule():
            pass
        case _:
            assert_never(rule)


def _composite_faults(here: str, rule: CompositeRule, span: Span) -> Iterator[Fault]:
    """A member that nobody can achieve is a fault where too few others are left."""
    members = [list(_faults(f"{here}/members/{place}/rule", one.rule, span)) for place, one in enumerate(rule.members)]
    possible = sum(all(fault.code != "never-achieved" for fault in faults) for faults in members)
    needed = {"all": len(members), "at_least": rule.count or len(members)}.get(rule.need, 1)
    for fault in itertools.chain.from_iterable(members):
        if fault.code != "never-achieved" or possible < needed:
            yield fault


def _least_spell_faults(pointer: str, least_spell: Duration | None, span: Span) -> Iterator[Fault]:
    if least_spell is not None and span.outlasts(least_spell, "enrolled"):
        yield Fault(pointer, "never-achieved", _TOO_LONG)


def _window_faults(pointer: str, window: Window | None, span: Span) -> Iterator[Fault]:
    told = span.misses(window) if window is not None else None
    if told is not None:
        yield Fault(pointer, "never-achieved", told)


def _windows_faults(pointer: str, windows: Windows, anchor: Anchor, span: Span) -> Iterator[Fault]:
    if span.outlasts(windows, anchor):
        yield Fault(pointer, "never-achieved", _TOO_LONG)
    elif span.outlasts(windows, anchor, windows.count):
        told = "the last of the windows ends after outcomes_until, whoever enrols when; ask for fewer or shorter ones"
        yield Fault(f"{pointer}/count", "never-achieved", told)
    elif isinstance(anchor, date) and span.begins is not None and _ended(windows, anchor, span.begins):
        yield Fault(pointer, "never-achieved", _OVER_BEFORE)


def _sustained_faults(here: str, rule: SustainedStatusRule, span: Span) -> Iterator[Fault]:
    yield from _order_faults(f"{here}/steps", rule.steps)
    for place, step in enumerate(rule.steps):
        if span.outlasts(step, "enrolled"):
            yield Fault(f"{here}/steps/{place}", "never-achieved", _TOO_LONG)
        if step.within is not None and _is_shorter(step.within, step):
            told = "is shorter than the time to be spent in it, so it can never be achieved; make it as long at least"
            yield Fault(f"{here}/steps/{place}/within", "never-achieved", told)


def _order_faults(pointer: str, steps: Sequence[Step]) -> Iterator[Fault]:
    for place in range(1, len(steps)):
        if _is_shorter(steps[place], steps[place - 1]):
            told = "is shorter than the step before; list the steps from the shortest to the longest"
            yield Fault(f"{pointer}/{place}", "wrong-order", told)


def _is_shorter(one: Duration, other: Duration) -> bool:
    """Shorter whatever the calendar; 13 weeks and 3 months are neither."""
    return all(one.after(day) < other.after(day) for day in (_FROM_SHORT_MONTHS, _FROM_LONG_MONTHS))


def _checkpoint_faults(
    placed: Iterable[tuple[str, Step]],
    rule: StatusAtRule | ImprovementRule | SavingRule | CohortMeanRule,
    span: Span,
) -> Iterator[Fault]:
    for here, checkpoint in placed:
        # A status before the anchor is still in force; a measurement from before it is no follow-up.
        if not isinstance(rule, StatusAtRule) and _reaches_back(checkpoint, rule.tolerance_days):
            yield Fault(here, "wrong-order", _BEFORE_ANCHOR)
        anchor = rule.anchor
        if isinstance(anchor, date) and span.begins is not None and _ended(checkpoint, anchor, span.begins):
            yield Fault(here, "never-achieved", "lies before the contract begins; correct the date or the checkpoint")


def _reaches_back(checkpoint: Duration, tolerance_days: int) -> bool:
    return checkpoint.after(_FROM_SHORT_MONTHS) - timedelta(days=tolerance_days) < _FROM_SHORT_MONTHS
