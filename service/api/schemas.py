"""Wire shapes that differ from a core type; amounts are decimal strings in the contract's currency."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from service.api.detail_documents import DetailDocument
from service.api.errors import FaultOut
from service.api.statement_documents import StatementDocument


class ContractEntry(BaseModel):
    """A contract in the list."""

    contract: str
    title: str
    version: int
    effective_from: date


class VersionEntry(BaseModel):
    """One version of a contract's terms."""

    contract: str
    version: int
    title: str
    effective_from: date
    reason: str
    sha256: str = Field(description="of the file as agreed")
    sequence: int = Field(description="where the log of the contract holds it")


class ContractTerms(VersionEntry):
    """A version with the whole of its terms."""

    terms: dict[str, Any] = Field(description="the contract file's fields; contracts/README.md describes each")


class Versions(BaseModel):
    """The versions of a contract, by first day."""

    data: list[VersionEntry]


class Contracts(BaseModel):
    """All contracts."""

    data: list[ContractEntry]


class Verdict(BaseModel):
    """What became of one event."""

    index: int = Field(description="its place in what was sent, from 0")
    verdict: str = Field(description="accepted, duplicate, conflict or rejected")
    line: int | None = Field(None, description="where it begins in a body that has lines, from 1")
    contract: str | None = None
    source: str | None = None
    id: str | None = None
    sequence: int | None = Field(None, description="where the log holds it")
    code: str | None = None
    detail: str | None = None
    retryable: bool = Field(False, description="whether sending it again later, unchanged, can succeed")
    errors: list[FaultOut] | None = None
    sent_sha256: str | None = None
    stored_sha256: str | None = None


class BatchSummary(BaseModel):
    """How many events got which verdict."""

    accepted: int
    duplicate: int
    conflict: int
    rejected: int


class BatchVerdicts(BaseModel):
    """A verdict for every event of a batch, in order."""

    summary: BatchSummary
    verdicts: list[Verdict]


class Reference(BaseModel):
    """How an event is cited."""

    source: str
    id: str


class EventEntry(BaseModel):
    """An event as it was taken in."""

    sequence: int
    recorded_at: datetime
    event: dict[str, Any]


class FindingOut(BaseModel):
    """What the evaluation says of one participant, metric and step."""

    metric: str
    step: str
    participant: str
    version: int
    state: str = Field(description="achieved, refused or pending")
    why: str | None = Field(None, description="the reason code of what is refused or pending")
    achieved_on: date | None = None
    outcome_period: str | None = None
    sentence: str
    facts: list[Reference]


class LineUse(BaseModel):
    """A statement line that rests on an event."""

    statement: str
    position: int
    kind: str
    amount: str


class EventUse(EventEntry):
    """An event with what used it, or why nothing did."""

    sha256: str
    replaced_by: Reference | None = None
    used_by_findings: list[FindingOut]
    used_by_lines: list[LineUse]
    unused_because: str | None = None


class PlannedOut(BaseModel):
    """What the contract's plan expects of a metric in a period, and what was achieved in it."""

    metric: str
    period: str
    planned: int = Field(description="outcomes")
    achieved: int = Field(description="outcomes, whichever findings were asked for")
    planned_amount: str | None = Field(None, description="in the contract's currency; null where the plan names none")


class FindingsPage(BaseModel):
    """Findings as of the end of a period, closed at a sequence number."""

    contract: str
    period: str
    sequence: int
    data: list[FindingOut]
    plan: list[PlannedOut] | None = Field(None, description="the plan in force on the period's last day, if any")
    has_more: bool
    next: str | None = None


class PreviewEntry(BaseModel):
    """A statement that issuing now would issue, and its detail."""

    statement: StatementDocument
    detail: DetailDocument


class Preview(BaseModel):
    """The statements of an open period, one an investor."""

    data: list[PreviewEntry]


class StatementEntry(BaseModel):
    """An issued statement in a list."""

    id: str
    number: str
    contract: str
    period: str
    investor: str
    sha256: str
    lines: str
    payable: str
    currency: str
    state: str = Field(description="issued, disputed, resolved or settled")
    available_actions: list[str]
    outstanding: str = Field(description="what is still to be paid; negative: paid too much, or to be paid back")
    due_on: date


class StatementList(BaseModel):
    """Issued statements."""

    data: list[StatementEntry]


class InvestorStatements(BaseModel):
    """An investor's statements of a period, one a contract, each as it was issued."""

    data: list[StatementDocument]


class Check(BaseModel):
    """One comparison of a verification."""

    check: str
    holds: bool
    compared: str


class VerificationOut(BaseModel):
    """What recomputing a statement showed."""

    statement: str
    match: bool
    erased: int = Field(description="of so many participants no events are left; findings kept of them were taken")
    result: str = Field(description="it in words, as: proved, 1 erased")
    checks: list[Check]


class AccountBalance(BaseModel):
    """An account and the sum of its postings; a debit is positive."""

    account: str
    balance: str


class Accounts(BaseModel):
    """The trial balance of a contract; its total is zero."""

    contract: str
    currency: str
    accounts: list[AccountBalance]
    total: str


class PostingOut(BaseModel):
    """One leg of a transaction."""

    transaction: str
    account: str
    amount: str
    currency: str


class Health(BaseModel):
    """Whether the service can work."""

    status: str
