"""Everything that moved on a contract's accounts: each transaction with its day and what it was in words."""

from datetime import date
from typing import NamedTuple

from service.core.canonical import Document
from service.core.life.acts import Act
from service.core.post import Posting
from service.core.statement.lines import party_name
from service.core.terms import TermsTimeline


class Opened(NamedTuple):
    """An account of a contract, the currency it holds, and the first day that it moves."""

    account: str
    currency: str
    on: date


class Moved(NamedTuple):
    """One transaction: its number, the day it counts from, what it was in words, and its legs in minor units."""

    number: str
    on: date
    told: str
    currency: str
    postings: tuple[Posting, ...]


def told_of(act: Act, terms: TermsTimeline) -> str:
    """In words, what moved the money."""
    body = act.body
    match act.kind:
        case "statement":
            return f"Payment statement {body['number']} to {party_name(terms, body['investor'])}"
        case "settlement":
            return _payment(body, terms)
        case "drawdown":
            drawn_from = party_name(terms, body["investor"])
            return f"Drawdown of capital from {drawn_from}, bank reference {body['bank_reference']}"
        case _:
            return f"{body['about'].capitalize()}" + (f": {act.reason}" if act.reason else "")


def _payment(body: Document, terms: TermsTimeline) -> str:
    payer, investor = party_name(terms, body["payer"]), party_name(terms, body["investor"])
    is_back = body["amount"].startswith("-")
    who = f"Repayment by {investor} to {payer}" if is_back else f"Payment by {payer} to {investor}"
    return f"{who}, {body['about'].partition(' on ')[2]}, bank reference {body['bank_reference']}"
