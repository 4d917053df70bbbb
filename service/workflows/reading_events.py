"""Reads posted documents into facts, or into a verdict that names every fault; nothing is stored here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Literal

from service.core.errors import Fault, InvalidInput
from service.core.events import Enrolment, Fact, Measurement, fact_bytes, read_fact
from service.core.terms import TermsTimeline
from service.core.terms.rules import ImprovementRule
from service.core.units import can_convert, units_for
from service.storage.contract_files import zone_of
from service.workflows.personal_data import personal_data_faults

_UNKNOWN_CONTRACT = Fault(
    "/contract", "unknown-contract", "must be a registered contract; GET /v1/contracts lists them"
)
VerdictWord = Literal["accepted", "duplicate", "conflict", "rejected"]


@dataclass(frozen=True, slots=True)
class EventVerdict:
    """What became of one event; `sequence` is where the log holds it (a duplicate's: since the first time)."""

    verdict: VerdictWord
    contract: str | None = None
    source: str | None = None
    id: str | None = None
    sequence: int | None = None
    code: str | None = None
    detail: str | None = None
    retryable: bool = False
    faults: tuple[Fault, ...] = ()
    sent_sha256: str | None = None
    stored_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """A well-formed fact on its way into the log."""

    place: int
    fact: Fact
    stored: bytes


@dataclass(frozen=True, slots=True)
class Misread:
    """An event that its format already found faults in; `document` is what could be read of it, None for nothing."""

    faults: tuple[Fault, ...]
    document: dict[str, Any] | None = None


def document_in(sent: Any) -> Any:
    """The event's document in what a format read."""
    return sent.document if isinstance(sent, Misread) else sent


def read_all(documents: Sequence[Any], terms: Mapping[str, TermsTimeline]) -> list[Admitted | EventVerdict]:
    """For each document in order a well-formed fact, or the verdict that rejects it. `terms` by contract."""
    return [_read(place, document, terms) for place, document in enumerate(documents)]


def _read(place: int, document: Any, terms: Mapping[str, TermsTimeline]) -> Admitted | EventVerdict:
    if isinstance(document, Misread):
        return _refuse_misread(place, document, terms)
    if not isinstance(document, dict):
        return rejected("event-invalid", (Fault("", "wrong-type", "must be an object with the fields of an event"),))
    name = document.get("contract")
    timeline = terms.get(name) if isinstance(name, str) else None
    suspected = tuple(dict.fromkeys(personal_data_faults(document)))
    fact, faults = _fact_in(document, timeline)
    if timeline is None and isinstance(name, str) and all(fault.pointer != "/contract" for fault in faults):
        faults += (_UNKNOWN_CONTRACT,)
    if suspected:
        return rejected("personal-data-suspected", (*suspected, *faults))
    if faults == (_UNKNOWN_CONTRACT,):
        return rejected("unknown-contract", faults, retryable=True)
    if faults or fact is None:
        return rejected("event-invalid", faults)
    return Admitted(place, fact, fact_bytes(fact))


def _refuse_misread(place: int, sent: Misread, terms: Mapping[str, TermsTimeline]) -> EventVerdict:
    """The rejection with the faults of the format and those of the event behind it, all at once."""
    inner = _read(place, sent.document, terms) if sent.document is not None else None
    if isinstance(inner, EventVerdict):
        code = inner.code if inner.code == "personal-data-suspected" else "event-invalid"
        return rejected(code, (*sent.faults, *inner.faults))
    return rejected("event-invalid", sent.faults)


def _fact_in(document: Mapping[str, Any], timeline: TermsTimeline | None) -> tuple[Fact | None, tuple[Fault, ...]]:
    """The fact in a document, and what is wrong with it by itself and under its contract's terms."""
    try:
        fact = read_fact(document, zone_of(timeline.latest) if timeline else UTC)
    except InvalidInput as error:
        return None, error.faults
    return fact, tuple(_faults_under(fact, timeline)) if timeline else ()


def rejected(code: str, faults: tuple[Fault, ...], *, retryable: bool = False) -> EventVerdict:
    detail = "the event is not stored; mend what errors names and send it again under the same id"
    return EventVerdict("rejected", code=code, detail=detail, faults=faults, retryable=retryable)


def _faults_under(fact: Fact, terms: TermsTimeline) -> Iterator[Fault]:
    """What the contract itself rules out: undeclared attributes, and units its metrics cannot compare."""
    if isinstance(fact, Enrolment):
        declared = {name: set(values) for v in terms.versions for name, values in v.terms.attributes.items()}
        for name, value in fact.attributes.items():
            if name not in declared:
                allowed = ", ".join(declared) or "none"
                yield Fault("/attributes", "unknown-attribute", f"the contract declares the attributes: {allowed}")
            elif value not in declared[name]:
                allowed = ", ".join(sorted(declared[name]))
                yield Fault(f"/attributes/{name}", "unknown-value", f"must be one of: {allowed}")
    elif isinstance(fact, Measurement):
        for rule in _rules_on(fact.name, terms):
            if not can_convert(fact.name, fact.unit, rule.unit):
                allowed = ", ".join(units_for(fact.name, rule.unit))
                yield Fault("/unit", "unknown-unit", f"cannot be converted; must be one of: {allowed}")
                break


def _rules_on(measure: str, terms: TermsTimeline) -> Iterator[ImprovementRule]:
    for version in terms.versions:
        for metric in version.terms.metrics:
            if isinstance(metric.rule, ImprovementRule) and metric.rule.measure == measure:
                yield metric.rule
