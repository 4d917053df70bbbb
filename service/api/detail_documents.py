"""The shapes of details: what payers, finance and auditors read beside a statement."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.config import JsonDict

from service.api.statement_documents import Amount, Sha256, Shape
from service.core.price.lines import LimitScope
from service.core.statement.beside import BesideKind
from service.core.statement.lines import CauseCode, LineKind


class CitedEvent(Shape):
    """How an event is cited."""

    source: str
    id: str


class LineCause(Shape):
    """Why a line stands on this statement."""

    code: CauseCode
    sentence: str
    facts: list[CitedEvent]


class ClippedBy(Shape):
    """What one limit took from the line's price."""

    limit: LimitScope
    amount: Amount
    payer: str | None = Field(None, description="whose limit it is, where it is a payer's")


class PriceStep(Shape):
    """One step from the tariff to the gross amount."""

    step: str
    told: str
    amount: str = Field(description="after this step, in major units to four decimals")


class TakenOver(Shape):
    """What one payer owes in the place of another whose limit is full."""

    payer: str = Field(alias="from")
    by: str
    amount: Amount


class LinePrice(Shape):
    """From the unit price to what the payer owes."""

    tariff: str
    unit_price: str | None = Field(description="null where no single price makes the amount")
    quantity: str
    value: str | None
    gross: Amount
    clipped: list[ClippedBy]
    net: Amount
    payer_part: Amount
    steps: list[PriceStep] | None = None
    taken_over: list[TakenOver] | None = None


class LinePiece(Shape):
    """A part of a line that was given, or taken back, in one go."""

    layer: int = Field(description="counted by line; a decrease takes back the latest first")
    given_by: str = Field(description="what gave it, as capital drawn or tranche senior")
    amount: Amount


class LineShare(Shape):
    """The shares as fractions: the payer's of the price, the investor's of what the payer owes.

    Null where no fraction says it: a payer with its own price, an investor whose share is decided when it is stated.
    """

    payer: str | None
    investor: str | None
    pieces: list[LinePiece] | None = None


class _Item(Shape):
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


class _OfLine(_Item):
    """What lines that are stated and those that wait have in common."""

    kind: LineKind
    cause: LineCause
    achieved_on: date
    outcome_period: str
    payer: str
    investor: str
    amount: Amount
    stated_before: Amount
    due: Amount
    people: int | None = Field(None, description="how many participants a group's outcome stands for")
    price: LinePrice | None = None
    share: LineShare | None = None


class LineItem(_OfLine):
    """A line: what is due by one outcome from one payer, less what was stated of it before."""

    item: Literal["line"]


class DeferredItem(_OfLine):
    """A line that the statement leaves out, because its metric waits for larger groups: what it would state."""

    item: Literal["deferred"]


class DeferralItem(Shape):
    """A metric that waits for larger groups: why, and the sum of its lines that wait."""

    item: Literal["deferral"]
    position: int
    metric: str
    participant: str = Field(description="empty: it is about nobody")
    amount: Amount
    sentence: str
    facts: list[CitedEvent]
    salt: str | None = Field(None, description="what the commitment was made with")
    commitment: Sha256 | None = None


class PendingFrom(Shape):
    """What one payer would owe of a pending outcome."""

    payer: str
    amount: Amount | None = Field(description="before limits; null where it is not known yet")


class PendingItem(_Item):
    """A finding that waits for something, and what it would pay."""

    item: Literal["pending"]
    why: str
    would_be_due: Amount | None = Field(description="before limits; null where it is not known yet")
    would_be_due_from: list[PendingFrom]


class BesideItem(Shape):
    """A line that no outcome stands behind: an adjustment by hand, the guarantee, what is let go."""

    item: Literal["beside"]
    position: int
    participant: str = Field(description="empty: it is about nobody")
    kind: BesideKind
    party: str = Field(description="who owes it, or is owed it back")
    amount: Amount
    sentence: str
    adjustment: int | None = Field(None, description="the adjustment's number")
    reverses: int | None = Field(None, description="the number of the adjustment it takes back")
    facts: list[CitedEvent]
    salt: str | None = Field(None, description="what the commitment was made with")
    commitment: Sha256 | None = None


class ErasedItem(Shape):
    """An entry whose participant was erased: that it stood there, and what binds it to the statement's digest."""

    item: Literal["erased"]
    position: int
    commitment: Sha256


DetailEntry = Annotated[
    LineItem | PendingItem | BesideItem | DeferralItem | DeferredItem | ErasedItem, Field(discriminator="item")
]
_EVENTS: JsonDict = {"items": {"$ref": "#/components/schemas/Event"}}


class DetailDocument(Shape):
    """The detail beside a statement: for payer, finance and auditor, never for an investor."""

    statement: str
    detail_digest: Sha256
    items: list[DetailEntry]


class Explanation(Shape):
    """An entry of a detail in sentences, with the events it rests on as they were posted."""

    title: str
    paragraphs: list[str]
    item: DetailEntry
    events: list[Any] = Field(json_schema_extra=_EVENTS)
