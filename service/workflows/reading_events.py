"""Reads posted documents into facts, or into a verdict that names every fault; nothing is stored here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from functools import cached_property
from typing import Any, Literal, NamedTuple

from service.core.errors import Fault, InvalidInput
from service.core.evaluate.reads import reads
from service.core.events import (
    Aggregate,
    Coverage,
    Enrolment,
    Fact,
    FactRef,
    Measurement,
    Retraction,
    fact_bytes,
    fact_from_bytes,
    read_fact,
)
from service.core.events.facts import participant_of
from service.core.terms import TermsTimeline
from service.core.terms.rules import (
    CohortMeanRule,
    CohortShareRule,
    ComparisonRule,
    CompositeRule,
    ImprovementRule,
    Rule,
    SavingRule,
    ThresholdSumRule,
)
from service.core.units import can_convert, units_for
from service.storage.contract_files import zone_of
from service.workflows.personal_data import personal_data_faults

_UNKNOWN_CONTRACT = Fault(
    "/contract", "unknown-contract", "must be a registered contract; GET /v1/contracts lists them"
)
_COMPARED_IN_A_UNIT = ImprovementRule | ThresholdSumRule | CohortMeanRule | ComparisonRule
VerdictWord = Literal["accepted", "duplicate", "conflict", "rejected"]


class EventVerdict(NamedTuple):
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


class Admitted(NamedTuple):
    """A well-formed fact on its way into the log; `stored` are its canonical bytes.

    It holds what becomes of a fact and not the fact: ten thousand of those at once fall out of the processor's
    caches, and a batch takes half as long again.
    """

    place: int
    contract: str
    source: str
    id: str
    kind: str
    participant: str | None
    on: date
    name: str | None
    target: FactRef | None
    stored: bytes

    @property
    def fact(self) -> Fact:
        """The fact itself, read again."""
        return fact_from_bytes(self.stored)


@dataclass(frozen=True, slots=True)
class Misread:
    """An event that its format already found faults in; `document` is what could be read of it, None for nothing."""

    faults: tuple[Fault, ...]
    document: dict[str, Any] | None = None


def document_in(sent: Any) -> Any:
    """The event's document in what a format read."""
    return sent.document if isinstance(sent, Misread) else sent


class _Rules:
    """What the terms of one contract say of the facts posted to it, looked up once for all of them."""

    def __init__(self, terms: TermsTimeline) -> None:
        self.zone = zone_of(terms.latest)
        self._terms = terms
        self._unit_faults: dict[tuple[str, str], tuple[Fault, ...]] = {}

    @cached_property
    def _declared(self) -> dict[str, set[str]]:
        return {name: set(values) for v in self._terms.versions for name, values in v.terms.attributes.items()}

    def faults_of(self, fact: Fact) -> tuple[Fault, ...]:
        """What the contract itself rules out: undeclared attributes, and units its metrics cannot compare."""
        if isinstance(fact, Aggregate):
            return tuple(_unit_faults(fact, self._terms))
        if isinstance(fact, Measurement):
            said = (fact.name, fact.unit)
            if said not in self._unit_faults:
                self._unit_faults[said] = tuple(_unit_faults(fact, self._terms))
            return self._unit_faults[said]
        if isinstance(fact, Enrolment) and fact.attributes:
            return tuple(_attribute_faults(fact, self._declared))
        return ()


def read_all(documents: Sequence[Any], terms: Mapping[str, TermsTimeline]) -> list[Admitted | EventVerdict]:
    """For each document in order a well-formed fact, or the verdict that rejects it. `terms` by contract."""
    rules = {contract: _Rules(timeline) for contract, timeline in terms.items()}
    return [_read(place, document, rules) for place, document in enumerate(documents)]


def _read(place: int, document: Any, known: Mapping[str, _Rules]) -> Admitted | EventVerdict:
    if isinstance(document, Misread):
        return _refuse_misread(place, document, known)
    if not isinstance(document, dict):
        return rejected("event-invalid", (Fault("", "wrong-type", "must be an object with the fields of an event"),))
    name = document.get("contract")
    rules = known.get(name) if isinstance(name, str) else None
    suspected = personal_data_faults(document)
    fact, faults = _fact_in(document, rules)
    if rules is None and isinstance(name, str) and all(fault.pointer != "/contract" for fault in faults):
        faults += (_UNKNOWN_CONTRACT,)
    if suspected:
        return rejected("personal-data-suspected", (*suspected, *faults))
    if faults == (_UNKNOWN_CONTRACT,):
        return rejected("unknown-contract", faults, retryable=True)
    if faults or fact is None:
        return rejected("event-invalid", faults)
    return admitted(place, fact)


def admitted(place: int, fact: Fact) -> Admitted:
    """A fact as it goes into the log."""
    return Admitted(
        place,
        fact.contract,
        fact.source,
        fact.id,
        fact.kind,
        participant_of(fact),
        fact.on,
        _name_of(fact),
        fact.target,
        fact_bytes(fact),
    )


def _name_of(fact: Fact) -> str | None:
    if isinstance(fact, Retraction):
        return None
    return "|".join(fact.names) if isinstance(fact, Coverage) else fact.name


def _refuse_misread(place: int, sent: Misread, known: Mapping[str, _Rules]) -> EventVerdict:
    """The rejection with the faults of the format and those of the event behind it, all at once."""
    inner = _read(place, sent.document, known) if sent.document is not None else None
    if isinstance(inner, EventVerdict):
        code = inner.code if inner.code == "personal-data-suspected" else "event-invalid"
        return rejected(code, (*sent.faults, *inner.faults))
    return rejected("event-invalid", sent.faults)


def _fact_in(document: Mapping[str, Any], rules: _Rules | None) -> tuple[Fact | None, tuple[Fault, ...]]:
    """The fact in a document, and what is wrong with it by itself and under its contract's terms."""
    try:
        fact = read_fact(document, rules.zone if rules else UTC)
    except InvalidInput as error:
        return None, error.faults
    return fact, rules.faults_of(fact) if rules else ()


def rejected(code: str, faults: tuple[Fault, ...], *, retryable: bool = False) -> EventVerdict:
    detail = "the event is not stored; mend what errors names and send it again under the same id"
    return EventVerdict("rejected", code=code, detail=detail, faults=faults, retryable=retryable)


def _attribute_faults(fact: Enrolment, declared: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    for name, value in fact.attributes.items():
        if name not in declared:
            allowed = ", ".join(declared) or "none"
            yield Fault("/attributes", "unknown-attribute", f"the contract declares the attributes: {allowed}")
        elif value not in declared[name]:
            allowed = ", ".join(sorted(declared[name]))
            yield Fault(f"/attributes/{name}", "unknown-value", f"must be one of: {allowed}")


def _unit_faults(fact: Measurement | Aggregate, terms: TermsTimeline) -> Iterator[Fault]:
    for unit in _units_compared(fact, terms):
        if not can_convert(fact.name, fact.unit, unit):
            allowed = ", ".join(units_for(fact.name, unit))
            yield Fault("/unit", "unknown-unit", f"cannot be converted; must be one of: {allowed}")
            break


def _units_compared(fact: Measurement | Aggregate, terms: TermsTimeline) -> Iterator[str]:
    """The units in which metrics that read the fact compare it; a saving is counted in the contract's currency."""
    for version in terms.versions:
        for rule in (part for metric in version.terms.metrics for part in _parts(metric.rule)):
            if isinstance(rule, SavingRule) and reads(rule, fact):
                yield version.terms.currency
            elif isinstance(rule, _COMPARED_IN_A_UNIT) and reads(rule, fact):
                yield rule.unit


def _parts(rule: Rule) -> Iterator[Rule]:
    """The rule, or the rules it is made of."""
    match rule:
        case CompositeRule():
            yield from (member.rule for member in rule.members)
        case CohortShareRule():
            yield rule.member.rule
        case _:
            yield rule
