"""Who can be due anything by a contract, and so is sent statements."""

from collections.abc import Iterator

from service.core.terms import Terms, TermsTimeline


def recipients_of(terms: TermsTimeline) -> tuple[str, ...]:
    """Every party that any version lets share in outcomes, in the order in which they first appear."""
    return tuple(dict.fromkeys(party for version in terms.versions for party in _sharing(version.terms)))


def _sharing(terms: Terms) -> Iterator[str]:
    shares = terms.shares
    yield from (share.party for share in shares.investors)
    yield from (share.party for tranche in shares.tranches for share in tranche.investors)
    yield from (cap.beyond for cap in shares.return_caps if cap.beyond is not None)
