"""The change feed over HTTP: what became known of a contract, in order, from wherever the reader stopped."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from service.api.audiences import CASE_SYSTEMS
from service.api.errors import problems
from service.api.pages import Limit
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.security import LedgerDep, guarded_router
from service.core.statement.paying import PayingTurn
from service.workflows.changes import Change, read_changes

router = guarded_router(CASE_SYSTEMS)


class PayingOut(BaseModel):
    """A fact that started or stopped to pay for a step, and the statement line that tells it."""

    source: str
    id: str
    turn: str = Field(description="started or stopped")
    metric: str
    step: str
    line: int = Field(description="the line's position in the statement's detail")
    line_kind: str = Field(description="new, late, change, reversal, amendment or displaced")


class ChangeOut(BaseModel):
    """An entry of the contract's log."""

    contract: str
    sequence: int
    kind: str = Field(description="fact, terms or statement")
    recorded_at: datetime
    source: str | None = Field(None, description="of a fact: the sending system")
    id: str | None = Field(None, description="of a fact: the sender's own id")
    version: int | None = Field(None, description="of terms: their version")
    statement: str | None = Field(None, description="of a statement: its id")
    period: str | None = Field(None, description="of a statement")
    investor: str | None = Field(None, description="of a statement")
    paying: list[PayingOut] | None = Field(
        None, description="of a statement: the facts that by it started or stopped to pay this investor"
    )


class ChangesPage(BaseModel):
    """Changes in the order in which the ledger learned them."""

    contract: str
    data: list[ChangeOut]
    next: int = Field(description="send it as `after`; also when nothing more is there yet")
    has_more: bool


@router.get(
    "/changes",
    summary="Follow what changes",
    responses=problems("contract-not-found"),
    response_model_exclude_none=True,
)
@needs("changes:read")
async def changes(
    ledger: LedgerDep,
    recording: RecordingDep,
    contract: Annotated[str, Query(max_length=60, description="whose log is read", examples=["dialog-mod-vold"])],
    after: Annotated[
        int, Query(ge=0, le=2**63 - 1, description="the `next` of the page before; 0 for the beginning", examples=[0])
    ] = 0,
    limit: Limit = 100,
) -> ChangesPage:
    """Everything the ledger learned of a contract, in order and without gaps: facts, terms and issued statements. Keep
    `next` and ask again with it, as often as you like: nothing is told twice, and nothing is left out. A statement
    tells which facts started or stopped to pay by it; a preview changes nothing."""
    read = await read_changes(ledger, contract, after, limit)
    await recording.of(contract, len(read.changes))
    following = read.changes[-1].entry.sequence if read.changes else after
    return ChangesPage(
        contract=contract,
        data=[_change_out(change) for change in read.changes],
        next=following,
        has_more=following < read.newest,
    )


def _change_out(change: Change) -> ChangeOut:
    entry, statement = change.entry, change.statement
    return ChangeOut(
        contract=entry.contract,
        sequence=entry.sequence,
        kind=entry.kind,
        recorded_at=entry.recorded_at,
        source=entry.source,
        id=entry.external_id,
        version=change.version,
        statement=statement.id if statement else None,
        period=statement.period if statement else None,
        investor=statement.investor if statement else None,
        paying=[_paying_out(turn) for turn in change.turns] if statement else None,
    )


def _paying_out(turn: PayingTurn) -> PayingOut:
    return PayingOut(
        source=turn.fact.source,
        id=turn.fact.id,
        turn=turn.turn,
        metric=turn.metric,
        step=turn.step,
        line=turn.position,
        line_kind=turn.line_kind,
    )
