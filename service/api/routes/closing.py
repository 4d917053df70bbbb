"""Periods closed over HTTP, of one contract or of all."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from service.api.acted import BODY_PROBLEMS, Move, PreviewQuery
from service.api.audiences import FINANCE
from service.api.closing_documents import ClosedOut, ClosedPeriods, closed_out
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.permissions import needs
from service.api.routes.rounds import KNOWN, OpenPeriod
from service.api.security import ActorDep, LedgerDep, guarded_router
from service.workflows.closing import Closed, close_period

router = guarded_router(FINANCE)
_NOTHING: dict[str, Any] = {"requestBody": NO_BODY}


@router.post(
    "/periods/{period}/close",
    summary="Close a period",
    response_model=ClosedPeriods,
    responses=problems(
        *BODY_PROBLEMS,
        *KNOWN,
        "period-not-ended",
        "not-the-next-period",
        "contract-closed",
        "stale",
        "signing-key-unusable",
    ),
    openapi_extra=_NOTHING,
)
@needs("statements:prepare")
async def close(
    period: OpenPeriod,
    request: Request,
    ledger: LedgerDep,
    actor: ActorDep,
    contract: Annotated[
        str | None,
        Query(max_length=60, description="only this contract; without it every one", examples=["ungi-fokus"]),
    ] = None,
    preview: PreviewQuery = False,
) -> Response:
    """Take a period of one contract, or of all, as far as it may go: what is approved is issued, what is drafted is
    submitted, what is neither is drafted and submitted, or issued where one person may. The answer says of each what
    was issued, what is carried forward, and what is pending and why. One that cannot be closed does not stop the
    others. Safe to repeat, so that it needs no key."""

    def shown(closed: list[Closed]) -> ClosedPeriods:
        told: list[ClosedOut] = [closed_out(one) for one in closed]
        return ClosedPeriods(period=period, data=told, preview=preview)

    move = Move(request, ledger, actor, None, preview)
    return await move.once(
        await move.asks_nothing(),
        lambda _: close_period(ledger, period, actor, contract, preview=preview),
        shown,
        created=False,
    )
