"""Priced lines in, allocations out: what each payer owes of a line, and each investor is due of each payer's part."""

from collections.abc import Sequence

from service.core.allocate.capital import capital_drawn
from service.core.allocate.fixed import Allocation, InvestorSplitter
from service.core.allocate.keys import LineKey, LineOrder
from service.core.allocate.prospects import Prospects
from service.core.allocate.recipients import recipients_of
from service.core.allocate.stated import decide, is_decided_when_stated, standing_of
from service.core.price import Circumstances, PricedLine
from service.core.terms import TermsTimeline

__all__ = [
    "Allocation",
    "InvestorSplitter",
    "LineKey",
    "LineOrder",
    "Prospects",
    "allocate",
    "capital_drawn",
    "is_decided_when_stated",
    "recipients_of",
    "standing_of",
]


def allocate(lines: Sequence[PricedLine], terms: TermsTimeline, circumstances: Circumstances) -> tuple[Allocation, ...]:
    """Every line's parts by payer and investor; they sum to the line exactly.

    Except that lines of versions whose shares are decided when they are stated have allocations only once they lie
    before the period's end, and these leave out what a return cap or full tranches leave with the payer.
    """
    decided = {version.terms.version for version in terms.versions if is_decided_when_stated(version.terms)}
    splitter = InvestorSplitter()
    fixed = tuple(
        Allocation(key, line, investor, part, due)
        for line in lines
        if line.terms.version not in decided
        for payer, part in line.parts
        for key in (LineKey(line.key, payer),)
        for investor, due in splitter.dues(line.terms, part)
    )
    if not decided:
        return fixed
    later = [line for line in lines if line.terms.version in decided]
    return fixed + decide(later, fixed, terms, circumstances)
