"""Facts as calculations read them, straight from the bytes that are kept: what they say, checked when it was posted."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.json import Decoder

from service.core.events.facts import FactRef


class Evidence(Struct, frozen=True, gc=False):
    """The kind of source a fact rests on."""

    kind: str


class _Kept(Struct, frozen=True, gc=False, kw_only=True, tag_field="kind"):
    source: str
    id: str
    on: date
    evidence: Evidence | None = None
    replaces: str | None = None
    replaces_source: str | None = None

    @property
    def ref(self) -> FactRef:
        """How this fact is cited."""
        return tuple.__new__(FactRef, (self.source, self.id))  # asked for more often than anything else

    @property
    def target(self) -> FactRef | None:
        """The fact this one corrects or withdraws."""
        return FactRef(self.replaces_source or self.source, self.replaces) if self.replaces else None


class _AboutOne(_Kept, frozen=True, gc=False, kw_only=True):
    participant: str


class _AboutNobody(_Kept, frozen=True, gc=False, kw_only=True):
    @property
    def participant(self) -> None:
        """It is about nobody in particular."""
        return


class Enrolment(_AboutOne, frozen=True, gc=False, kw_only=True, tag="enrolment"):
    """The participant started, completed or withdrew."""

    name: str
    attributes: dict[str, str] = {}


class Milestone(_AboutOne, frozen=True, gc=False, kw_only=True, tag="milestone"):
    """Something was reached or attested."""

    name: str


class Status(_AboutOne, frozen=True, gc=False, kw_only=True, tag="status"):
    """From this date the participant's status in the domain `name` is `value`."""

    name: str
    value: str


class Measurement(_AboutOne, frozen=True, gc=False, kw_only=True, tag="measurement"):
    """A value on the scale `name`, in its unit."""

    name: str
    value: Decimal
    unit: str


class Occurrence(_AboutOne, frozen=True, gc=False, kw_only=True, tag="occurrence"):
    """Something happened that an absence metric must not contain."""

    name: str


class Coverage(_Kept, frozen=True, gc=False, kw_only=True, tag="coverage", rename={"start": "from"}):
    """A source was checked for the kinds of occurrence `names`, from `start` through `through`."""

    participant: str | None = None  # None: everybody
    names: tuple[str, ...]
    start: date
    through: date


class Aggregate(_AboutNobody, frozen=True, gc=False, kw_only=True, tag="aggregate"):
    """A figure for a group of participants."""

    name: str
    group: str
    value: Decimal
    unit: str
    delivered_by: str
    n: int | None = None
    follow_up: str | None = None


class Retraction(_AboutNobody, frozen=True, gc=False, kw_only=True, tag="retraction"):
    """Withdraws an earlier fact with its whole chain of corrections."""


KeptFact = Enrolment | Milestone | Status | Measurement | Occurrence | Coverage | Aggregate | Retraction


class RecordedFact(Struct, frozen=True, gc=False):
    """A fact and the sequence number at which the ledger learned it."""

    fact: KeptFact
    sequence: int
    overrules: FactRef | None = None  # an earlier correction of the same fact, which does not stand


def recorded_facts(rows: Iterable[tuple[int, bytes]]) -> tuple[RecordedFact, ...]:
    """The facts of these sequence numbers and bytes, as `fact_bytes` wrote them."""
    read = Decoder(KeptFact).decode
    return tuple([RecordedFact(read(stored), sequence) for sequence, stored in rows])
