"""The shapes of money beside statements: drawdowns of capital and adjustments by hand."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from service.api.life_documents import PREVIEW
from service.api.statement_documents import Amount
from service.core.life.contract_life import ContractLife
from service.core.life.recorded import Drawdown, Proposed
from service.core.money import to_text
from service.workflows.adjustments import actions_of


class DrawdownOut(BaseModel):
    """Capital that an investor paid out to the programme."""

    number: int
    contract: str
    investor: str
    amount: Amount
    currency: str
    value_date: date
    bank_reference: str
    reversed_by: int | None = Field(description="the entry that took it back")
    preview: bool = PREVIEW


def drawdown_out(life: ContractLife, one: Drawdown, *, preview: bool = False) -> DrawdownOut:
    """A drawdown as it is shown."""
    return DrawdownOut(
        number=one.number,
        contract=life.terms.latest.contract,
        investor=one.investor,
        amount=to_text(one.minor, life.currency),
        currency=life.currency,
        value_date=one.value_date,
        bank_reference=one.bank_reference,
        reversed_by=one.reversed_by,
        preview=preview,
    )


class AdjustmentOut(BaseModel):
    """An amount by hand, and what became of it."""

    number: int
    contract: str
    investor: str
    payer: str
    amount: Amount
    currency: str
    reason: str
    evidence: dict[str, Any]
    state: str = Field(description="proposed, approved or refused")
    available_actions: list[str]
    proposed_by: str
    proposed_on: date
    decided_by: str | None
    reverses: int | None = Field(description="the adjustment that it takes back")
    preview: bool = PREVIEW


def adjustment_out(life: ContractLife, one: Proposed, *, preview: bool = False) -> AdjustmentOut:
    """An adjustment as it is shown."""
    state = "approved" if one.approved is not None else "refused" if one.refused is not None else "proposed"
    return AdjustmentOut(
        number=one.number,
        contract=life.terms.latest.contract,
        investor=one.investor,
        payer=one.payer,
        amount=to_text(one.minor, life.currency),
        currency=life.currency,
        reason=one.reason,
        evidence=one.evidence,
        state=state,
        available_actions=list(actions_of(one)),
        proposed_by=one.proposed_by,
        proposed_on=one.on,
        decided_by=one.decided_by,
        reverses=one.reverses,
        preview=preview,
    )


class Drawdowns(BaseModel):
    """Drawdowns in the order in which they were recorded."""

    data: list[DrawdownOut]


class Adjustments(BaseModel):
    """Adjustments in the order in which they were proposed."""

    data: list[AdjustmentOut]
