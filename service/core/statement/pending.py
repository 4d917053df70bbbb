"""What pending findings would give an investor, before limits."""

from collections.abc import Iterable
from operator import attrgetter

from service.core.allocate import Prospects
from service.core.books import Books
from service.core.evaluate import Finding
from service.core.period import Period
from service.core.price import RateCard, would_pay
from service.core.price.payers import PayerSplitter
from service.core.statement.detail import PendingShare
from service.core.terms import TermsTimeline


def pending_to(
    terms: TermsTimeline, books: Books, findings: Iterable[Finding], investor: str, period: Period
) -> tuple[PendingShare, ...]:
    """What every pending finding would give an investor, before limits, as of the end of a period."""
    rates, payers, prospects = RateCard(), PayerSplitter(), Prospects(terms, period.end, books)
    version_of = {version.terms.version: version.terms for version in terms.versions}
    shares = []
    waiting = [finding for finding in findings if finding.state == "pending"]
    for finding in sorted(waiting, key=attrgetter("order", "participant")):
        governing = version_of[finding.version]
        metric = governing.metrics[finding.order[0]]
        expected = would_pay(governing, metric, finding, rates, payers)
        shares.append(PendingShare(finding, prospects.parts_of(investor, governing, metric, expected)))
    return tuple(shares)
