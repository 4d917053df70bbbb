"""Capital drawn: what each investor has paid out to the programme by a date, as the terms list it."""

from datetime import date

from service.core.money import to_minor
from service.core.terms import TermsTimeline


def capital_drawn(terms: TermsTimeline, end: date) -> dict[str, int]:
    """Minor units by investor, of drawdowns dated before `end`, by the newest version of the terms that is known."""
    drawn: dict[str, int] = {}
    for drawdown in terms.latest.drawdowns:
        if drawdown.on < end:
            minor = to_minor(drawdown.amount, terms.latest.currency)
            drawn[drawdown.party] = drawn.get(drawdown.party, 0) + minor
    return drawn
