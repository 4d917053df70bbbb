"""Editions of the calculation that only tests have: each changes one stage of the first."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as altered

from service.core.allocate import Allocation, LineKey
from service.core.calculation import EDITIONS, Edition
from service.core.price import Circumstances, PricedLine
from service.core.terms import TermsTimeline

FIRST, SECOND = "2026-12", "2031-01"
_MINOR_UNITS = 100  # of the currency of the contracts that these are for


def priced_in_whole_units(first: Edition) -> Edition:
    """A changed rounding: what one payer owes of a line is cut to whole units of the currency."""

    def price(terms: TermsTimeline, findings: Any, circumstances: Circumstances) -> tuple[PricedLine, ...]:
        return tuple(map(_cut, first.price(terms, findings, circumstances)))

    return replace(first, price=price)


def _cut(line: PricedLine) -> PricedLine:
    ((payer, _),) = line.parts
    cut = line.net_minor - line.net_minor % _MINOR_UNITS
    return altered(line, gross_minor=cut, net_minor=cut, parts=((payer, cut),))


def left_over_to_the_last(first: Edition) -> Edition:
    """A changed allocation: of investors with equal weights it is the last who gets the unit that is left over."""

    def allocate(
        lines: Sequence[PricedLine], terms: TermsTimeline, circumstances: Circumstances
    ) -> tuple[Allocation, ...]:
        given = first.allocate(lines, terms, circumstances)
        dues: dict[LineKey, list[int]] = defaultdict(list)
        for one in given:
            dues[one.key].append(one.due_minor)
        return tuple(altered(one, due_minor=dues[one.key].pop()) for one in given)

    return replace(first, allocate=allocate)


CHANGES = {"rounding": priced_in_whole_units, "left-over units": left_over_to_the_last}


def second(change: str) -> Edition:
    """The first edition with that change."""
    return CHANGES[change](EDITIONS[FIRST])
