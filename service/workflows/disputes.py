"""Disputes on issued statements: raised with evidence, and resolved, where upheld by a correction of the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.core.errors import Fault, InvalidInput, NotFound, WrongState
from service.core.life.requests import NewDispute, NewResolution
from service.core.life.statements import Action, Dispute, StatementLife
from service.storage.rows import StatementRow
from service.storage.store import Store
from service.workflows.acting import Done, NewAct, Standing, do, locked, refuse_personal_data, write
from service.workflows.idempotency import Keyed, in_one_unit
from service.workflows.ingest import take_in_one
from service.workflows.ledger import Ledger
from service.workflows.reading_events import EventVerdict
from service.workflows.standing import issued_in, read_issued


async def dispute(
    ledger: Ledger,
    statement: str,
    request: NewDispute,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Contest a line, a metric or the whole of an issued statement; what was issued stays as it is."""
    refuse_personal_data(request.model_dump())
    row = await read_issued(ledger, statement)
    await _refuse_unknown_line(ledger, row, request)

    def decide(standing: Standing) -> Sequence[NewAct]:
        contested = standing.life.statements[row.id]
        refuse_other(contested, "dispute")
        metrics = {metric.id for version in standing.terms.versions for metric in version.terms.metrics}
        if request.metric is not None and request.metric not in metrics:
            fault = Fault("/metric", "unknown-metric", f"is no metric of the contract: {', '.join(sorted(metrics))}")
            raise InvalidInput("The dispute is not valid; nothing was stored.", [fault])
        return [NewAct("dispute", _body(contested, request), request.reason)]

    return await do(ledger, row.contract, actor, decide, keyed, preview=preview)


async def _refuse_unknown_line(ledger: Ledger, row: StatementRow, request: NewDispute) -> None:
    if request.line is None:
        return
    async with ledger.database.glance() as store:
        found = await store.detail_item(row.contract, row.sequence, request.line)
    if found is None or found.participant is None:
        fault = Fault("/line", "unknown-line", "is no entry of this statement's detail; see its positions")
        raise InvalidInput("The dispute is not valid; nothing was stored.", [fault])


def refuse_other(life: StatementLife, action: Action) -> None:
    """WrongState where the statement's state does not allow the action."""
    if action not in life.available_actions:
        raise WrongState(
            f"The statement is {life.state}; it cannot be taken to '{action}' now.",
            "wrong-state",
            life.available_actions,
        )


def _body(contested: StatementLife, request: NewDispute) -> dict[str, Any]:
    what = f", line {request.line}" if request.line else f", metric {request.metric}" if request.metric else ""
    return {
        "about": f"statement {contested.number}{what}",
        "statement": contested.id,
        "line": request.line,
        "metric": request.metric,
        "evidence": request.evidence.model_dump(),
    }


async def resolve(
    ledger: Ledger,
    statement: str,
    number: int,
    request: NewResolution,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Resolve an open dispute. Upheld, it appends the correction or retraction in the same unit of work; what that
    changes is a line of the next statement."""
    refuse_personal_data(request.model_dump(exclude={"event"}))
    if (request.event is None) == (request.outcome == "upheld"):
        told = (
            "is needed where a dispute is upheld" if request.event is None else "is not for a dispute that is rejected"
        )
        raise InvalidInput("The resolution is not valid; nothing was stored.", [Fault("/event", "required", told)])

    async def work(store: Store) -> Done:
        row = await issued_in(store, statement)
        _, before = await locked(store, ledger, row.contract)
        _open_dispute(before.life.statements[row.id], number)
        corrected = await _corrected(ledger, store, row.contract, request.event, actor) if request.event else None
        head, standing = await locked(store, ledger, row.contract)
        body = {
            "about": f"dispute {number} on statement {standing.life.statements[row.id].number}",
            "statement": row.id,
            "dispute": number,
            "outcome": request.outcome,
            "event": corrected,
        }
        new = [NewAct("resolution", body, request.reason)]
        return await write(ledger, store, head, standing, actor, new, preview=preview)

    return await in_one_unit(ledger, work, keyed, preview=preview)


def _open_dispute(life: StatementLife, number: int) -> Dispute:
    found = next((one for one in life.disputes if one.number == number), None)
    if found is None:
        refuse_other(life, "resolve")
        raise NotFound("The statement has no dispute of that number.", "dispute-not-found")
    if found.outcome is not None:
        raise WrongState(f"The dispute is {found.outcome} already.", "wrong-state", life.available_actions)
    return found


async def _corrected(
    ledger: Ledger, store: Store, contract: str, event: Mapping[str, Any], actor: str
) -> dict[str, Any]:
    """Take the correction in; InvalidInput unless it is one, of this contract, and accepted."""
    if event.get("contract") != contract or not event.get("replaces"):
        told = "must correct or withdraw an event of the statement's contract: give contract and replaces"
        raise InvalidInput("The correction is not valid; nothing was stored.", [Fault("/event", "wrong-form", told)])
    verdict = await take_in_one(ledger, store, dict(event), actor)
    if verdict.verdict != "accepted":
        raise InvalidInput("The correction is not taken; nothing was stored.", _faults_of(verdict))
    return {"source": verdict.source, "id": verdict.id, "sequence": verdict.sequence}


def _faults_of(verdict: EventVerdict) -> list[Fault]:
    told = [replace(fault, pointer=f"/event{fault.pointer}") for fault in verdict.faults]
    return told or [Fault("/event", "event-conflict", "this id was used before; send the correction under a new one")]
