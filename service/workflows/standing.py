"""Reads where a contract's statements and money stand, and of one statement who did what, when and why."""

from dataclasses import dataclass

from service.core.errors import NotFound, WrongState
from service.core.life.acts import Act
from service.core.life.contract_life import ContractLife
from service.core.life.rounds import Round
from service.core.life.statements import StatementLife
from service.storage.contract_files import zone_of
from service.storage.rows import ActRow, StatementRow
from service.storage.store import Store
from service.workflows.known import period_in, terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import act_from, life_from, life_known
from service.workflows.statements import statement_id, statement_in

_OF_ROUND = ("draft", "submission", "approval", "discard")


@dataclass(frozen=True, slots=True)
class Lived:
    """One statement's life, and every act that it came about by and that was done to it since, in order."""

    life: StatementLife
    acts: tuple[Act, ...]


async def read_life(ledger: Ledger, statement: str) -> Lived:
    """The life of an issued statement; NotFound."""
    async with ledger.database.reading() as store:
        row = await statement_in(store, statement)
        terms = await terms_known(store, row.contract)
        rows = await store.acts(row.contract)
    zone = zone_of(terms.latest)
    acts = [act_from(one, one.recorded_at.astimezone(zone).date()) for one in rows]
    life = life_from(rows, terms).statements[row.id]
    return Lived(life, tuple(act for act in acts if _concerns(act, life)))


def _concerns(act: Act, life: StatementLife) -> bool:
    if act.kind in _OF_ROUND:
        return bool(act.body["period"] == life.period) and act.sequence < life.sequence
    if act.kind == "reversal":
        return act.body["reverses"] in {one.number for one in life.settlements}
    return bool(act.body.get("statement") == life.id)


async def read_issued(ledger: Ledger, statement: str) -> StatementRow:
    """An issued statement, to act on it; WrongState where it is drafted and not issued, NotFound."""
    async with ledger.database.reading() as store:
        return await issued_in(store, statement)


async def issued_in(store: Store, statement: str) -> StatementRow:
    """The same within a unit of work."""
    try:
        return await statement_in(store, statement)
    except NotFound:
        await _refuse_drafted(store, statement)
        raise


async def _refuse_drafted(store: Store, statement: str) -> None:
    contract = statement.partition(".")[0]
    if not await store.terms(contract):
        return
    life = await life_known(store, contract, await terms_known(store, contract))
    for told in reversed(life.rounds):
        if any(statement_id(one.number) == statement for one in told.statements):
            state = "drafted" if told.state == "draft" else told.state
            message = f"The statement is {state}, not issued; until then nothing is paid on it or disputed."
            raise WrongState(message, "wrong-state", told.available_actions)


async def read_contract_life(ledger: Ledger, contract: str) -> ContractLife:
    """The life of a contract as it stands; NotFound."""
    async with ledger.database.reading() as store:
        terms = await terms_known(store, contract)
        rows: list[ActRow] = await store.acts(contract)
    return life_from(rows, terms)


async def read_round(ledger: Ledger, contract: str, period: str) -> Round:
    """The newest round of a period; NotFound where nothing was ever drafted of it."""
    life = await read_contract_life(ledger, contract)
    label = period_in(life.terms, period).label
    found = [one for one in life.rounds if one.period == label]
    if not found:
        raise NotFound("Nothing was drafted of this period yet.", "draft-not-found")
    return found[-1]
