"""Faults in dates that have to follow one another: the contract's own, indexation, plans."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts


def date_faults(parts: Parts) -> Iterator[Fault]:
    """Dates that lie before those they have to follow."""
    order = ("effective_from", "outcomes_until", "evidence_until")
    texts = [str(parts.document.get(name)) for name in order]
    for place in (1, 2):
        earlier, later = texts[place - 1], texts[place]
        if len(earlier) == len(later) == 10 and later < earlier:
            yield Fault(f"/{order[place]}", "wrong-order", f"must not lie before {order[place - 1]}")
    yield from _rising("/indexation", [(place, entry.start) for place, entry in parts.indexation])
    yield from _rising("/plans", [(place, plan.start) for place, plan in parts.plans])


def _rising(pointer: str, starts: Sequence[tuple[int, date]]) -> Iterator[Fault]:
    for (_, earlier), (place, later) in itertools.pairwise(starts):
        if later <= earlier:
            yield Fault(f"{pointer}/{place}/from", "wrong-order", "must lie after the one before; list them by date")
