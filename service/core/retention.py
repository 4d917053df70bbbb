"""Who is due for erasure: until when the terms agree that the facts about a participant are needed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from service.core.evaluate.reads import reads
from service.core.events import Fact
from service.core.events.facts import participant_of
from service.core.period import add_months
from service.core.terms import Metric, Terms, TermsTimeline


class Due(NamedTuple):
    """A participant whose facts no metric needs any more, and the first day on which none did."""

    participant: str
    since: date


def due_for_erasure(terms: TermsTimeline, facts: Iterable[Fact], as_of: date) -> tuple[Due, ...]:
    """Who is due on a date, by name; `facts` are all there are, those without effect among them.

    Never due: of whom a metric without an agreed end reads a fact, and of whom no metric reads any, because no end is
    agreed for them either.
    """
    end_of = _ends(terms)
    readers = [(metric.rule, end_of[metric.id]) for version in terms.versions for metric in version.terms.metrics]
    ends: defaultdict[str, set[date | None]] = defaultdict(set)
    for fact in facts:
        participant = participant_of(fact)
        if participant is not None:
            ends[participant].update(end for rule, end in readers if reads(rule, fact))
    last = {name: max(agreed) for name, found in ends.items() if (agreed := _all_agreed(found))}
    return tuple(Due(name, since) for name, since in sorted(last.items()) if since <= as_of)


def _all_agreed(ends: Iterable[date | None]) -> list[date]:
    """The ends, or nothing where one of them is not agreed."""
    agreed = list(ends)
    return [] if None in agreed else [end for end in agreed if end is not None]


def _ends(terms: TermsTimeline) -> dict[str, date | None]:
    """By metric, the first day on which what it reads is not needed: the latest that any version agrees, so that an
    amendment shortens nothing that was agreed; None where its newest version agrees no end."""
    ends: dict[str, date | None] = {}
    for version in terms.versions:
        for metric in version.terms.metrics:
            before, end = ends.get(metric.id), _end(version.terms, metric)
            ends[metric.id] = max(before, end) if before is not None and end is not None else end
    return ends


def _end(terms: Terms, metric: Metric) -> date | None:
    return None if metric.retention_months is None else add_months(terms.evidence_until, metric.retention_months)
