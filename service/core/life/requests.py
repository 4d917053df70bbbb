"""What people ask for in the life of statements and money: the bodies of their requests; vocabulary only."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from service.core.errors import Fault, InvalidInput
from service.core.faults import faults_of
from service.core.money import EXPONENT_BY_CURRENCY, to_minor
from service.core.terms.words import Amount, Day, Flag, Frozen, Key, SignedAmount, Title, Word

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="as DKK; it has to be the contract's")]
Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]
Entry = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]


class Reason(Frozen):
    """Why something is done."""

    reason: Text


class EvidenceGiven(Frozen):
    """What an assertion rests on: the kind of source, and where to find it."""

    kind: Key
    ref: Title | None = None


class NewSettlement(Frozen):
    """Money that a payer paid on a statement; negative: what the investor paid back."""

    payer: Word
    amount: SignedAmount
    currency: Currency
    value_date: Day
    bank_reference: Title
    allow_credit: Flag = Field(False, description="take in more than is due; the rest stands to the payer's credit")


class NewReversal(Frozen):
    """A payment or drawdown taken back: a mistake in the books, or money that came back."""

    reason: Text
    value_date: Day


class NewDrawdown(Frozen):
    """Capital that an investor paid out to the programme."""

    investor: Word
    amount: Annotated[Amount, Field(gt=0)]
    currency: Currency
    value_date: Day
    bank_reference: Title


class NewAdjustment(Frozen):
    """An amount by hand, stated with the next statement once a second person has approved it."""

    investor: Word
    payer: Word
    amount: SignedAmount = Field(description="what the payer owes the investor; negative: what it is owed back")
    currency: Currency
    reason: Text
    evidence: EvidenceGiven


class NewErasure(Frozen):
    """Whose facts are to be erased, and why; neither text may say who it is, because both stand in the log for ever."""

    participant: Annotated[str, Field(pattern=r"^[!-~]+$", min_length=1, max_length=200)]
    reason: Text
    legal_basis: Title


class NewDispute(Frozen):
    """What is contested of a statement: a line of its detail, or a metric, or with neither the whole of it."""

    line: Entry | None = None
    metric: Word | None = None
    reason: Text
    evidence: EvidenceGiven


class NewResolution(Frozen):
    """How a dispute ends: upheld by a correction or retraction of an event, or rejected."""

    outcome: Literal["upheld", "rejected"]
    reason: Text
    event: dict[str, Any] | None = Field(None, description="the correction or retraction, as it would be posted")


Body = TypeVar("Body", bound=Frozen)
MOST_MINOR = 2**53 - 1


def read_request(model: type[Body], document: Any) -> Body:
    """The request in a document; InvalidInput with every fault, each with a pointer."""
    if not isinstance(document, Mapping):
        raise InvalidInput("The request is no object.", [Fault("", "wrong-type", "must be an object with the fields")])
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error, document, frozenset({"event"}))
        raise InvalidInput("The request is not valid; nothing was stored.", faults) from None


def minor_of(request: NewSettlement | NewDrawdown | NewAdjustment, currency: str) -> tuple[int, tuple[Fault, ...]]:
    """The amount in minor units of the contract's currency, with what is wrong about it."""
    faults = []
    if request.currency != currency:
        faults.append(Fault("/currency", "another-currency", f"the contract is in {currency}; give the amount in that"))
    if request.currency not in EXPONENT_BY_CURRENCY:
        return 0, (*faults,)
    try:
        minor = to_minor(request.amount, request.currency)
    except ValueError as error:
        return 0, (*faults, Fault("/amount", "too-precise", f"has {error} of the currency"))
    if not minor:
        faults.append(Fault("/amount", "out-of-range", "must not be 0"))
    if abs(minor) > MOST_MINOR:
        faults.append(Fault("/amount", "too-large", "is larger than any amount of a ledger; check it"))
    return minor, tuple(faults)
