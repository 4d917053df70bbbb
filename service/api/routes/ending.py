"""The end of a contract over HTTP: its final settlement, and its reopening."""

from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import Response
from pydantic import BaseModel, Field

from service.api.acted import BODY_PROBLEMS, KEY_PROBLEMS, MoveDep, body_of, previewed_as
from service.api.audiences import FINANCE
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.life_documents import RoundOut, round_out
from service.api.permissions import needs
from service.api.security import guarded_router
from service.core.life.requests import Reason
from service.workflows import reopening, rounds
from service.workflows.acting import Done

router = guarded_router(FINANCE)
_NOTHING: dict[str, Any] = {"requestBody": NO_BODY}
_ACTED = (*BODY_PROBLEMS, *KEY_PROBLEMS, "contract-not-found")
# Of the demo: an agreement that has run out, and two that were settled, one of which somebody wants to reopen.
Ended = Annotated[str, Path(max_length=60, description="the contract's name", examples=["innovation-fund-round-1"])]
Settled = Annotated[str, Path(max_length=60, description="the contract's name", examples=["fair-chance-fund"])]
AskedFor = Annotated[str, Path(max_length=60, description="the contract's name", examples=["innovation-fund-round-2"])]


class ReopeningOut(BaseModel):
    """A wish to state more after the final settlement."""

    contract: str
    number: int
    reason: str
    asked_by: str
    approved_by: str | None
    is_closed: bool = Field(description="whether nothing more is stated of the contract")
    preview: bool = Field(False, description="whether it was taken back again: nothing is stored")


@router.post(
    "/contracts/{contract}/final-settlement",
    status_code=201,
    summary="Draft the final settlement",
    response_model=RoundOut,
    responses={**previewed_as(RoundOut), **problems(*_ACTED, "wrong-state", "contract-closed", "too-early-to-settle")},
    openapi_extra=_NOTHING,
)
@needs("statements:prepare")
async def settle_for_good(contract: Ended, move: MoveDep) -> Response:
    """Draft the last statements of a contract: what is still pending is refused, the guarantor pays the shortfall up to
    its cap, and what an investor owes back is due, unless the terms let it go. Submit, approve and issue them as any
    other; with their issue the contract is closed."""

    def shown(done: Done) -> RoundOut:
        return round_out(contract, done.life.rounds[-1], preview=done.is_preview)

    return await move.once(
        await move.asks_nothing(),
        lambda keyed: rounds.draft_final(move.ledger, contract, move.actor, keyed, preview=move.preview),
        shown,
    )


def _reopening_shown(done: Done) -> ReopeningOut:
    asked = done.life.reopenings[-1]
    return ReopeningOut(
        contract=done.terms.latest.contract,
        number=asked.number,
        reason=asked.reason,
        asked_by=asked.proposed_by,
        approved_by=asked.approved_by,
        is_closed=done.life.is_closed,
        preview=done.is_preview,
    )


@router.post(
    "/contracts/{contract}/reopening",
    status_code=201,
    summary="Ask to reopen a settled contract",
    response_model=ReopeningOut,
    responses={**previewed_as(ReopeningOut), **problems(*_ACTED, "wrong-state")},
    openapi_extra=body_of(Reason, {"reason": "a register was found to be incomplete for 2018"}),
)
@needs("statements:prepare")
async def ask_to_reopen(contract: Settled, move: MoveDep) -> Response:
    """Ask for a further statement after the final settlement, and say why; a second person approves it."""
    said, body = await move.asks(Reason)
    return await move.once(
        body,
        lambda keyed: reopening.ask_to_reopen(
            move.ledger, contract, said.reason, move.actor, keyed, preview=move.preview
        ),
        _reopening_shown,
    )


@router.post(
    "/contracts/{contract}/reopening/approve",
    summary="Approve a reopening",
    response_model=ReopeningOut,
    responses=problems(*_ACTED, "wrong-state", "second-person-needed"),
    openapi_extra=_NOTHING,
)
@needs("statements:approve")
async def approve_reopening(contract: AskedFor, move: MoveDep) -> Response:
    """Approve it: a second person, always. A further revision of the last statements can then be drafted."""
    return await move.once(
        await move.asks_nothing(),
        lambda keyed: reopening.approve_reopening(move.ledger, contract, move.actor, keyed, preview=move.preview),
        _reopening_shown,
        created=False,
    )
