"""How a detail tells whose a line is: shares as fractions, or the pieces in which it was given."""

from collections.abc import Iterable, Mapping, Sequence
from math import gcd
from typing import Any

from service.core import money
from service.core.allocate import Allocation, is_decided_when_stated
from service.core.canonical import Document
from service.core.issued import Piece
from service.core.terms.parties import whole_weights


def share_document(allocation: Allocation, currency: str) -> Document:
    """The payer's share of the amount and the investor's of the payer's part, as fractions in lowest terms.

    Null where no fraction says it: a payer with a price of its own or in another's place, and an investor whose share
    is decided when the line is stated; its pieces are told instead.
    """
    priced, payer = allocation.line, allocation.key.payer
    payers, investors = priced.terms.payers_of(priced.metric), priced.terms.shares.investors
    document: Document = {
        "payer": _fraction_of([share.party for share in payers], whole_weights(payers), payer),
        "investor": _fraction_of([share.party for share in investors], whole_weights(investors), allocation.investor),
    }
    if priced.metric.tariff.kind == "by_payer":
        document["payer"] = None
    if is_decided_when_stated(priced.terms):
        document["investor"] = None
        document["pieces"] = [_piece_document(piece, currency) for piece in allocation.pieces]
    return document


def _piece_document(piece: Piece, currency: str) -> Document:
    return {"layer": piece.layer, "given_by": piece.given_by, "amount": money.to_text(piece.minor, currency)}


def pieces_of(share: Mapping[str, Any] | None, currency: str) -> tuple[Piece, ...]:
    """The pieces that a line's share told, none where it had none."""
    told: Iterable[Mapping[str, Any]] = (share or {}).get("pieces", ())
    return tuple(Piece(one["layer"], one["given_by"], money.from_text(one["amount"], currency)) for one in told)


def _fraction_of(parties: Sequence[str], weights: Sequence[int], party: str) -> str | None:
    """A party's share in lowest terms, as "1/2"; the whole of it is "1"; None for a party that has no share."""
    if party not in parties:
        return None
    weight, whole = weights[parties.index(party)], sum(weights)
    common = gcd(weight, whole)
    return f"{weight // common}/{whole // common}" if weight != whole else "1"
