"""Balanced double-entry transactions: what a statement moves between the accounts of payers and recipients."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.core.errors import BrokenInvariant
from service.core.terms import Terms, TermsTimeline
from service.core.terms.parties import PayerShare


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg: an account and a signed amount in minor units; a debit is positive."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """Postings in one currency that sum to zero; anything else cannot be made."""

    number: str
    currency: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if sum(posting.amount_minor for posting in self.postings) != 0:
            raise BrokenInvariant(f"transaction {self.number} does not balance")


def post_payment(number: str, terms: TermsTimeline, payer: str, investor: str, minor: int) -> Transaction:
    """What a payment on a statement posts: what was due is less by it, on both sides; negative: paid back."""
    postings = (
        Posting(owing_account(terms, payer), minor),
        Posting(f"cash:{payer}", -minor),
        Posting(f"cash:{investor}", minor),
        Posting(receivable_of(terms, investor), -minor),
    )
    return Transaction(number, terms.latest.currency, postings)


def post_drawdown(number: str, currency: str, investor: str, minor: int) -> Transaction:
    """What a drawdown posts: the investor's capital is in the programme, its cash is less by it."""
    return Transaction(
        number, currency, (Posting(f"investor:{investor}:capital", minor), Posting(f"cash:{investor}", -minor))
    )


def reversal_of(number: str, transaction: Transaction) -> Transaction:
    """The same amounts with the other sign: what a transaction moved is moved back, and nothing is calculated anew."""
    mirrored = tuple(Posting(posting.account, -posting.amount_minor) for posting in transaction.postings)
    return Transaction(number, transaction.currency, mirrored)


def owing_account(terms: TermsTimeline, party: str) -> str:
    """The account of whoever owes: a payer's in any version, else the guarantor's."""
    payers = {share.party for version in terms.versions for share in _payers(version.terms)}
    return f"payer:{party}:due" if party in payers else f"guarantor:{party}:due"


def _payers(terms: Terms) -> Iterator[PayerShare]:
    yield from terms.shares.payers
    for metric in terms.metrics:
        yield from metric.payers or ()


def receivable_of(terms: TermsTimeline, party: str) -> str:
    """The account of a recipient: an investor's, or a provider's that is paid for outcomes without investing."""
    roles = {
        role
        for version in terms.versions
        if party in version.terms.parties
        for role in version.terms.parties[party].roles
    }
    return f"provider:{party}:receivable" if roles and "investor" not in roles else f"investor:{party}:receivable"


def post_statement(number: str, currency: str, receivable: str, due_minor_by_account: Mapping[str, int]) -> Transaction:
    """What an issued statement posts: whoever owes it is credited its part, the recipient's account is due the sum."""
    payers = [Posting(account, -amount) for account, amount in sorted(due_minor_by_account.items()) if amount]
    total = -sum(posting.amount_minor for posting in payers)
    recipient = [Posting(receivable, total)] if total else []
    return Transaction(number, currency, tuple(recipient + payers))
