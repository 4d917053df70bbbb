"""The shapes of statements and details: what an investor reads, and what finance and auditors read beside it."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from service.core.price.lines import LimitScope
from service.core.statement.lines import CauseCode, LineKind

# Real ones of the demo. They are put into the document of the API last, because the framework drops every null.
ANSWER_EXAMPLES: dict[str, Any] = orjson.loads(Path(__file__).with_name("example_statement.json").read_bytes())

Amount = Annotated[
    str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="in the statement's currency", examples=["15000.00"])
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, in hex")]


class _Shape(BaseModel):
    """A part of a document that the ledger writes; it holds nothing else."""

    model_config = ConfigDict(extra="forbid")


class StatementContract(_Shape):
    """The contract a statement is of."""

    id: str
    title: str
    participant: str = Field(description="what a participant is: person, family, school")


class StatementPeriod(_Shape):
    """The period a statement is for; `through` is its last day."""

    label: str
    start: date = Field(alias="from")
    through: date


class StatementInvestor(_Shape):
    """Who is owed."""

    id: str
    name: str


class Totals(_Shape):
    """The sums of a statement; what is negative is carried into the next one and netted there first."""

    lines: Amount
    carried_in: Amount
    payable: Amount
    carried_forward: Amount
    stated_before: Amount
    stated_to_date: Amount


class LineGroup(_Shape):
    """Lines of one kind, cause, step, price and outcome period."""

    kind: LineKind
    cause: CauseCode
    step: str
    tariff: str | None = Field(description="the price of one; null where what was stated is taken back")
    outcome_period: str
    participants: int
    amount: Amount | None


class ClipGroup(_Shape):
    """What a limit took from outcomes on this statement."""

    limit: LimitScope
    step: str
    outcome_period: str
    participants: int
    would_have_paid: Amount | None
    clipped: Amount


class PendingGroup(_Shape):
    """Participants whose outcome waits for something."""

    step: str
    why: str
    in_words: str
    participants: int
    would_be_due: Amount | None = Field(description="before limits; null where it is not known yet")


class MetricSection(_Shape):
    """A metric of a statement; where a group would be smaller than the contract allows, only its total is shown."""

    id: str
    title: str
    clause: str
    total: Amount
    merged: bool = Field(description="whether the groups are left out because one of them is too small")
    lines: list[LineGroup] | None = None
    clipped: list[ClipGroup] | None = None
    pending: list[PendingGroup] | None = None


class LimitUse(_Shape):
    """How much of a limit is used by what is stated to date."""

    scope: LimitScope
    metric: str | None
    unit: str = Field(alias="in", description="the currency, achievements or units")
    limit: str
    used: str
    left: str | None = None


class DueFrom(_Shape):
    """What one payer owes the investor by this statement."""

    party: str
    name: str
    amount: Amount


class StatementPosting(_Shape):
    """One leg of the statement's transaction; a debit is positive."""

    account: str
    amount: Amount


class StatementTerms(_Shape):
    """A version of the terms that was known when the statement was made."""

    version: int
    effective_from: date
    sha256: Sha256


class PreviousStatement(_Shape):
    """The statement before this one, by number and digest."""

    number: str
    sha256: Sha256


class Capital(_Shape):
    """What the investor has committed to the contract."""

    committed: Amount


class StatementDocument(_Shape):
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


class CitedEvent(_Shape):
    """How an event is cited."""

    source: str
    id: str


class LineCause(_Shape):
    """Why a line stands on this statement."""

    code: CauseCode
    sentence: str
    facts: list[CitedEvent]


class ClippedBy(_Shape):
    """What one limit took from the line's price."""

    limit: LimitScope
    amount: Amount


class LinePrice(_Shape):
    """From the unit price to what the payer owes."""

    tariff: str
    unit_price: str
    quantity: str
    value: str | None
    gross: Amount
    clipped: list[ClippedBy]
    net: Amount
    payer_part: Amount


class LineShare(_Shape):
    """The shares as fractions: the payer's of the price, the investor's of what the payer owes."""

    payer: str
    investor: str


class _Item(_Shape):
    """What lines and pending findings have in common."""

    position: int
    metric: str
    step: str
    participant: str
    version: int = Field(description="of the terms that govern it")
    clause: str
    sentence: str = Field(description="what was found, in words")
    facts: list[CitedEvent]
    salt: str | None = Field(None, description="what the commitment was made with")
    commitment: Sha256 | None = None


class LineItem(_Item):
    """A line: what is due by one outcome from one payer, less what was stated of it before."""

    item: Literal["line"]
    kind: LineKind
    cause: LineCause
    achieved_on: date
    outcome_period: str
    payer: str
    investor: str
    amount: Amount
    stated_before: Amount
    due: Amount
    price: LinePrice | None = None
    share: LineShare | None = None


class PendingItem(_Item):
    """A finding that waits for something, and what it would pay."""

    item: Literal["pending"]
    why: str
    would_be_due: Amount | None = Field(description="before limits; null where it is not known yet")


DetailEntry = Annotated[LineItem | PendingItem, Field(discriminator="item")]
_EVENTS: JsonDict = {"items": {"$ref": "#/components/schemas/Event"}}


class DetailDocument(_Shape):
    """The detail beside a statement: for payer, finance and auditor, never for an investor."""

    statement: str
    detail_digest: Sha256
    items: list[DetailEntry]


class Explanation(_Shape):
    """An entry of a detail in sentences, with the events it rests on as they were posted."""

    title: str
    paragraphs: list[str]
    item: DetailEntry
    events: list[Any] = Field(json_schema_extra=_EVENTS)
