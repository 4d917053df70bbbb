"""Positions of a contract, an investor or a payer: as of a date, and of a contract as known at a sequence number."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from service.core.canonical import Document
from service.core.errors import Fault, InvalidInput, NotFound
from service.core.life.ageing import Aged, ageing
from service.core.life.ageing_documents import ageing_document
from service.core.life.by_year import years_of
from service.core.life.by_year_documents import portfolio_document
from service.core.life.contract_life import ContractLife
from service.core.life.position_documents import Side, contract_document, party_document
from service.core.life.positions import investors_of, payers_of, position_of
from service.core.life.waiting import Pending, pending_of_investors, pending_of_payers
from service.core.pipeline import Inputs, calculate
from service.core.terms import TermsTimeline
from service.storage.contract_files import zone_of
from service.storage.rows import TermsRow
from service.storage.store import Store
from service.workflows.known import inputs_known, issued_for_findings, terms_known, timeline_of
from service.workflows.ledger import Ledger
from service.workflows.lives import life_from, life_known

BUDGETED = "0.80"  # the share of full effect at which budgets count result payments
SHARE = r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"
_TAKING_PART: Mapping[Side, Callable[[TermsTimeline], tuple[str, ...]]] = {
    "investors": investors_of,
    "payers": payers_of,
}


async def contract_position(
    ledger: Ledger,
    contract: str,
    *,
    as_of: date | None = None,
    known_at: int | None = None,
    effect: str = BUDGETED,
    pending: bool = False,
) -> Document:
    """The position of everybody in a contract, by transactions dated up to `as_of` (today without it) that the log held
    at `known_at`. What is pending is judged anew, as of the end of the period that is stated next; NotFound, or
    InvalidInput for a sequence number that the log has not reached."""
    async with ledger.database.reading() as store:
        sequence = await _sequence(store, contract, known_at)
        terms = await terms_known(store, contract, sequence)
        life = await life_known(store, contract, terms, sequence)
        inputs = await _inputs(store, life, sequence) if pending and not life.is_closed else None
    position = position_of(life, _day(ledger, terms, as_of), Fraction(effect))
    waiting = await asyncio.to_thread(_waiting, life, inputs) if inputs else {}
    return contract_document(position, sequence, effect, waiting if pending else None)


async def _sequence(store: Store, contract: str, known_at: int | None) -> int:
    head = await store.head(contract)
    if head is None:
        raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
    if known_at is not None and known_at > head.sequence:
        fault = Fault(
            "known_at", "out-of-range", f"the log of the contract ends at {head.sequence}; ask for that at most"
        )
        raise InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")
    return head.sequence if known_at is None else known_at


async def _inputs(store: Store, life: ContractLife, sequence: int) -> Inputs:
    inputs = await inputs_known(store, life.terms.latest.contract, sequence)
    issued = [row for row in await store.statements(contract=life.terms.latest.contract) if row.sequence <= sequence]
    return replace(inputs, issued=await issued_for_findings(store, issued, inputs.terms))


def _waiting(life: ContractLife, inputs: Inputs) -> Mapping[str, Pending]:
    period = life.following.period
    findings = calculate(inputs, period).findings
    payers = pending_of_payers(inputs.terms, findings, payers_of(inputs.terms))
    return {**payers, **pending_of_investors(inputs, findings, investors_of(inputs.terms), period)}


def _day(ledger: Ledger, terms: TermsTimeline, as_of: date | None) -> date:
    """The day asked for, or today where the contract is."""
    return ledger.now().astimezone(zone_of(terms.latest)).date() if as_of is None else as_of


async def lives_with(ledger: Ledger, party: str, side: Side) -> list[ContractLife]:
    """The lives of all contracts in which the party invests or pays, by name, in three look-ups; NotFound."""
    async with ledger.database.reading() as store:
        rows = await store.terms_of([row.contract for row in await store.contracts()])
        mine = await asyncio.to_thread(_taking_part, rows, party, side)
        acts = await store.acts_of(mine)
    if not mine:
        word = "invests in" if side == "investors" else "pays by"
        raise NotFound(f"Nobody by that id {word} any contract; GET /v1/contracts lists them.", "party-not-found")
    return await asyncio.to_thread(lambda: [life_from(acts.get(name, ()), terms) for name, terms in mine.items()])


def _taking_part(rows: Mapping[str, Sequence[TermsRow]], party: str, side: Side) -> dict[str, TermsTimeline]:
    """The terms of the contracts in which the party takes part; files that cannot name it are not even read."""
    named = {name: own for name, own in rows.items() if any(_may_name(row.file, party) for row in own)}
    timelines = ((name, timeline_of(own)) for name, own in named.items())
    return {name: terms for name, terms in timelines if party in _TAKING_PART[side](terms)}


def _may_name(file: bytes, party: str) -> bool:
    """Whether a file of terms may name a party: it holds the id as it is, or may spell it otherwise."""
    return party.encode() in file or b"\\" in file


async def party_position(
    ledger: Ledger, party: str, side: Side, *, as_of: date | None = None, effect: str = BUDGETED
) -> Document:
    """The position of an investor or a payer in each of its contracts, and in all; NotFound."""
    lives = await lives_with(ledger, party, side)

    def told() -> Document:
        positions = [position_of(life, _day(ledger, life.terms, as_of), Fraction(effect)) for life in lives]
        return party_document(party, positions, side, effect)

    return await asyncio.to_thread(told)


async def party_ageing(ledger: Ledger, party: str, side: Side, *, as_of: date | None = None) -> Document:
    """What is due, overdue and paid on the statements to an investor, or by a payer; NotFound."""
    lives = await lives_with(ledger, party, side)

    def is_own(row: Aged) -> bool:
        return party == (row.statement.investor if side == "investors" else row.payer)

    def told() -> Document:
        aged = ((life, ageing(life, _day(ledger, life.terms, as_of))) for life in lives)
        return ageing_document(party, [(life, [row for row in rows if is_own(row)]) for life, rows in aged])

    return await asyncio.to_thread(told)


async def portfolio_by_year(
    ledger: Ledger, party: str, *, as_of: date | None = None, effect: str = BUDGETED
) -> Document:
    """An investor's portfolio by year over all its contracts; NotFound."""
    lives = await lives_with(ledger, party, "investors")

    def told() -> Document:
        years = [years_of(life, party, _day(ledger, life.terms, as_of), Fraction(effect)) for life in lives]
        return portfolio_document(party, effect, years)

    return await asyncio.to_thread(told)
