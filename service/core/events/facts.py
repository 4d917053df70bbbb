"""The kinds of fact a case system can post: few fields each, frozen, refused with a pointer when they are malformed."""

from collections.abc import Mapping
from datetime import tzinfo
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from service.core import canonical
from service.core.errors import InvalidInput
from service.core.events.words import Identifier, Key, LocalDate, Number, Text, Word
from service.core.faults import Refused, faults_of

_FREE_KEYS = frozenset({"attributes"})


class Frozen(BaseModel):
    """A value that entered from outside: immutable, and no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)


class Evidence(Frozen):
    """The kind of source a fact rests on, and where to find it there; never the document itself."""

    kind: Word
    ref: Text | None = None


class Report(Evidence):
    """The report that a figure is taken from, and where in it."""

    ref: Text


class FactRef(NamedTuple):
    """How a fact is cited: by its sender's name and the sender's own id."""

    source: str
    id: str


class _Fact(Frozen):
    contract: Word
    source: Identifier = Field(description="the sending system")
    id: Identifier = Field(description="the sender's own id: stable across retries, never used twice")
    on: LocalDate
    evidence: Evidence | None = None
    replaces: Identifier | None = Field(None, description="the id of the event this one corrects")
    replaces_source: Identifier | None = Field(None, description="its source, where that is another one")
    reason: Text | None = Field(None, description="why it is corrected or withdrawn")

    @model_validator(mode="after")
    def _check_replacement(self) -> "_Fact":
        if self.replaces is not None and self.reason is None:
            raise Refused("reason-missing", "a correction or retraction says why: add the field reason")
        if self.replaces is None and self.replaces_source is not None:
            raise Refused("required", "replaces_source stands only beside replaces")
        if self.replaces == self.id and self.replaces_source in (None, self.source):
            raise Refused("replaces-itself", "an event cannot replace itself; give the correction an id of its own")
        return self

    @cached_property
    def ref(self) -> FactRef:
        """How this fact is cited."""
        return FactRef(self.source, self.id)

    @property
    def target(self) -> FactRef | None:
        """The fact this one corrects or withdraws."""
        return FactRef(self.replaces_source or self.source, self.replaces) if self.replaces else None


class Enrolment(_Fact):
    """The participant started, completed or withdrew; a start carries the declared attributes."""

    kind: Literal["enrolment"]
    participant: Identifier
    name: Literal["started", "completed", "withdrew"]
    attributes: dict[Key, Word] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _attributes_at_start(self) -> "Enrolment":
        if self.attributes and self.name != "started":
            raise Refused("not-allowed", "attributes are declared when the participant starts, not here")
        return self


class Milestone(_Fact):
    """Something was reached or attested."""

    kind: Literal["milestone"]
    participant: Identifier
    name: Key


class Status(_Fact):
    """From this date the participant's status in the domain `name` is `value`; also confirms an unchanged one."""

    kind: Literal["status"]
    participant: Identifier
    name: Key = Field(description="the domain, as housing or employment")
    value: Key


class Measurement(_Fact):
    """A value on the scale `name`, with its unit."""

    kind: Literal["measurement"]
    participant: Identifier
    name: Key = Field(description="the measure, as hba1c")
    value: Number
    unit: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=40)]


class Occurrence(_Fact):
    """Something happened that an absence metric must not contain."""

    kind: Literal["occurrence"]
    participant: Identifier
    name: Key


class Coverage(_Fact):
    """A source was checked for the kinds of occurrence `names`, for one participant or for everybody."""

    kind: Literal["coverage"]
    participant: Identifier | None = None
    names: Annotated[tuple[Key, ...], Field(min_length=1, max_length=50)]
    start: LocalDate = Field(alias="from", description="first date checked")
    through: LocalDate = Field(description="last date checked, included")

    @model_validator(mode="after")
    def _check_dates(self) -> "Coverage":
        if self.through < self.start:
            raise Refused("wrong-order", "through must not lie before from")
        if self.through > self.on:
            raise Refused("wrong-order", "through must not lie after on, the date of the check")
        return self


class Aggregate(_Fact):
    """A figure for a group of participants, as an evaluator or an accountant delivers it with a report."""

    kind: Literal["aggregate"]
    name: Key = Field(description="what was measured, as weeks_on_public_support or cleaning_cost")
    group: Key = Field(description="whose figure: participants or comparison, actual or baseline")
    value: Number
    unit: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=40)]
    n: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = Field(None, description="the group's size")
    follow_up: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]*$", max_length=40)] | None = Field(
        None, description="which follow-up, where the contract names several"
    )
    delivered_by: Text = Field(description="who delivered the figure")
    evidence: Report

    @property
    def participant(self) -> None:
        """It is about nobody in particular."""
        return


class Retraction(_Fact):
    """Withdraws an earlier fact with its whole chain of corrections."""

    kind: Literal["retraction"]

    @model_validator(mode="after")
    def _names_its_target(self) -> "Retraction":
        if self.replaces is None:
            raise Refused("required", "a retraction names the event it withdraws: add the field replaces")
        return self


Fact = Annotated[
    Enrolment | Milestone | Status | Measurement | Occurrence | Coverage | Aggregate | Retraction,
    Field(discriminator="kind"),
]
FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
KINDS: dict[str, type[BaseModel]] = {
    "enrolment": Enrolment,
    "milestone": Milestone,
    "status": Status,
    "measurement": Measurement,
    "occurrence": Occurrence,
    "coverage": Coverage,
    "aggregate": Aggregate,
    "retraction": Retraction,
}


def read_fact(document: Mapping[str, Any], zone: tzinfo) -> Fact:
    """A fact from a sender's document; InvalidInput with every fault at once."""
    try:
        return FACT.validate_python(document, context={"zone": zone})
    except ValidationError as error:
        raise InvalidInput("The event is not valid.", faults_of(error, document, _FREE_KEYS), "event-invalid") from None


def fact_bytes(fact: Fact) -> bytes:
    """The canonical bytes of a fact; two facts have the same content exactly when these are equal."""
    return canonical.to_bytes(fact.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True))


def fact_from_bytes(stored: bytes) -> Fact:
    """A fact from its canonical bytes."""
    return FACT.validate_json(stored)


def participant_of(fact: Fact) -> str | None:
    """Whom the fact is about; None for a retraction, an aggregate, and coverage of everybody."""
    return None if isinstance(fact, Retraction) else fact.participant
