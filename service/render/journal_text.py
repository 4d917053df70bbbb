"""Journals as text: in the syntax of hledger, in that of beancount, and as a CSV table; written piece by piece."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from service.core.bookkeeping.journals import Moved, Opened
from service.core.money import exponent_of, to_text
from service.render.csv_text import csv_row, csv_titles
from service.render.journal_accounts import journal_account
from service.render.sheets import Column

JournalFormName = Literal["hledger", "beancount", "csv"]
_COLUMNS = (
    *(Column("Transaction"), Column("Date", "date"), Column("Description"), Column("Account")),
    *(Column("Amount", "amount"), Column("Currency")),
)


@dataclass(frozen=True, slots=True)
class JournalForm:
    """A form of journals: its beginning, from a title and the accounts; a transaction; its end, from their number."""

    name: JournalFormName
    media_type: str
    suffix: str
    head: Callable[[str, Sequence[Opened]], str]
    entry: Callable[[Moved], str]
    end: Callable[[int], str]


def _hledger_head(title: str, opened: Sequence[Opened]) -> str:
    """The currencies with their decimals, and every account, so that hledger's strict checks pass."""
    currencies = sorted({one.currency for one in opened})
    declared = [f"commodity 1000.{'0' * exponent_of(currency)} {currency}\n" for currency in currencies]
    accounts = [f"account {journal_account(one.account)}\n" for one in opened]
    return "".join([f"; {_on_a_line(title)}\n\n", *declared, *accounts])


def _hledger_entry(moved: Moved) -> str:
    """The number stands as the code; what would begin a comment in the words becomes a comma."""
    told = _on_a_line(moved.told).replace(";", ",")
    return "".join([f"\n{moved.on} * ({moved.number}) {told}\n", *_legs(moved)])


def _beancount_head(title: str, opened: Sequence[Opened]) -> str:
    """Every account is opened on the first day that it moves."""
    accounts = [f"{one.on} open {journal_account(one.account)} {one.currency}\n" for one in opened]
    return "".join([f'option "title" "{_quoted(title)}"\n\n', *accounts])


def _beancount_entry(moved: Moved) -> str:
    """The number stands beside the words as metadata."""
    head = f'\n{moved.on} * "{_quoted(moved.told)}"\n  number: "{_quoted(moved.number)}"\n'
    return "".join([head, *_legs(moved)])


def _commented_end(transactions: int) -> str:
    """A last line, by which a reader sees that nothing is cut off."""
    return f"\n; the end; transactions: {transactions}\n"


def _legs(moved: Moved) -> Iterator[str]:
    for posting in moved.postings:
        amount = to_text(posting.amount_minor, moved.currency)
        yield f"  {journal_account(posting.account)}  {amount} {moved.currency}\n"


def _csv_head(title: str, opened: Sequence[Opened]) -> str:
    """The titles of the columns; a table has no place for its own title."""
    return csv_titles(_COLUMNS)


def _csv_entry(moved: Moved) -> str:
    """A row a leg, under the ledger's own name of the account."""
    legs = ((posting.account, to_text(posting.amount_minor, moved.currency)) for posting in moved.postings)
    return "".join(csv_row(_COLUMNS, (moved.number, moved.on, moved.told, *leg, moved.currency)) for leg in legs)


def _quoted(text: str) -> str:
    return _on_a_line(text).replace("\\", "\\\\").replace('"', '\\"')


def _on_a_line(text: str) -> str:
    """Whatever is no visible character is a space: control characters, ends of lines, marks of direction."""
    return "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)


JOURNAL_FORMS: Mapping[JournalFormName, JournalForm] = {
    "hledger": JournalForm("hledger", "text/plain", "journal", _hledger_head, _hledger_entry, _commented_end),
    "beancount": JournalForm("beancount", "text/plain", "beancount", _beancount_head, _beancount_entry, _commented_end),
    "csv": JournalForm("csv", "text/csv", "csv", _csv_head, _csv_entry, lambda transactions: ""),
}
