"""Issued statements as they live, over HTTP: payments on them and their reversal, disputes and how they end."""

from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import Response

from service.api.acted import BODY_PROBLEMS, KEY_PROBLEMS, MoveDep, body_of, previewed_as
from service.api.audiences import FINANCE, INVESTORS
from service.api.errors import problems
from service.api.life_documents import (
    DisputeOut,
    LifeOut,
    LifeStep,
    SettlementOut,
    Settlements,
    dispute_out,
    life_out,
    settlement_out,
)
from service.api.permissions import needs
from service.api.routes.contracts import ContractId
from service.api.security import LedgerDep, guarded_router
from service.core.life.requests import NewDispute, NewResolution, NewReversal, NewSettlement
from service.workflows import disputes, settlements
from service.workflows.acting import Done
from service.workflows.standing import read_contract_life, read_life

router = guarded_router()
_AS_LISTED = "as the list names it"
StatementId = Annotated[
    str, Path(max_length=200, description=_AS_LISTED, examples=["housing-first-aarhus.2023.council.1"])
]
Disputed = Annotated[str, Path(max_length=200, description=_AS_LISTED, examples=["dialog-mod-vold.2023.dsi.1"])]
LedgerNumber = Annotated[int, Path(ge=1, le=2**53, description="its number: that of its entry in the log")]

_PAYMENT: dict[str, Any] = {
    "payer": "sfb",
    "amount": "500000.00",
    "currency": "DKK",
    "value_date": "2024-03-15",
    "bank_reference": "DK-2024-0315-118",
}
_DISPUTE: dict[str, Any] = {
    "metric": "stable-housing-havnen",
    "reason": "two outcomes are missing that the provider reported in December",
    "evidence": {"kind": "letter", "ref": "letter of 2024-02-12"},
}
_REJECTED: dict[str, Any] = {"outcome": "rejected", "reason": "the register was searched again and shows the visit"}
REVERSAL_EXAMPLE: dict[str, Any] = {"reason": "booked on the wrong statement", "value_date": "2024-04-02"}


@router.get(
    "/statements/{statement}/life",
    summary="See what became of a statement",
    tags=[INVESTORS],
    responses=problems("statement-not-found"),
)
@needs("statements:read")
async def see_life(statement: StatementId, ledger: LedgerDep) -> LifeOut:
    """Its state and what can be done next; what is to be paid by whom, what was paid, what is outstanding and since
    when; its disputes; and every step with who took it, when and why. The statement itself never changes."""
    lived = await read_life(ledger, statement)
    steps = [
        LifeStep(
            sequence=act.sequence,
            did=act.kind,
            actor=act.actor,
            on=act.on,
            reason=act.reason,
            about=act.body["about"],
        )
        for act in lived.acts
    ]
    return life_out(lived.life, steps)


@router.post(
    "/statements/{statement}/settlements",
    status_code=201,
    summary="Record a payment",
    tags=[FINANCE],
    response_model=SettlementOut,
    responses={
        **previewed_as(SettlementOut),
        **problems(*BODY_PROBLEMS, *KEY_PROBLEMS, "statement-not-found", "wrong-state"),
    },
    openapi_extra=body_of(NewSettlement, _PAYMENT),
)
@needs("payments:write")
async def settle(statement: StatementId, move: MoveDep) -> Response:
    """Record what a payer paid on an issued statement, in part or in full. More than is due is refused, unless it is
    taken in as the payer's credit; what an investor pays back is negative."""
    said, body = await move.asks(NewSettlement)

    def shown(done: Done) -> SettlementOut:
        (act,) = done.acts
        paid = done.life.statements[act.body["statement"]].settlements[-1]
        return settlement_out(done.terms.latest.contract, done.life.currency, paid, preview=done.is_preview)

    return await move.once(
        body,
        lambda keyed: settlements.settle(move.ledger, statement, said, move.actor, keyed, preview=move.preview),
        shown,
    )


@router.get(
    "/contracts/{contract}/settlements",
    summary="List the payments of a contract",
    tags=[FINANCE],
    responses=problems("contract-not-found"),
)
@needs("ledger:read")
async def list_settlements(contract: ContractId, ledger: LedgerDep) -> Settlements:
    """Every payment on the contract's statements, those taken back included, in the order in which they were
    recorded."""
    life = await read_contract_life(ledger, contract)
    found = sorted((one for told in life.statements.values() for one in told.settlements), key=lambda one: one.number)
    return Settlements(data=[settlement_out(contract, life.currency, one) for one in found])


@router.post(
    "/contracts/{contract}/settlements/{number}/reverse",
    summary="Take back a payment",
    tags=[FINANCE],
    response_model=SettlementOut,
    responses=problems(*BODY_PROBLEMS, *KEY_PROBLEMS, "contract-not-found", "settlement-not-found", "reversed-already"),
    openapi_extra=body_of(NewReversal, REVERSAL_EXAMPLE),
)
@needs("payments:write")
async def reverse_settlement(
    contract: ContractId,
    number: Annotated[LedgerNumber, Path(examples=[87])],
    move: MoveDep,
) -> Response:
    """Take back a payment that was recorded by mistake or came back, once; its own amounts are posted with the other
    sign."""
    said, body = await move.asks(NewReversal)

    def shown(done: Done) -> SettlementOut:
        paid = done.life.settlement(number)
        if paid is None:
            raise RuntimeError("a payment was reversed and is not there")
        return settlement_out(contract, done.life.currency, paid, preview=done.is_preview)

    return await move.once(
        body,
        lambda keyed: settlements.reverse_payment(
            move.ledger, contract, "settlement", number, said, move.actor, keyed, preview=move.preview
        ),
        shown,
        created=False,
    )


@router.post(
    "/statements/{statement}/disputes",
    status_code=201,
    summary="Dispute a statement",
    tags=[INVESTORS],
    response_model=DisputeOut,
    responses={
        **previewed_as(DisputeOut),
        **problems(*BODY_PROBLEMS, *KEY_PROBLEMS, "statement-not-found", "wrong-state"),
    },
    openapi_extra=body_of(NewDispute, _DISPUTE),
)
@needs("disputes:write")
async def dispute(statement: StatementId, move: MoveDep) -> Response:
    """Contest a line of the detail, a metric, or the whole of an issued statement, with what it rests on. What was
    issued stays as it is; what the resolution changes is a line of the next statement."""
    said, body = await move.asks(NewDispute)
    return await move.once(
        body,
        lambda keyed: disputes.dispute(move.ledger, statement, said, move.actor, keyed, preview=move.preview),
        _dispute_shown,
    )


def _dispute_shown(done: Done) -> DisputeOut:
    (act,) = done.acts
    number = act.body.get("dispute", act.sequence)
    found = next(one for one in done.life.statements[act.body["statement"]].disputes if one.number == number)
    return dispute_out(found, preview=done.is_preview)


@router.post(
    "/statements/{statement}/disputes/{number}/resolve",
    summary="Resolve a dispute",
    tags=[FINANCE],
    response_model=DisputeOut,
    responses=problems(*BODY_PROBLEMS, *KEY_PROBLEMS, "statement-not-found", "dispute-not-found", "wrong-state"),
    openapi_extra=body_of(NewResolution, _REJECTED),
)
@needs("disputes:resolve")
async def resolve(statement: Disputed, number: Annotated[LedgerNumber, Path(examples=[86])], move: MoveDep) -> Response:
    """End a dispute: rejected, with why; or upheld, with the correction or retraction of an event that mends the facts,
    which is taken in together with it. The next statement carries the difference."""
    said, body = await move.asks(NewResolution)
    return await move.once(
        body,
        lambda keyed: disputes.resolve(move.ledger, statement, number, said, move.actor, keyed, preview=move.preview),
        _dispute_shown,
        created=False,
    )
