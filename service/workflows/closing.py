"""Closes a period, of one contract or of all: takes each as far as it may go; safe to repeat."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import LedgerError, Unavailable, WrongState
from service.core.life.acts import ActKind
from service.core.life.contract_life import ContractLife
from service.core.life.rounds import Round
from service.core.period import Period
from service.core.pipeline import Draft, Occasion
from service.core.terms import TermsTimeline
from service.storage.store import Store
from service.telemetry.log_lines import LIFE
from service.workflows.acting import NewAct, Standing, do, locked, standing_in, write
from service.workflows.drafting import Drafted, drafts_again, preview_statements
from service.workflows.idempotency import in_one_unit
from service.workflows.issuing import Issued, issue_round, refuse_other_bytes, write_issue
from service.workflows.known import period_in
from service.workflows.ledger import Ledger
from service.workflows.rounds import draft_act, refuse_early, refuse_overtaken, refuse_second_draft, round_act

Outcome = Literal["issued", "issued-before", "awaits-approval", "not-due", "failed"]
# Not a fault of the contract: it has other periods, or its turn is another one.
_NOT_DUE = ("period-not-found", "not-the-next-period", "contract-closed")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Outcomes of a metric that are pending for one reason, and how many findings that are."""

    metric: str
    why: str
    findings: int


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a period did with one contract: what was issued, what waits and why, or why nothing was done."""

    contract: str
    outcome: Outcome
    told: str
    code: str | None = None
    statements: tuple[Document, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    digest: str | None = None


async def close_period(
    ledger: Ledger, period: str, actor: str, contract: str | None = None, *, preview: bool = False
) -> list[Closed]:
    """Close the period for one contract or for every one. One that cannot be closed does not stop the others."""
    if contract is not None:
        return [await _close(ledger, contract, period, actor, preview=preview)]
    async with ledger.database.glance() as store:
        contracts = [row.contract for row in await store.contracts()]
    return [await _told(ledger, name, period, actor, preview=preview) for name in contracts]


async def _told(ledger: Ledger, contract: str, period: str, actor: str, *, preview: bool) -> Closed:
    try:
        return await _close(ledger, contract, period, actor, preview=preview)
    except Unavailable:
        raise
    except LedgerError as error:
        return Closed(contract, "not-due" if error.code in _NOT_DUE else "failed", error.message, error.code)
    except Exception as error:
        # Whatever is wrong with one contract, the others have their statements.
        logging.getLogger(LIFE).error("a period cannot be closed", exc_info=error)
        return Closed(contract, "failed", "Something is wrong with this contract; call the operator.", "internal-error")


async def _close(ledger: Ledger, contract: str, period: str, actor: str, *, preview: bool) -> Closed:
    async with ledger.database.reading() as store:
        standing = await standing_in(store, contract, ledger.now())
    label, life = period_in(standing.terms, period).label, standing.life
    on_its_way = life.open_round
    if on_its_way is not None and on_its_way.period == label:
        return await _go_on(ledger, standing, on_its_way, actor, preview=preview)
    if any(one.period == label for one in life.statements.values()):
        return Closed(contract, "issued-before", f"Period {label} is issued.")
    return await _begin(ledger, contract, label, actor, preview=preview)


async def _go_on(ledger: Ledger, standing: Standing, on_its_way: Round, actor: str, *, preview: bool) -> Closed:
    contract, period = standing.terms.latest.contract, on_its_way.period
    if on_its_way.state == "approved":
        seen = {on_its_way.digest}
        return _issued(contract, await issue_round(ledger, contract, period, seen, actor, preview=preview))
    if _one_person_may(standing.terms, period_in(standing.terms, period)):
        return await _go_on_alone(ledger, contract, on_its_way, actor, preview=preview)
    if on_its_way.state == "draft":

        def decide(now: Standing) -> Sequence[NewAct]:
            _refuse_moved(now, on_its_way)
            return [round_act(on_its_way, "submission")]

        await do(ledger, contract, actor, decide, preview=preview)
    return _awaits(contract, on_its_way, ())


async def _go_on_alone(ledger: Ledger, contract: str, on_its_way: Round, actor: str, *, preview: bool) -> Closed:
    occasion = Occasion(on_its_way.revision, on_its_way.is_final)
    drafted = await drafts_again(ledger, contract, on_its_way.period, occasion, on_its_way.through)
    refuse_other_bytes(on_its_way, drafted)

    async def work(store: Store) -> Closed:
        _refuse_moved((await locked(store, ledger, contract))[1], on_its_way)
        return await _as_far_as_may_be(ledger, store, drafted, actor, preview=preview)

    return await in_one_unit(ledger, work, preview=preview)


def _refuse_moved(now: Standing, on_its_way: Round) -> None:
    if now.life.open_round != on_its_way:
        raise WrongState("Somebody else went on with this period; close it again.", "wrong-state", ())


def _one_person_may(terms: TermsTimeline, period: Period) -> bool:
    return terms.in_force(period.last_day).approval == "one-person"


async def _begin(ledger: Ledger, contract: str, label: str, actor: str, *, preview: bool) -> Closed:
    drafted = await preview_statements(ledger, contract, label)

    async def work(store: Store) -> Closed:
        head, standing = await locked(store, ledger, contract)
        refuse_second_draft(standing.life)
        refuse_overtaken(standing.life, drafted)
        refuse_early(standing, drafted)
        await write(ledger, store, head, standing, actor, [draft_act(drafted)])
        return await _as_far_as_may_be(ledger, store, drafted, actor, preview=preview)

    return await in_one_unit(ledger, work, preview=preview)


async def _as_far_as_may_be(ledger: Ledger, store: Store, drafted: Drafted, actor: str, *, preview: bool) -> Closed:
    contract = drafted.terms.latest.contract
    head, standing = await locked(store, ledger, contract)
    begun = _begun(standing.life)
    alone = _one_person_may(drafted.terms, drafted.period)
    submits: tuple[ActKind, ...] = ("submission",) if begun.state == "draft" else ()
    kinds: tuple[ActKind, ...] = (*submits, "approval") if alone else submits
    await write(ledger, store, head, standing, actor, [round_act(begun, kind) for kind in kinds])
    if not alone:
        return _awaits(contract, begun, drafted.drafts)
    head, standing = await locked(store, ledger, contract)
    return _issued(contract, await write_issue(ledger, store, head, standing, drafted, actor, preview=preview))


def _begun(life: ContractLife) -> Round:
    begun = life.open_round
    if begun is None:
        raise RuntimeError("a draft was written and is not there")
    return begun


def _awaits(contract: str, standing: Round, drafts: Sequence[Draft]) -> Closed:
    told = f"Period {standing.period} is drafted and waits for a second person to approve it."
    documents = tuple(canonical.from_bytes(draft.stored) for draft in drafts)
    return Closed(contract, "awaits-approval", told, None, documents, _waiting(drafts), standing.digest)


def _issued(contract: str, issued: Issued) -> Closed:
    documents = tuple(canonical.from_bytes(row.document) for row in issued.rows)
    told = f"Period {issued.round.period} is issued to {len(documents)} parties."
    return Closed(contract, "issued", told, None, documents, _waiting(issued.drafts), issued.round.digest)


def _waiting(drafts: Sequence[Draft]) -> tuple[Waiting, ...]:
    """Every investor's detail holds the same pending findings: the first one's are counted."""
    items = (item for draft in drafts[:1] for item in draft.items if item.kind == "pending")
    counted = Counter((told["metric"], told["why"]) for told in (canonical.from_bytes(item.stored) for item in items))
    return tuple(Waiting(metric, why, findings) for (metric, why), findings in sorted(counted.items()))
