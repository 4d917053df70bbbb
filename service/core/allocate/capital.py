"""Capital drawn: what each investor has paid out to the programme by a date."""

from datetime import date

from service.core.books import Books
from service.core.money import to_minor
from service.core.terms import TermsTimeline


def capital_drawn(terms: TermsTimeline, end: date, books: Books) -> dict[str, int]:
    """Minor units of drawdowns dated before `end`, by every investor of whom there is any drawdown.

    An investor's recorded drawdowns count as soon as there are any; until then those that the newest version of the
    terms lists.
    """
    currency = terms.latest.currency
    recorded = {drawdown.investor for drawdown in books.drawdowns}
    listed = (
        (drawdown.party, drawdown.on, to_minor(drawdown.amount, currency))
        for drawdown in terms.latest.drawdowns
        if drawdown.party not in recorded
    )
    drawn: dict[str, int] = {}
    for investor, on, minor in (*listed, *(drawdown[:3] for drawdown in books.drawdowns)):
        drawn[investor] = drawn.get(investor, 0) + (minor if on < end else 0)
    return drawn
