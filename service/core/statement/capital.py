"""What a statement shows of capital: committed and drawn, return cap, tranches, and the guarantee as it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from service.core import money
from service.core.allocate import Allocation, LineKey, standing_of
from service.core.allocate.serving import tranche_name
from service.core.canonical import Document
from service.core.issued import Issued
from service.core.money import to_text
from service.core.period import Period
from service.core.settlement import Outcome, final_settlement
from service.core.terms import Terms, TermsTimeline


@dataclass(frozen=True, slots=True)
class Stand:
    """Where all investors stand once this statement is issued, in minor units: stated to date and capital drawn by
    investor, and by tranche what it has been given."""

    stated_minor: Mapping[str, int]
    drawn_minor: Mapping[str, int]
    tranches_minor: Mapping[str, int]


def tranches_given(
    terms: TermsTimeline, issued: Issued, allocations: Iterable[Allocation], end: date
) -> dict[str, int]:
    """What each tranche has been given by lines that are due, in minor units, by how layers name it."""
    if not any(version.terms.shares.tranches for version in terms.versions):
        return {}
    standing = standing_of(terms, issued)
    given: dict[str, int] = {}
    seen: set[LineKey] = set()
    for allocation in allocations:
        if allocation.key.outcome.achieved_on >= end:
            continue
        if allocation.key not in seen and allocation.key in standing:
            for given_by, parts in standing[allocation.key].layers.values():
                given[given_by] = given.get(given_by, 0) + sum(parts.values())
        seen.add(allocation.key)
        for piece in allocation.pieces:
            given[piece.given_by] = given.get(piece.given_by, 0) + piece.minor
    return given


def tranches_stated(terms: TermsTimeline, issued: Issued) -> dict[str, int]:
    """The same by issued statements alone, where this one tells of no line."""
    given: dict[str, int] = {}
    for standing in standing_of(terms, issued).values():
        for given_by, parts in standing.layers.values():
            given[given_by] = given.get(given_by, 0) + sum(parts.values())
    return given


def capital_sections(
    timeline: TermsTimeline, period: Period, investor: str, stand: Stand, *, is_final: bool = False
) -> Document:
    """The sections on capital, those only that the contract has anything to say about."""
    terms = timeline.in_force(period.last_day)
    sections = {
        "capital": _capital(terms, investor, stand),
        "return_cap": _return_cap(terms, investor, stand),
        "tranches": [_tranche(terms, place, stand) for place in range(len(terms.shares.tranches))],
        "guarantee": _guarantee(terms, investor, stand, is_final=is_final),
    }
    return {name: section for name, section in sections.items() if section}


def committed_by(terms: Terms, investor: str) -> int | None:
    """The capital that an investor has committed itself to, in minor units; None where the terms do not say."""
    committed = next((share.committed for share in terms.shares.investors if share.party == investor), None)
    return None if committed is None else money.to_minor(committed, terms.currency)


def _capital(terms: Terms, investor: str, stand: Stand) -> Document:
    committed = committed_by(terms, investor)
    section: Document = {}
    if committed is not None:
        section["committed"] = to_text(committed, terms.currency)
    if investor in stand.drawn_minor:
        paid_out = stand.drawn_minor[investor]
        section["drawn"] = to_text(paid_out, terms.currency)
        section["balance"] = to_text(stand.stated_minor.get(investor, 0) - paid_out, terms.currency)
    return section


def _return_cap(terms: Terms, investor: str, stand: Stand) -> Document:
    cap = next((cap for cap in terms.shares.return_caps if cap.party == investor), None)
    if cap is None:
        return {}
    limit, used = money.to_minor(cap.amount, terms.currency), stand.stated_minor.get(investor, 0)
    amounts = {"amount": limit, "stated_to_date": used, "left": max(limit - used, 0)}
    return {name: to_text(minor, terms.currency) for name, minor in amounts.items()} | {"beyond": cap.beyond}


def _tranche(terms: Terms, place: int, stand: Stand) -> Document:
    tranche = terms.shares.tranches[place]
    given = stand.tranches_minor.get(tranche_name(tranche.id), 0)
    section: Document = {"id": tranche.id, "stated_to_date": to_text(given, terms.currency)}
    if tranche.cap is not None:
        cap = money.to_minor(tranche.cap, terms.currency)
        section |= {"cap": to_text(cap, terms.currency), "left": to_text(max(cap - given, 0), terms.currency)}
    return section


def _guarantee(terms: Terms, investor: str, stand: Stand, *, is_final: bool) -> Document:
    """What the guarantor would pay the investor if the contract were settled with this statement; if it is, the
    section on final settlement says what it pays."""
    guarantee = terms.guarantee
    if guarantee is None:
        return {}
    cap = money.to_minor(guarantee.amount, terms.currency)
    name = terms.parties[guarantee.party].name if guarantee.party in terms.parties else guarantee.party
    section: Document = {"party": guarantee.party, "name": name, "amount": to_text(cap, terms.currency)}
    if stand.drawn_minor and not is_final:
        drawn = stand.drawn_minor
        outcomes = [Outcome(party, drawn.get(party, 0), minor) for party, minor in stand.stated_minor.items()]
        settled = next(one for one in final_settlement(outcomes, cap) if one.investor == investor)
        section["shortfall"] = to_text(settled.shortfall_minor, terms.currency)
        section["would_cover"] = to_text(settled.guaranteed_minor, terms.currency)
    return section
