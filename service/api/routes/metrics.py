"""Metrics for Prometheus, open like health: numbers of the service as a whole, none of a contract or a person."""

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse, Response

from service.api.audiences import OPERATORS
from service.api.negotiation import only_acceptable
from service.api.security import OpenLedgerDep
from service.telemetry.metrics import MEDIA_TYPE, exposition
from service.workflows.backlog import backlog

router = APIRouter(tags=[OPERATORS], dependencies=[Depends(only_acceptable)])


@router.get("/metrics", summary="How is the service doing?", response_class=PlainTextResponse)
async def metrics(ledger: OpenLedgerDep) -> Response:
    """Counters and times since this process started, and the size of the log and what waits in it now, in the text
    format of Prometheus. Where the database cannot be reached, `ledger_database_reachable` is 0."""
    return Response(exposition(await backlog(ledger)), headers={"Content-Type": MEDIA_TYPE})
