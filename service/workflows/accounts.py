"""Accounts of a contract: postings in order, balances as their sums, and the trial balance."""

from dataclasses import dataclass

from service.storage.rows import Balance, PostingRow
from service.workflows.known import terms_known
from service.workflows.ledger import Ledger


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account's balance, and their sum by currency, which is zero."""

    currency: str
    balances: tuple[Balance, ...]

    @property
    def total_minor(self) -> int:
        """The sum of all balances in minor units."""
        return sum(balance.amount_minor for balance in self.balances)


async def trial_balance(ledger: Ledger, contract: str) -> TrialBalance:
    """The balances of a contract's accounts."""
    async with ledger.database.reading() as store:
        terms = await terms_known(store, contract)
        return TrialBalance(terms.latest.currency, tuple(await store.balances(contract)))


async def read_postings(ledger: Ledger, contract: str, after: tuple[int, int] | None, limit: int) -> list[PostingRow]:
    """A page of postings in the order in which they were made."""
    async with ledger.database.reading() as store:
        await terms_known(store, contract)
        return await store.postings(contract, after, limit)
