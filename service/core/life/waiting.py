"""What pending outcomes would pay, by investor and by payer, before limits."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from service.core.evaluate import Finding
from service.core.period import Period
from service.core.pipeline import Inputs
from service.core.price import RateCard, would_pay
from service.core.price.payers import PayerSplitter
from service.core.statement import pending_to
from service.core.terms import TermsTimeline


class Pending(NamedTuple):
    """How many outcomes are pending, what those would pay of which that is known (minor units), and of how many it is
    not known."""

    outcomes: int
    known_minor: int
    not_known: int


def pending_of_investors(
    inputs: Inputs, findings: Iterable[Finding], investors: Iterable[str], period: Period
) -> Mapping[str, Pending]:
    """By investor, as of the end of a period."""
    waiting = tuple(finding for finding in findings if finding.state == "pending")
    shares = {investor: pending_to(inputs.terms, inputs.books, waiting, investor, period) for investor in investors}
    return {investor: _added_up(share.due_minor for share in mine) for investor, mine in shares.items()}


def pending_of_payers(
    terms: TermsTimeline, findings: Iterable[Finding], payers: Iterable[str]
) -> Mapping[str, Pending]:
    """By payer; an outcome of which it would owe nothing is none of its own."""
    version_of = {version.terms.version: version.terms for version in terms.versions}
    rates, splitter = RateCard(), PayerSplitter()
    parts: dict[str, list[int | None]] = {payer: [] for payer in payers}
    for finding in findings:
        if finding.state != "pending":
            continue
        governing = version_of[finding.version]
        metric = governing.metrics[finding.order[0]]
        expected = would_pay(governing, metric, finding, rates, splitter)
        if expected is None:
            for share in governing.payers_of(metric):
                parts.setdefault(share.party, []).append(None)
        for payer, minor in expected.parts if expected else ():
            parts.setdefault(payer, []).append(minor)
    return {payer: _added_up(mine) for payer, mine in parts.items()}


def _added_up(amounts: Iterable[int | None]) -> Pending:
    told = list(amounts)
    known = [minor for minor in told if minor is not None]
    return Pending(len(told), sum(known), len(told) - len(known))
