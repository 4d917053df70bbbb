"""An investor's statements of a period over all its contracts in one document, made of what was issued alone."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from service.core.canonical import Document
from service.core.money import from_text, to_text

# Taken over as issued, where the statement has it.
_SHOWN = ("totals", "metrics", "beside", "due_from", "payable_from", "carried_from", "capital", "final_settlement")


class IssuedStatement(NamedTuple):
    """A statement as it was issued: its id in addresses, the SHA-256 of its bytes in hex, and what they say."""

    id: str
    sha256: str
    document: Document


def consolidated_document(period: str, issued: Sequence[IssuedStatement]) -> Document:
    """One section a statement in the order given, and a total a currency; at least one statement is given, all of them
    to one investor, those of a contract in the order of issue."""
    return {
        "document": "consolidated statement",
        "investor": issued[0].document["investor"],
        "period": period,
        "sections": [_section(one) for one in issued],
        "totals": list(_totals(issued)),
    }


def _section(one: IssuedStatement) -> Document:
    told = one.document
    return {
        "statement": one.id,
        "number": told["number"],
        "sha256": one.sha256,
        "contract": told["contract"],
        "period": told["period"],
        "currency": told["currency"],
        "terms_in_force": told["terms_in_force"],
        "illustrative": told["illustrative"],
        **{name: told[name] for name in _SHOWN if name in told},
    }


def _totals(issued: Iterable[IssuedStatement]) -> Iterable[Document]:
    """Of several statements of one contract, the first tells what stood before and the last what is left."""
    by_currency: dict[str, dict[str, list[Document]]] = {}
    for one in issued:
        contracts = by_currency.setdefault(one.document["currency"], {})
        contracts.setdefault(one.document["contract"]["id"], []).append(one.document["totals"])
    for currency, contracts in by_currency.items():
        first, last = [totals[0] for totals in contracts.values()], [totals[-1] for totals in contracts.values()]
        every = [totals for statements in contracts.values() for totals in statements]
        summed = {
            "lines": every,
            "carried_in": first,
            "payable": every,
            "carried_forward": last,
            "stated_before": first,
            "stated_to_date": last,
        }
        yield {
            "currency": currency,
            "contracts": len(contracts),
            **{
                name: to_text(sum(from_text(totals[name], currency) for totals in those), currency)
                for name, those in summed.items()
            },
        }
