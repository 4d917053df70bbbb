"""The shapes of statements: what an investor reads."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from service.core.price.lines import LimitScope
from service.core.statement.beside import BesideKind
from service.core.statement.lines import CauseCode, LineKind

# Real ones of the demo. They are put into the document of the API last, because the framework drops every null.
ANSWER_EXAMPLES: dict[str, Any] = orjson.loads(Path(__file__).with_name("example_statement.json").read_bytes())

Amount = Annotated[
    str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="in the statement's currency", examples=["15000.00"])
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, in hex")]


class Shape(BaseModel):
    """A part of a document that the ledger writes; it holds nothing else."""

    model_config = ConfigDict(extra="forbid")


class StatementContract(Shape):
    """The contract a statement is of."""

    id: str
    title: str
    participant: str = Field(description="what a participant is: person, family, school")


class StatementPeriod(Shape):
    """The period a statement is for; `through` is its last day."""

    label: str
    start: date = Field(alias="from")
    through: date


class StatementInvestor(Shape):
    """Who is owed."""

    id: str
    name: str


class Totals(Shape):
    """The sums of a statement; what is negative is carried into the next one and netted there first."""

    lines: Amount
    carried_in: Amount
    payable: Amount
    carried_forward: Amount
    stated_before: Amount
    stated_to_date: Amount


class LineGroup(Shape):
    """Lines of one kind, cause, step, price and outcome period."""

    kind: LineKind
    cause: CauseCode
    step: str
    tariff: str | None = Field(
        description="the price of one, or the tariff's kind where no single price makes the amount; null: taken back"
    )
    outcome_period: str
    participants: int
    amount: Amount | None


class ClipGroup(Shape):
    """What a limit took from outcomes on this statement."""

    limit: LimitScope
    step: str
    outcome_period: str
    participants: int
    would_have_paid: Amount | None
    clipped: Amount


class PendingGroup(Shape):
    """Participants whose outcome waits for something."""

    step: str
    why: str
    in_words: str
    participants: int
    would_be_due: Amount | None = Field(description="before limits; null where it is not known yet")


class MetricSection(Shape):
    """A metric of a statement; where a group would be smaller than the contract allows, only its total is shown."""

    id: str
    title: str
    clause: str
    total: Amount
    merged: bool = Field(description="whether the groups are left out because one of them is too small")
    lines: list[LineGroup] | None = None
    clipped: list[ClipGroup] | None = None
    pending: list[PendingGroup] | None = None


class LimitUse(Shape):
    """How much of a limit is used by what is stated to date."""

    scope: LimitScope
    metric: str | None
    payer: str | None = Field(None, description="whose limit it is, where it is a payer's")
    unit: str = Field(alias="in", description="the currency, achievements or units")
    limit: str
    used: str | None = Field(
        None, description="left out of counts and units, which could tell what a merged metric hides"
    )
    left: str | None = None


class DueFrom(Shape):
    """What one payer owes the investor by this statement."""

    party: str
    name: str
    amount: Amount


class StatementPosting(Shape):
    """One leg of the statement's transaction; a debit is positive."""

    account: str
    amount: Amount


class StatementTerms(Shape):
    """A version of the terms that was known when the statement was made."""

    version: int
    effective_from: date
    sha256: Sha256


class PreviousStatement(Shape):
    """The statement before this one, by number and digest."""

    number: str
    sha256: Sha256


class Capital(Shape):
    """What the investor has committed to the contract and paid out to it."""

    committed: Amount | None = None
    drawn: Amount | None = Field(None, description="paid out by the end of the period")
    balance: Amount | None = Field(None, description="stated to date less drawn")


class ReturnCapUse(Shape):
    """The most the investor is due in all, and how much of it is stated."""

    amount: Amount
    stated_to_date: Amount
    left: Amount
    beyond: str | None = Field(description="who is due what lies above; null where it stays with the payers")


class TrancheUse(Shape):
    """A class of capital, in the order in which they are served, and what it has been given."""

    id: str
    stated_to_date: Amount
    cap: Amount | None = None
    left: Amount | None = None


class GuaranteeStand(Shape):
    """Who covers a shortfall at final settlement, and what it would cover if that were now."""

    party: str
    name: str
    amount: Amount = Field(description="the most the guarantor pays, to all investors together")
    shortfall: Amount | None = Field(None, description="drawn less stated to date, of this investor")
    would_cover: Amount | None = Field(None, description="this investor's part, if it were settled now")


class PlannedMetric(Shape):
    """What the plan expects of a metric in the period, and what was achieved in it."""

    metric: str
    planned: int
    achieved: int | None = Field(description="null where the metric's groups are too small to be shown")
    planned_amount: Amount | None = None


class PlanSection(Shape):
    """The plan in force on the period's last day, as far as it is about the period."""

    start: date = Field(alias="from")
    reason: str
    metrics: list[PlannedMetric]


class BesideLine(Shape):
    """A line that no outcome stands behind: an adjustment by hand, the guarantee, what is let go."""

    kind: BesideKind
    party: str = Field(description="who owes it, or is owed it back")
    amount: Amount
    sentence: str
    adjustment: int | None = Field(None, description="the adjustment's number")
    reverses: int | None = Field(None, description="the number of the adjustment it takes back")


class FinalSettlement(Shape):
    """How final settlement leaves the investor."""

    shortfall: Amount = Field(description="capital drawn less what was stated")
    guaranteed: Amount = Field(description="the guarantor's part")
    written_off: Amount = Field(description="owed back and not collected")
    due_from_investor: Amount


class StatementDocument(Shape):
    """A payment statement as it was issued, byte for byte; it names no participant."""

    document: Literal["payment statement"]
    number: str
    format: int
    contract: StatementContract
    period: StatementPeriod
    investor: StatementInvestor
    currency: str
    edition: str
    sequence: int = Field(description="the log's sequence number its inputs are closed at")
    totals: Totals
    metrics: list[MetricSection]
    limits: list[LimitUse]
    due_from: list[DueFrom]
    postings: list[StatementPosting]
    terms: list[StatementTerms]
    terms_in_force: int
    illustrative: list[str]
    detail_digest: Sha256
    previous: PreviousStatement | None = None
    capital: Capital | None = None
    return_cap: ReturnCapUse | None = None
    tranches: list[TrancheUse] | None = None
    guarantee: GuaranteeStand | None = None
    plan: PlanSection | None = None
    payable_from: list[DueFrom] | None = Field(None, description="who pays what, where negative balances are netted")
    carried_from: list[DueFrom] | None = Field(None, description="the balance carried to the next statement, by payer")
    beside: list[BesideLine] | None = None
    final_settlement: FinalSettlement | None = None
    approval: str | None = Field(None, description="says so where one person may prepare and approve")
