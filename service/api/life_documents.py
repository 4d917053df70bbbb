"""The shapes of the life of statements: rounds, payments, disputes."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from service.api.statement_documents import Amount, Sha256
from service.core.life.rounds import Round
from service.core.life.statements import Dispute, Settlement, StatementLife
from service.core.money import to_text

PREVIEW = Field(False, description="whether it was taken back again: nothing is stored")


class RoundStatement(BaseModel):
    """One statement of a round."""

    investor: str
    number: str
    sha256: Sha256


class RoundOut(BaseModel):
    """The statements of a period before they are issued, to all investors together."""

    contract: str
    period: str
    revision: int
    is_final: bool = Field(description="whether the contract is settled for good with it")
    state: str = Field(description="draft, submitted, approved, issued or discarded")
    available_actions: list[str]
    digest: Sha256 = Field(description="over the statements' digests, one a line: what If-Match has to name")
    sequence: int = Field(description="what the statements are closed at")
    statements: list[RoundStatement]
    prepared_by: str
    submitted_by: str | None
    approved_by: str | None
    issued_by: str | None
    preview: bool = PREVIEW


def round_out(contract: str, told: Round, *, preview: bool = False) -> RoundOut:
    """A round as it is shown."""
    return RoundOut(
        contract=contract,
        period=told.period,
        revision=told.revision,
        is_final=told.is_final,
        state=told.state,
        available_actions=list(told.available_actions),
        digest=told.digest,
        sequence=told.through,
        statements=[RoundStatement(**one._asdict()) for one in told.statements],
        prepared_by=told.prepared_by,
        submitted_by=told.submitted_by,
        approved_by=told.approved_by,
        issued_by=told.issued_by,
        preview=preview,
    )


class PartyDue(BaseModel):
    """What one party was to pay on a statement, has paid, and still has to pay."""

    party: str
    payable: Amount
    settled: Amount
    outstanding: Amount = Field(description="negative: paid too much, or to be paid back by the investor")


class SettlementOut(BaseModel):
    """A payment."""

    number: int
    contract: str
    statement: str
    payer: str
    investor: str
    amount: Amount
    currency: str
    value_date: date
    bank_reference: str
    reversed_by: int | None = Field(description="the entry that took it back")
    preview: bool = PREVIEW


class DisputeOut(BaseModel):
    """What is contested of a statement."""

    number: int
    statement: str
    line: int | None
    metric: str | None
    reason: str
    evidence: dict[str, Any]
    raised_by: str
    raised_on: date
    outcome: Literal["upheld", "rejected"] | None
    resolved_by: int | None = Field(description="the entry that resolved it")
    preview: bool = PREVIEW


class LifeStep(BaseModel):
    """Who did what, when and why."""

    sequence: int
    did: str
    actor: str
    on: date
    reason: str | None
    about: str


class LifeOut(BaseModel):
    """An issued statement as it lives; the document itself never changes."""

    statement: str
    number: str
    contract: str
    period: str
    investor: str
    currency: str
    sha256: Sha256
    state: str = Field(description="issued, disputed, resolved or settled")
    available_actions: list[str]
    issued_on: date
    due_on: date
    payable: Amount
    settled: Amount
    outstanding: Amount
    carried_forward: Amount
    parties: list[PartyDue]
    settlements: list[SettlementOut]
    disputes: list[DisputeOut]
    steps: list[LifeStep]


def life_out(life: StatementLife, steps: Iterable[LifeStep]) -> LifeOut:
    """A statement's life as it is shown."""
    currency, settled, outstanding = life.currency, life.settled, life.outstanding
    return LifeOut(
        statement=life.id,
        number=life.number,
        contract=life.contract,
        period=life.period,
        investor=life.investor,
        currency=currency,
        sha256=life.sha256,
        state=life.state,
        available_actions=list(life.available_actions),
        issued_on=life.issued_on,
        due_on=life.due_on,
        payable=to_text(life.payable_minor, currency),
        settled=to_text(life.settled_minor, currency),
        outstanding=to_text(life.outstanding_minor, currency),
        carried_forward=to_text(life.carried_forward_minor, currency),
        parties=[
            PartyDue(
                party=party,
                payable=to_text(life.payable.get(party, 0), currency),
                settled=to_text(settled.get(party, 0), currency),
                outstanding=to_text(left, currency),
            )
            for party, left in sorted(outstanding.items())
        ],
        settlements=[settlement_out(life.contract, currency, one) for one in life.settlements],
        disputes=[dispute_out(one) for one in life.disputes],
        steps=list(steps),
    )


def settlement_out(contract: str, currency: str, one: Settlement, *, preview: bool = False) -> SettlementOut:
    """A payment as it is shown."""
    return SettlementOut(
        number=one.number,
        contract=contract,
        statement=one.statement,
        payer=one.payer,
        investor=one.investor,
        amount=to_text(one.minor, currency),
        currency=currency,
        value_date=one.value_date,
        bank_reference=one.bank_reference,
        reversed_by=one.reversed_by,
        preview=preview,
    )


def dispute_out(one: Dispute, *, preview: bool = False) -> DisputeOut:
    """A dispute as it is shown."""
    return DisputeOut(
        number=one.number,
        statement=one.statement,
        line=one.line,
        metric=one.metric,
        reason=one.reason,
        evidence=one.evidence,
        raised_by=one.actor,
        raised_on=one.on,
        outcome=one.outcome,
        resolved_by=one.resolved_by,
        preview=preview,
    )


class Settlements(BaseModel):
    """Payments in the order in which they were recorded."""

    data: list[SettlementOut]
