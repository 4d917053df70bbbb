"""Positions as documents: amounts as decimal strings in major units, null where something is not known."""

from collections.abc import Iterable, Mapping
from typing import Literal

from service.core.canonical import Document
from service.core.life.owed import Owed
from service.core.life.positions import ContractPosition, PartyPosition, Room
from service.core.life.waiting import Pending
from service.core.money import from_text, to_text
from service.core.statement.lines import party_name

Side = Literal["investors", "payers"]
_SUMMED = ("committed", "agreed", "drawn", "stated", "paid", "outstanding", "carried", "planned", "expected")


def contract_document(
    position: ContractPosition, sequence: int, effect: str, pending: Mapping[str, Pending] | None = None
) -> Document:
    """The position of everybody in one contract, as known at a sequence number; with what is pending where it was
    asked for, by party."""
    rows = {
        "investors": [_party_document(position, one) for one in position.investors],
        "payers": [_party_document(position, one) for one in position.payers],
    }
    if pending is not None:
        for row in (*rows["investors"], *rows["payers"]):
            row["pending"] = _pending_document(pending.get(row["party"], Pending(0, 0, 0)), _currency(position))
    return {**_heading(position), "sequence": sequence, "effect": effect, **rows}


def party_document(party: str, positions: Iterable[ContractPosition], side: Side, effect: str) -> Document:
    """The position of one party over its contracts, as one of their investors or payers; with a total a currency."""
    rows = []
    for position in positions:
        found = position.investors if side == "investors" else position.payers
        mine = next(one for one in found if one.party == party)
        rows.append({**_heading(position), **_party_document(position, mine)})
    return {"party": party, "effect": effect, "contracts": rows, "totals": list(_totals(rows))}


def _currency(position: ContractPosition) -> str:
    return position.terms.latest.currency


def _heading(position: ContractPosition) -> Document:
    latest = position.terms.latest
    guarantee = position.terms.in_force(position.on).guarantee
    room = _room_document(position.guarantee, latest.currency)
    return {
        "contract": latest.contract,
        "title": latest.title,
        "currency": latest.currency,
        "as_of": str(position.on),
        "cap": _room_document(position.cap, latest.currency),
        "guarantee": {"party": guarantee.party, **room} if guarantee and room else None,
    }


def _room_document(room: Room | None, currency: str) -> Document | None:
    if room is None:
        return None
    amounts = {"limit": room.limit_minor, "used": room.used_minor, "left": room.left_minor}
    return {name: to_text(minor, currency) for name, minor in amounts.items()}


def _party_document(position: ContractPosition, one: PartyPosition) -> Document:
    currency = _currency(position)
    document: Document = {"party": one.party, "name": party_name(position.terms, one.party)}
    if one.capital is not None:
        capital = one.capital
        document["committed"] = _known(capital.committed_minor, currency)
        document["agreed"] = to_text(capital.agreed_minor, currency)
        document["drawn"] = to_text(capital.drawn_minor, currency)
        document["return_cap"] = _room_document(one.return_cap, currency)
    return {
        **document,
        **owed_document(one.owed, currency),
        "planned": _known(one.planned_minor, currency),
        "expected": _known(one.expected_minor, currency),
        "between": [
            {"party": party, "name": party_name(position.terms, party), **owed_document(owed, currency)}
            for party, owed in one.by_party.items()
        ],
    }


def owed_document(owed: Owed, currency: str) -> Document:
    """What is owed, so that stated = paid + outstanding + carried."""
    amounts = {
        "stated": owed.stated_minor,
        "paid": owed.paid_minor,
        "outstanding": owed.outstanding_minor,
        "carried": owed.carried_minor,
    }
    return {name: to_text(minor, currency) for name, minor in amounts.items()}


def _known(minor: int | None, currency: str) -> str | None:
    return None if minor is None else to_text(minor, currency)


def _pending_document(pending: Pending, currency: str) -> Document:
    return {
        "outcomes": pending.outcomes,
        "would_pay": to_text(pending.known_minor, currency),
        "not_known": pending.not_known,
    }


def _totals(rows: Iterable[Document]) -> Iterable[Document]:
    """Currencies are never added up; what is not known of a contract is left out of the sum and counted."""
    by_currency: dict[str, list[Document]] = {}
    for row in rows:
        by_currency.setdefault(row["currency"], []).append(row)
    for currency, same in by_currency.items():
        total: Document = {"currency": currency, "contracts": len(same)}
        for name in _SUMMED:
            told = [row[name] for row in same if name in row]
            known = [from_text(amount, currency) for amount in told if amount is not None]
            if told:
                total[name] = to_text(sum(known), currency)
            if name in ("planned", "expected"):
                total[f"{name}_not_known"] = len(told) - len(known)
        yield total
