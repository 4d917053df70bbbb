"""Health and readiness, open to everybody."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from service.api.audiences import OPERATORS
from service.api.errors import problem
from service.api.negotiation import only_acceptable
from service.api.schemas import Health
from service.api.security import OpenLedgerDep
from service.workflows.health import readiness_fault

router = APIRouter(tags=[OPERATORS], dependencies=[Depends(only_acceptable)])


@router.get("/healthz", summary="Is the service running?")
async def healthy() -> Health:
    """Answers as long as the process runs."""
    return Health(status="running")


@router.get("/readyz", summary="Can the service work?", response_model=Health)
async def ready(ledger: OpenLedgerDep) -> Health | Response:
    """Answers when the database is reached, its schema is current, and the log's guards are in force."""
    fault = await readiness_fault(ledger)
    return problem(503, "not-ready", fault) if fault else Health(status="ready")
