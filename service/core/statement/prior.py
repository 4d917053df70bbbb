"""What an issued statement leaves for the next one of the same investor and contract."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.core import canonical, money
from service.core.canonical import Document


@dataclass(frozen=True, slots=True)
class Prior:
    """The statement's number, n and period, the digest of its bytes, its sums; `carried_by_party` is the negative
    balance that it carries forward by who owes or is owed it, in minor units, `beside` its lines beside outcomes."""

    number: str
    sequence: int
    period: str
    currency: str
    sha256: str
    carried_forward_minor: int
    stated_to_date_minor: int
    carried_by_party: Mapping[str, int]
    beside: tuple[Document, ...]


def prior_of(stored: bytes) -> Prior:
    """Read from the bytes of an issued statement what the next one needs of it."""
    document = canonical.from_bytes(stored)
    currency, totals = document["currency"], document["totals"]
    carried = document.get("carried_from", [])
    return Prior(
        document["number"],
        document["sequence"],
        document["period"]["label"],
        currency,
        canonical.sha256_hex(stored),
        money.from_text(totals["carried_forward"], currency),
        money.from_text(totals["stated_to_date"], currency),
        {entry["party"]: money.from_text(entry["amount"], currency) for entry in carried},
        tuple(document.get("beside", ())),
    )
