"""Everything that moved on a contract's accounts, transaction by transaction, read page by page as it is sent."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from service.core.bookkeeping.journals import Moved, Opened, told_of
from service.core.post import Posting
from service.core.terms import TermsTimeline
from service.render.journal_text import JournalForm
from service.storage.rows import PostingRow
from service.storage.store import Store
from service.workflows.known import terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import acts_from

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class MoneyJournal:
    """A contract's accounts as they stand at a sequence number: what is posted later is in the next journal."""

    contract: str
    title: str
    terms: TermsTimeline
    opened: tuple[Opened, ...]
    through: int


async def money_journal(ledger: Ledger, contract: str) -> MoneyJournal:
    """The head of a journal, whose transactions are read afterwards; NotFound."""
    async with ledger.database.reading() as store:
        terms = await terms_known(store, contract)
        head = await store.head(contract)
        opened = tuple(Opened(*row) for row in await store.opened_accounts(contract))
    title = f"{contract}: {terms.latest.title}"
    return MoneyJournal(contract, title, terms, opened, head.sequence if head else 0)


async def written(ledger: Ledger, journal: MoneyJournal, form: JournalForm, page: int = _PAGE) -> AsyncIterator[str]:
    """The journal in that form, piece by piece, however many transactions there are; `page` postings at a time."""
    yield form.head(journal.title, journal.opened)
    transactions = 0
    async for found in _pages(ledger, journal, page):
        transactions += len(found)
        yield "".join(map(form.entry, found))
    yield form.end(transactions)


async def _pages(ledger: Ledger, journal: MoneyJournal, page: int) -> AsyncIterator[list[Moved]]:
    """The transactions in the order in which they were made. Each page of postings is a reading of its own, so that a
    slow reader holds nothing; what is posted is never changed."""
    after: tuple[int, int] = (0, 0)
    while True:
        async with ledger.database.reading() as store:
            rows = await store.postings(journal.contract, after, page)
            if len(rows) == page and rows[0].sequence != rows[-1].sequence:
                rows = [row for row in rows if row.sequence != rows[-1].sequence]  # the last may not be whole
            elif len(rows) == page:
                rows = await store.postings_of(journal.contract, rows[0].sequence)
            found = await _moved(store, journal, rows)
        if found:
            yield found
        if not rows or rows[-1].sequence > journal.through:
            return
        after = (rows[-1].sequence, rows[-1].position)


async def _moved(store: Store, journal: MoneyJournal, rows: Sequence[PostingRow]) -> list[Moved]:
    rows = [row for row in rows if row.sequence <= journal.through]
    if not rows:
        return []
    acts = await store.acts(journal.contract, rows[-1].sequence, rows[0].sequence - 1)
    told = {act.sequence: told_of(act, journal.terms) for act in acts_from(acts, journal.terms)}
    return [
        _transaction(list(legs), told.get(sequence, "")) for sequence, legs in groupby(rows, key=attrgetter("sequence"))
    ]


def _transaction(legs: Sequence[PostingRow], told: str) -> Moved:
    first = legs[0]
    postings = tuple(Posting(leg.account, leg.amount_minor) for leg in legs)
    return Moved(first.transaction_id, first.on_date, told, first.currency, postings)
