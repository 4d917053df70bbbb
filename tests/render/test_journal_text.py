"""Journals in the syntax of their programs: any words, currency and account come through, and nothing else does."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.bookkeeping.journals import Moved, Opened
from service.core.money import to_text
from service.core.post import Posting
from service.render.journal_accounts import journal_account, ledger_account
from service.render.journal_text import JOURNAL_FORMS
from tests.journal_programs import assert_beancount_holds, hledger_balances, hledger_transactions

WORDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,59}", fullmatch=True)
NATURES = st.sampled_from(["payer:{}:due", "guarantor:{}:due", "investor:{}:receivable", "provider:{}:receivable"])
ACCOUNTS = st.builds(str.format, NATURES | st.sampled_from(["investor:{}:capital", "cash:{}"]), WORDS)
# Written to be taken for something else: comments, codes, dates, directives, quotes, amounts, ends of lines, letters.
HOSTILE = (
    "; a comment",
    "a ; b  ; c",
    "(code) * ! =2020-01-01 |",
    'a "quoted" \\ \\" end\\',
    "two\nlines\r\nand\ta tab\x0b\x0c\x85\u2028\u2029 more",
    "2020-01-01 open Assets:Stolen DKK",
    "include /etc/passwd",
    "  Assets:Stolen  100.00 DKK",
    "æøå ÆØÅ €  zero\u200bwidth \u202eleft",
    "@ 100 USD {} #tag ^link key: value",
    "",
    " ",
    "*",
    "comment\nend comment",
)
CURRENCIES = {"DKK": 2, "ISK": 0, "BHD": 3}


def a_journal(currency: str, told: tuple[str, ...]) -> tuple[list[Moved], dict[str, int]]:
    """A transaction of each of these words, in an order that is not that of their days."""
    balances = {"cash:a_b": 0, "payer:0-x_y_:due": 0}
    moves = []
    for place, words in enumerate(told):
        minor = 123_456 * (place + 1) * (-1) ** place
        legs = (Posting("cash:a_b", minor), Posting("payer:0-x_y_:due", -minor))
        on = date(2022, 1, 1) + timedelta(days=(place * 37) % 50)
        moves.append(Moved(f"w/settlement/{place}", on, words, currency, legs))
        for leg in legs:
            balances[leg.account] += leg.amount_minor
    return moves, balances


def written(form: str, currency: str, told: tuple[str, ...]) -> tuple[str, dict[str, Decimal]]:
    """The journal as text, and what its accounts hold."""
    moves, balances = a_journal(currency, told)
    opened = [Opened(account, currency, date(2022, 1, 1)) for account in balances]
    chosen = JOURNAL_FORMS[form]  # type: ignore[index]
    text = chosen.head(f"w: {told[0]}", opened) + "".join(map(chosen.entry, moves)) + chosen.end(len(moves))
    return text, {account: Decimal(to_text(minor, currency)) for account, minor in balances.items()}


@pytest.mark.parametrize("currency", CURRENCIES)
def test_hledger_reads_the_same_amounts_whatever_the_words_are(hledger: str, currency: str) -> None:
    text, balances = written("hledger", currency, HOSTILE)
    assert hledger_balances(hledger, text) == balances
    assert [number for _, number, _ in hledger_transactions(hledger, text)] == [
        f"w/settlement/{place}" for place in range(len(HOSTILE))
    ]


@pytest.mark.parametrize("currency", CURRENCIES)
def test_beancount_reads_the_same_amounts_whatever_the_words_are(tmp_path: Path, currency: str) -> None:
    text, balances = written("beancount", currency, HOSTILE)
    named = {journal_account(account): held for account, held in balances.items()}
    assert_beancount_holds(text, named, currency, tmp_path)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=20, max_size=40))
def test_no_words_break_out_of_their_line(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> None:
    for form in ("hledger", "beancount"):
        text, _ = written(form, "DKK", tuple(told))
        plain, _ = written(form, "DKK", ("x",) * len(told))
        assert text.count("\n") == plain.count("\n") == len(text.splitlines())
    text, balances = written("beancount", "DKK", tuple(told))
    named = {journal_account(account): held for account, held in balances.items()}
    assert_beancount_holds(text, named, "DKK", tmp_path_factory.mktemp("words"))


@given(ACCOUNTS, ACCOUNTS)
def test_an_accounts_name_leads_back_to_the_account_and_to_no_other(one: str, other: str) -> None:
    assert ledger_account(journal_account(one)) == one
    assert (journal_account(one) == journal_account(other)) == (one == other)


def test_an_account_is_named_by_root_role_party_and_nature() -> None:
    assert journal_account("payer:sosu_oj:due") == "Liabilities:Payer:SosuUoj:Due"
    assert journal_account("investor:dsi:receivable") == "Assets:Investor:Dsi:Receivable"
    assert journal_account("cash:2nd-fund") == "Assets:Cash:2nd-fund"


def test_the_program_notices_an_amount_that_is_off_by_one_minor_unit(tmp_path: Path) -> None:
    text, balances = written("beancount", "DKK", HOSTILE)
    wrong = {journal_account(account): held + Decimal("0.01") for account, held in balances.items()}
    with pytest.raises(AssertionError, match="Balance failed"):
        assert_beancount_holds(text, wrong, "DKK", tmp_path)
