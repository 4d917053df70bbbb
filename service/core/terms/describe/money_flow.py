"""Who pays, who is due, out of which capital, up to what limits, on which accounts, in plain English."""

from collections.abc import Iterator
from typing import assert_never

from service.core.terms.bookkeeping import Booking
from service.core.terms.contract import Terms
from service.core.terms.describe.metrics import limits_told
from service.core.terms.describe.told import Clause, Told, all_of, money, number
from service.core.terms.limits import PayerLimit
from service.core.terms.parties import InvestorShare, Role, Tranche


def parties_clause(terms: Terms) -> Clause:
    """Who takes part, and as what."""
    told = [
        Told(f"party {name}", f"{name} is {party.name}: {all_of(map(_role, party.roles))}.")
        for name, party in terms.parties.items()
    ]
    return Clause("parties", "Parties", tuple(told))


def _role(role: Role) -> str:
    match role:
        case "investor":
            return "an investor"
        case "outcome_payer":
            return "an outcome payer"
        case "service_provider":
            return "a service provider"
        case "guarantor":
            return "a guarantor"
        case "verifier":
            return "a verifier"
        case _:
            assert_never(role)


def shares_clause(terms: Terms) -> Clause:
    """Who owes outcomes, and who is due them."""
    return Clause("shares", "Who owes and who is due", tuple(_shares(terms)))


def _shares(terms: Terms) -> Iterator[Told]:
    shares, currency = terms.shares, terms.currency
    payers = all_of(f"{share.party} {number(share.weight)}" for share in shares.payers)
    yield Told("payers", f"Outcomes are owed by these parties, in proportion to these weights: {payers}.")
    yield Told("investors", f"{_by(terms)}: {_investors(shares.investors, currency)}.")
    for turn, tranche in enumerate(shares.tranches, start=1):
        yield Told(f"tranche {tranche.id}", f"Tranche {turn}, {tranche.id}: {_tranche(tranche, currency)}.")
    for cap in shares.return_caps:
        rest = f"goes to {cap.beyond}" if cap.beyond is not None else "stays with the payers"
        told = f"{cap.party} is due {money(cap.amount, currency)} in all at most; what lies above {rest}."
        yield Told(f"return cap of {cap.party}", told)
    yield Told("odd minor units", "A minor unit that cannot be shared goes to the earlier in these lists.")


def _by(terms: Terms) -> str:
    match terms.shares.by:
        case "weight":
            return "They are due to these parties, in proportion to these weights"
        case "drawn":
            return (
                "They are due to these parties, in proportion to the capital each has drawn when a line is first stated"
            )
        case "tranches":
            return "They are due to tranches, one after the other; the investors are"
        case _:
            assert_never(terms.shares.by)


def _investors(shares: tuple[InvestorShare, ...], currency: str) -> str:
    return all_of(
        f"{share.party} {number(share.weight)}"
        + (f" (has committed {money(share.committed, currency)})" if share.committed is not None else "")
        for share in shares
    )


def _tranche(tranche: Tranche, currency: str) -> str:
    until = f"until {money(tranche.cap, currency)} is due in it" if tranche.cap is not None else "without an end"
    return f"{_investors(tranche.investors, currency)}, {until}"


def limits_clause(terms: Terms) -> Clause:
    """The limits over all metrics."""
    return Clause("limits", "Limits over all metrics", tuple(_limits(terms)))


def _limits(terms: Terms) -> Iterator[Told]:
    limits = terms.limits
    scopes = {
        f"each {terms.participant}": limits.participant,
        "each period": limits.period,
        "the contract": limits.contract,
    }
    yield from limits_told(scopes, terms.currency)
    if limits.period is not None:
        where = "are stated" if limits.period.counts_in == "stated" else "were achieved"
        yield Told("period of the limit", f"The limit of a period is that of the period in which outcomes {where}.")
    for limit in limits.payers:
        yield Told(f"limit of {limit.party}", _payer_limit(limit, terms.currency))


def _payer_limit(limit: PayerLimit, currency: str) -> str:
    rest = f"{limit.then} takes over what is above" if limit.then is not None else "what is above stays unpaid"
    return f"{limit.party} owes {money(limit.amount, currency)} at most; {rest}."


def capital_clause(terms: Terms) -> Clause:
    """Drawdowns and the guarantee."""
    told = [
        Told(
            f"drawdown of {entry.party} on {entry.on}",
            f"{entry.party} pays {money(entry.amount, terms.currency)} to the programme on {entry.on}.",
        )
        for entry in terms.drawdowns
    ]
    if terms.guarantee is not None:
        amount = money(terms.guarantee.amount, terms.currency)
        shortfall = "the investors' shortfall at final settlement"
        told.append(Told("guarantee", f"{terms.guarantee.party} covers {shortfall}, up to {amount}."))
    return Clause("capital", "Capital and guarantee", tuple(told))


def bookkeeping_clause(terms: Terms) -> Clause:
    """On which accounts payers book what they owe."""
    told = [
        Told(f"account of {entry.payer} for {entry.metric or 'whatever has no other'}", _booking(entry))
        for entry in terms.bookkeeping
    ]
    return Clause("bookkeeping", "Where payers book what they owe", tuple(told))


def _booking(entry: Booking) -> str:
    what = f"what it owes of {entry.metric}" if entry.metric is not None else "what has no account of its own"
    centre = f", cost centre {entry.cost_centre}" if entry.cost_centre is not None else ""
    debt = f"; the debt stands on account {entry.debt_account}" if entry.debt_account is not None else ""
    return f"{entry.payer} books {what} on account {entry.account}{centre}{debt}."
