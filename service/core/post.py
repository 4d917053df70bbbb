"""Balanced double-entry transactions: what a statement moves between the accounts of payers and recipients."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.core.errors import BrokenInvariant


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


def post_statement(number: str, currency: str, receivable: str, due_minor_by_account: Mapping[str, int]) -> Transaction:
    """What an issued statement posts: whoever owes it is credited its part, the recipient's account is due the sum."""
    payers = [Posting(account, -amount) for account, amount in sorted(due_minor_by_account.items()) if amount]
    total = -sum(posting.amount_minor for posting in payers)
    recipient = [Posting(receivable, total)] if total else []
    return Transaction(number, currency, tuple(recipient + payers))
