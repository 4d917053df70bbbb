"""Money beside statements over HTTP: drawdowns of capital, and adjustments by hand."""

from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import Response

from service.api.acted import BODY_PROBLEMS, KEY_PROBLEMS, MoveDep, body_of, previewed_as
from service.api.audiences import FINANCE
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.money_documents import (
    AdjustmentOut,
    Adjustments,
    DrawdownOut,
    Drawdowns,
    adjustment_out,
    drawdown_out,
)
from service.api.permissions import needs
from service.api.routes.contracts import ContractId
from service.api.routes.lives import REVERSAL_EXAMPLE, LedgerNumber
from service.api.security import LedgerDep, guarded_router
from service.core.life.requests import NewAdjustment, NewDrawdown, NewReversal, Reason
from service.workflows import adjustments, drawdowns
from service.workflows.acting import Done
from service.workflows.settlements import reverse_payment
from service.workflows.standing import read_contract_life

router = guarded_router(FINANCE)
_NOTHING: dict[str, Any] = {"requestBody": NO_BODY}
_ACTED = (*BODY_PROBLEMS, *KEY_PROBLEMS, "contract-not-found")

_DRAWDOWN: dict[str, Any] = {
    "investor": "council",
    "amount": "250000.00",
    "currency": "DKK",
    "value_date": "2024-04-02",
    "bank_reference": "DK-2024-0402-007",
}
_ADJUSTMENT: dict[str, Any] = {
    "investor": "council",
    "payer": "sfb",
    "amount": "1250.00",
    "currency": "DKK",
    "reason": "interest agreed for the late payment of 2022",
    "evidence": {"kind": "letter", "ref": "letter of 2024-03-01"},
}


@router.post(
    "/contracts/{contract}/drawdowns",
    status_code=201,
    summary="Record a drawdown of capital",
    response_model=DrawdownOut,
    responses={**previewed_as(DrawdownOut), **problems(*_ACTED)},
    openapi_extra=body_of(NewDrawdown, _DRAWDOWN),
)
@needs("payments:write")
async def draw(contract: ContractId, move: MoveDep) -> Response:
    """Record capital that an investor paid out to the programme. As soon as any drawdown of an investor is recorded,
    its recorded drawdowns count, and no longer those that the terms list."""
    said, body = await move.asks(NewDrawdown)

    def shown(done: Done) -> DrawdownOut:
        return drawdown_out(done.life, done.life.drawdowns[done.acts[0].sequence], preview=done.is_preview)

    return await move.once(
        body,
        lambda keyed: drawdowns.draw(move.ledger, contract, said, move.actor, keyed, preview=move.preview),
        shown,
    )


@router.get(
    "/contracts/{contract}/drawdowns", summary="List the drawdowns of capital", responses=problems("contract-not-found")
)
@needs("ledger:read")
async def list_drawdowns(contract: ContractId, ledger: LedgerDep) -> Drawdowns:
    """Every recorded drawdown, those taken back included, in the order in which they were recorded."""
    life = await read_contract_life(ledger, contract)
    return Drawdowns(data=[drawdown_out(life, one) for one in life.drawdowns.values()])


@router.post(
    "/contracts/{contract}/drawdowns/{number}/reverse",
    summary="Take back a drawdown",
    response_model=DrawdownOut,
    responses=problems(*_ACTED, "drawdown-not-found", "reversed-already"),
    openapi_extra=body_of(NewReversal, REVERSAL_EXAMPLE),
)
@needs("payments:write")
async def reverse_drawdown(
    contract: ContractId,
    number: Annotated[LedgerNumber, Path(examples=[76])],
    move: MoveDep,
) -> Response:
    """Take back a drawdown that was recorded by mistake, once."""
    said, body = await move.asks(NewReversal)

    def shown(done: Done) -> DrawdownOut:
        return drawdown_out(done.life, done.life.drawdowns[number], preview=done.is_preview)

    return await move.once(
        body,
        lambda keyed: reverse_payment(
            move.ledger, contract, "drawdown", number, said, move.actor, keyed, preview=move.preview
        ),
        shown,
        created=False,
    )


def _adjustment_shown(done: Done) -> AdjustmentOut:
    (act,) = done.acts
    number = act.body.get("adjustment", act.sequence)
    return adjustment_out(done.life, done.life.adjustments[number], preview=done.is_preview)


@router.post(
    "/contracts/{contract}/adjustments",
    status_code=201,
    summary="Propose an adjustment",
    response_model=AdjustmentOut,
    responses={**previewed_as(AdjustmentOut), **problems(*_ACTED, "contract-closed")},
    openapi_extra=body_of(NewAdjustment, _ADJUSTMENT),
)
@needs("payments:write")
async def propose(contract: ContractId, move: MoveDep) -> Response:
    """Propose an amount by hand, with its reason and what it rests on. Once a second person has approved it, it is a
    line of the next statement, with a key of its own."""
    said, body = await move.asks(NewAdjustment)
    return await move.once(
        body,
        lambda keyed: adjustments.propose(move.ledger, contract, said, move.actor, keyed, preview=move.preview),
        _adjustment_shown,
    )


@router.get(
    "/contracts/{contract}/adjustments", summary="List the adjustments", responses=problems("contract-not-found")
)
@needs("ledger:read")
async def list_adjustments(contract: ContractId, ledger: LedgerDep) -> Adjustments:
    """Every adjustment by hand with what became of it, in the order in which they were proposed."""
    life = await read_contract_life(ledger, contract)
    return Adjustments(data=[adjustment_out(life, one) for one in life.adjustments.values()])


_DECIDED = ("adjustment-not-found", "contract-closed", "wrong-state")
Proposed = Annotated[LedgerNumber, Path(examples=[84])]
AlsoProposed = Annotated[LedgerNumber, Path(examples=[85])]


@router.post(
    "/contracts/{contract}/adjustments/{number}/approve",
    summary="Approve an adjustment",
    response_model=AdjustmentOut,
    responses=problems(*_ACTED, *_DECIDED, "second-person-needed"),
    openapi_extra=_NOTHING,
)
@needs("payments:approve")
async def approve(contract: ContractId, number: Proposed, move: MoveDep) -> Response:
    """Approve a proposed adjustment: a second person, always."""
    return await move.once(
        await move.asks_nothing(),
        lambda keyed: adjustments.decide_on(
            move.ledger, contract, number, approved=True, actor=move.actor, keyed=keyed, preview=move.preview
        ),
        _adjustment_shown,
        created=False,
    )


@router.post(
    "/contracts/{contract}/adjustments/{number}/refuse",
    summary="Refuse an adjustment",
    response_model=AdjustmentOut,
    responses=problems(*_ACTED, *_DECIDED),
    openapi_extra=body_of(Reason, {"reason": "the letter agrees to no interest"}),
)
@needs("payments:approve")
async def refuse(contract: ContractId, number: AlsoProposed, move: MoveDep) -> Response:
    """Refuse a proposed adjustment, or withdraw one's own, and say why."""
    said, body = await move.asks(Reason)
    return await move.once(
        body,
        lambda keyed: adjustments.decide_on(
            move.ledger,
            contract,
            number,
            approved=False,
            actor=move.actor,
            reason=said.reason,
            keyed=keyed,
            preview=move.preview,
        ),
        _adjustment_shown,
        created=False,
    )


@router.post(
    "/contracts/{contract}/adjustments/{number}/take-back",
    status_code=201,
    summary="Propose to take back an adjustment",
    response_model=AdjustmentOut,
    responses={**previewed_as(AdjustmentOut), **problems(*_ACTED, *_DECIDED, "reversed-already")},
    openapi_extra=body_of(Reason, {"reason": "the interest was paid by other means"}),
)
@needs("payments:write")
async def take_back(
    contract: ContractId,
    number: Annotated[LedgerNumber, Path(examples=[82])],
    move: MoveDep,
) -> Response:
    """Propose an adjustment that takes back an approved one, once; it too is approved by a second person."""
    said, body = await move.asks(Reason)
    return await move.once(
        body,
        lambda keyed: adjustments.take_back(
            move.ledger, contract, number, said.reason, move.actor, keyed, preview=move.preview
        ),
        _adjustment_shown,
    )
