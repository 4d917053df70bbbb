"""What people did to a contract's statements and money: one act an entry of the log, as data."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.core.money import from_text, to_text
from service.core.post import Posting, Transaction

ActKind = Literal[
    "draft",
    "submission",
    "approval",
    "discard",
    "statement",
    "dispute",
    "resolution",
    "settlement",
    "drawdown",
    "reversal",
    "adjustment",
    "adjustment_approval",
    "adjustment_refusal",
    "reopening",
    "reopening_approval",
    "erasure",
]


class Act(NamedTuple):
    """One act: its sequence number in the contract's log, who did it, on which day of the contract's zone, and why.

    `body` is what the log says of it; its `about` names in words what it is about.
    """

    sequence: int
    kind: ActKind
    actor: str
    on: date
    reason: str | None
    body: Document


def postings_document(transaction: Transaction) -> list[Document]:
    """What an act moves, as the log says it; a reversal and a rebuild take the amounts from there."""
    return [
        {"account": posting.account, "amount": to_text(posting.amount_minor, transaction.currency)}
        for posting in transaction.postings
    ]


def postings_of(body: Document, currency: str) -> tuple[Posting, ...]:
    """The inverse: the postings of an act, none where it moves no money."""
    return tuple(
        Posting(posting["account"], from_text(posting["amount"], currency)) for posting in body.get("postings", ())
    )


def issue_body(document: Document) -> Document:
    """What the life of a statement needs of the document that was issued; every sum is as the document says it."""
    return {
        "about": f"statement {document['number']}",
        "statement": document["number"].replace("/", "."),
        "number": document["number"],
        "contract": document["contract"]["id"],
        "period": document["period"]["label"],
        "through": document["period"]["through"],
        "investor": document["investor"]["id"],
        "revision": int(document["number"].rpartition("/")[2]),
        "through_sequence": document["sequence"],
        "currency": document["currency"],
        "sha256": canonical.sha256_hex(canonical.to_bytes(document)),
        "totals": document["totals"],
        "due_from": _amounts(document["due_from"]),
        "payable_from": _amounts(document["payable_from" if "payable_from" in document else "due_from"]),
        "is_final": "final_settlement" in document,
        "limit_used": next((one["used"] for one in document["limits"] if _is_amount_of_contract(one)), None),
        "guaranteed": document.get("final_settlement", {}).get("guaranteed"),
    }


def _is_amount_of_contract(limit: Document) -> bool:
    return limit["scope"] == "contract" and "used" in limit


def _amounts(rows: Iterable[Document]) -> list[Document]:
    return [{"party": row["party"], "amount": row["amount"]} for row in rows]
