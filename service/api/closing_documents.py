"""The shapes of a closed period: what was issued, carried forward and pending, contract by contract."""

from pydantic import BaseModel, Field

from service.api.statement_documents import Amount, Sha256
from service.workflows.closing import Closed, Outcome


class ClosedStatement(BaseModel):
    """The sums of one statement."""

    number: str
    investor: str
    lines: Amount
    payable: Amount
    carried_forward: Amount
    currency: str


class WaitingOut(BaseModel):
    """Outcomes of a metric that are pending for one reason."""

    metric: str
    why: str
    findings: int = Field(description="how many findings wait")


class ClosedOut(BaseModel):
    """What closing the period did with one contract."""

    contract: str
    outcome: Outcome
    told: str = Field(description="what was done, or why nothing was")
    code: str | None = Field(description="of the problem that stood in the way")
    digest: Sha256 | None = Field(description="of what was issued or waits for approval: what If-Match names")
    statements: list[ClosedStatement]
    waiting: list[WaitingOut]


class ClosedPeriods(BaseModel):
    """What closing the period did, contract by contract."""

    period: str
    data: list[ClosedOut]
    preview: bool = Field(description="whether it was taken back again: nothing is stored")


def closed_out(one: Closed) -> ClosedOut:
    """One contract's part as it is shown."""
    return ClosedOut(
        contract=one.contract,
        outcome=one.outcome,
        told=one.told,
        code=one.code,
        digest=one.digest,
        statements=[
            ClosedStatement(
                number=told["number"],
                investor=told["investor"]["id"],
                currency=told["currency"],
                **{name: told["totals"][name] for name in ("lines", "payable", "carried_forward")},
            )
            for told in one.statements
        ],
        waiting=[WaitingOut(metric=w.metric, why=w.why, findings=w.findings) for w in one.waiting],
    )
