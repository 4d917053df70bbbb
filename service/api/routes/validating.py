"""Validation over HTTP: the verdicts that posting would give, with nothing stored."""

from fastapi import Request
from fastapi.responses import Response

from service.api.audiences import CASE_SYSTEMS
from service.api.errors import problems
from service.api.event_bodies import EITHER_BODY
from service.api.formats import any_events
from service.api.permissions import needs
from service.api.routes.events import ContractGiven
from service.api.schemas import BatchVerdicts
from service.api.security import LedgerDep, guarded_router
from service.api.verdicts import batch_bytes
from service.workflows.ingest import validate_events

router = guarded_router(CASE_SYSTEMS)


@router.post(
    "/events/validate",
    summary="Check events without storing them",
    response_model=BatchVerdicts,
    responses=problems("malformed", 408, 413, 415, "batch-invalid"),
    openapi_extra={"requestBody": EITHER_BODY},
)
@needs("events:write")
async def validate(request: Request, ledger: LedgerDep, contract: ContractGiven = None) -> Response:
    """Send one event or a list of them, in any form that posting takes, and get the verdicts that posting would give
    now. Nothing is stored, and the events are not reserved: what is not there yet has no sequence."""
    reading = await any_events(request, contract)
    verdicts = await validate_events(ledger, reading.documents)
    return Response(batch_bytes(verdicts, reading), media_type="application/json")
