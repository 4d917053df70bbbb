"""Erasures over HTTP: the pseudonym stands in the body, never in an address, and in no answer."""

from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import Response

from service.api.acted import BODY_PROBLEMS, KEY_PROBLEMS, MoveDep, body_of, previewed_as
from service.api.audiences import CASE_SYSTEMS
from service.api.erasure_documents import ErasureOut, Erasures, erasure_out
from service.api.errors import problems
from service.api.permissions import needs
from service.api.routes.contracts import ContractId
from service.api.security import LedgerDep, guarded_router
from service.core.life.requests import NewErasure
from service.workflows.acting import Done
from service.workflows.erasure import erase_participant
from service.workflows.standing import read_contract_life

router = guarded_router(CASE_SYSTEMS)
_ERASURE: dict[str, Any] = {
    "participant": "T-02",
    "reason": "asked for by the person, request 2024-118",
    "legal_basis": "GDPR article 17(1)(b)",
}


@router.post(
    "/contracts/{contract}/erasures",
    status_code=201,
    summary="Erase a participant",
    response_model=ErasureOut,
    responses={
        **previewed_as(ErasureOut),
        **problems(
            *BODY_PROBLEMS, *KEY_PROBLEMS, "contract-not-found", "participant-not-found", "erasure-during-round"
        ),
    },
    openapi_extra=body_of(NewErasure, _ERASURE),
)
@needs("participants:erase")
async def erase(
    contract: Annotated[str, Path(max_length=60, description="the contract's name", examples=["tuba-broendby"])],
    move: MoveDep,
) -> Response:
    """Delete every event about a participant and every entry about it in issued details, for ever. What was stated
    stands; what was not stated by now is not paid. It cannot be undone: ask for a preview first."""
    said, body = await move.asks(NewErasure)

    def shown(done: Done) -> ErasureOut:
        return erasure_out(contract, done.life.erasures[-1], preview=done.is_preview)

    return await move.once(
        body,
        lambda keyed: erase_participant(move.ledger, contract, said, move.actor, keyed, preview=move.preview),
        shown,
    )


@router.get("/contracts/{contract}/erasures", summary="List the erasures", responses=problems("contract-not-found"))
@needs("ledger:read")
async def list_erasures(contract: ContractId, ledger: LedgerDep) -> Erasures:
    """When participants of the contract were erased, by whom and why; nobody who was erased is named."""
    life = await read_contract_life(ledger, contract)
    return Erasures(data=[erasure_out(contract, one) for one in life.erasures])
