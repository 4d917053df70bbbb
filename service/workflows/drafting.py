"""Drafts the statements of a period: what issuing them would issue, to the byte, closed at a sequence number."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from service.core.errors import WrongState
from service.core.life.contract_life import ContractLife
from service.core.life.recorded import Following
from service.core.life.rounds import Round
from service.core.period import Period
from service.core.pipeline import Draft, Inputs, Occasion, draft_statements
from service.core.terms import TermsTimeline
from service.storage.store import Store
from service.workflows.cycle_search import cycle_search_at_rest
from service.workflows.known import histories_of, inputs_known, period_in, terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known

_Known = Callable[[Store], Awaitable[tuple[Inputs, Following]]]


@dataclass(frozen=True, slots=True)
class Drafted:
    """The drafts of a period, with the terms and the sequence number they are closed at."""

    period: Period
    occasion: Occasion
    drafts: tuple[Draft, ...]
    terms: TermsTimeline
    sequence: int


async def preview_statements(ledger: Ledger, contract: str, period: str, *, is_final: bool = False) -> Drafted:
    """What drafting the period now would draft, and issuing that would issue; nothing is stored.

    Only the earliest period not yet issued can be drafted (WrongState names it).
    """

    async def known(store: Store) -> tuple[Inputs, Following]:
        inputs = await inputs_known(store, contract)
        life = await life_known(store, contract, inputs.terms, inputs.sequence)
        following = turn_of(life, period_in(inputs.terms, period))
        occasion = Occasion(following.occasion.revision, is_final or following.occasion.is_final)
        return inputs, Following(following.period, occasion)

    return await _drafted(ledger, contract, known)


async def drafts_of_round(ledger: Ledger, contract: str, period: str) -> tuple[Round, Drafted]:
    """The open round of a period with its drafts made again, to the byte; WrongState where there is none."""
    async with ledger.database.reading() as store:
        terms = await terms_known(store, contract)
        life = await life_known(store, contract, terms)
    found, label = life.open_round, period_in(terms, period).label
    if found is None or found.period != label:
        raise WrongState("No draft of this period is on its way; what was issued is read as statements.", "wrong-state")
    occasion = Occasion(found.revision, found.is_final)
    return found, await drafts_again(ledger, contract, label, occasion, found.through)


async def drafts_again(ledger: Ledger, contract: str, period: str, occasion: Occasion, through: int) -> Drafted:
    """The same drafts once more, from everything known at the sequence number that they were closed at."""

    async def known(store: Store) -> tuple[Inputs, Following]:
        inputs = await inputs_known(store, contract, through)
        return inputs, Following(period_in(inputs.terms, period), occasion)

    return await _drafted(ledger, contract, known)


async def _drafted(ledger: Ledger, contract: str, known: _Known) -> Drafted:
    with cycle_search_at_rest():
        async with ledger.database.reading() as store:
            inputs, (wanted, occasion) = await known(store)
            issued = await store.statements(contract=contract)
            histories = await histories_of(store, [row for row in issued if row.sequence <= inputs.sequence])
            keys = await store.keys_of_contract(contract)
        drafts = await asyncio.to_thread(draft_statements, inputs, wanted, histories, keys, occasion)
        terms, sequence = inputs.terms, inputs.sequence
        del inputs  # before the search goes on: the facts are most of what it would go through
    return Drafted(wanted, occasion, drafts, terms, sequence)


def turn_of(life: ContractLife, wanted: Period) -> Following:
    """What comes next, which is the period that is wanted; WrongState says why it is not its turn."""
    if life.is_closed:
        raise WrongState(
            "The contract is settled for good; only a reopening, approved by a second person, states more.",
            "contract-closed",
            ("reopen",),
        )
    following = life.following
    if wanted == following.period:
        return following
    if any(statement.period == wanted.label for statement in life.statements.values()):
        raise WrongState(
            f"Period {wanted.label} is issued and does not change; what became known since is stated in "
            f"period {following.period.label}.",
            "period-issued",
            (),
        )
    raise WrongState(f"The next period to be stated is {following.period.label}.", "not-the-next-period", ())
