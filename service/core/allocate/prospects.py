"""What an investor would be due of an outcome that is still pending."""

from datetime import date

from service.core.allocate.capital import capital_drawn
from service.core.allocate.fixed import InvestorSplitter
from service.core.allocate.serving import Totals, serve
from service.core.books import Books
from service.core.price.outcomes import Expected
from service.core.terms import Metric, Terms, TermsTimeline


class Prospects:
    """Splits what a pending outcome would pay, as far as that can be told before it is stated."""

    def __init__(self, terms: TermsTimeline, end: date, books: Books) -> None:
        self._drawn = capital_drawn(terms, end, books)
        self._splitter = InvestorSplitter()

    def parts_of(
        self, investor: str, terms: Terms, metric: Metric, expected: Expected | None
    ) -> tuple[tuple[str, int | None], ...]:
        """By payer, what it would owe the investor of a pending outcome; None where that is not known yet."""
        if expected is None:
            return tuple((payer, None) for payer in terms.who_owes(metric))
        return tuple((payer, self.due_to(investor, terms, part)) for payer, part in expected.parts)

    def due_to(self, investor: str, terms: Terms, part_minor: int) -> int | None:
        """Minor units of a payer's part; None where tranches or return caps decide, by what is stated before it."""
        shares = terms.shares
        if shares.by == "tranches" or shares.return_caps:
            return None
        if shares.by == "weight":
            dues = self._splitter.dues(terms, part_minor)
        else:
            dues = tuple(part for layer in serve(terms, part_minor, self._drawn, Totals()) for part in layer.parts)
        return sum(due for party, due in dues if party == investor)
