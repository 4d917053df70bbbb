"""How far the sources of occurrences were checked over a window: silence alone proves nothing (terms 3)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from service.core.evaluate.timeline import Timeline
from service.core.events import FactRef
from service.core.events.kept import Coverage, Occurrence

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """The dates from `start` up to `end`, not included."""

    start: date
    end: date

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


class Checked(NamedTuple):
    """By kind of occurrence: how far its source is checked without a hole (not included), and by which checks."""

    span: Span
    by_kind: Mapping[str, tuple[date, list[Coverage]]]

    @property
    def is_whole(self) -> bool:
        """Whether every source is checked to the end."""
        return all(reached >= self.span.end for reached, _ in self.by_kind.values())

    @property
    def facts(self) -> tuple[FactRef, ...]:
        """The checks it rests on."""
        return tuple(dict.fromkeys(fact.ref for _, facts in self.by_kind.values() for fact in facts))

    @property
    def lacking(self) -> str:
        """What is not checked, in words."""
        start, end = self.span
        parts = [
            f"{kind} not checked at all" if reached == start else f"{kind} checked through {reached - _DAY} only"
            for kind, (reached, _) in self.by_kind.items()
            if reached < end
        ]
        return f"window {self.span}: {'; '.join(parts)}; needed through {end - _DAY}"

    @property
    def sources(self) -> str:
        """Which sources were checked from when through when, in words."""
        checks = {fact.ref: fact for _, facts in self.by_kind.values() for fact in facts}.values()
        told = [(fact.evidence.kind if fact.evidence else fact.source, fact) for fact in checks]
        return "; ".join(f"{source} checked from {fact.start} through {fact.through}" for source, fact in told)


def checked(kinds: Iterable[str], timeline: Timeline, span: Span) -> Checked:
    """How far each kind's source is checked from the window's start."""
    return Checked(span, {kind: _covering(timeline.coverage_of(kind), span) for kind in kinds})


def occurrences_in(kinds: Iterable[str], timeline: Timeline, span: Span) -> list[Occurrence]:
    """What happened of these kinds in the window, in order of date."""
    inside = [fact for kind in kinds for fact in timeline.occurrences.get(kind, ()) if span.start <= fact.on < span.end]
    return sorted(inside, key=lambda fact: (fact.on, fact.ref))


def _covering(checks: list[Coverage], span: Span) -> tuple[date, list[Coverage]]:
    reached = span.start
    used: list[Coverage] = []
    for check in sorted(checks, key=lambda check: (check.start, check.through, check.ref)):
        if check.start > reached or reached >= span.end:
            break
        if check.through >= reached:
            reached, used = check.through + _DAY, [*used, check]
    return reached, used
