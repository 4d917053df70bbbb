"""Valid, boring contracts and facts: each test names only what it is about."""

import copy
from datetime import UTC
from typing import Any

from service.core.events import Fact, RecordedFact, fact_bytes, read_fact, recorded_facts
from service.core.events.kept import KeptFact
from service.core.terms import Terms, TermsTimeline, TermsVersion, read_terms

ZONES = frozenset({"Europe/Copenhagen", "Europe/London"})

CONTRACT_W: dict[str, Any] = {
    "contract": "w",
    "title": "Contract W of the worked examples",
    "version": 1,
    "effective_from": "2022-01-01",
    "reason": "as signed",
    "currency": "DKK",
    "time_zone": "Europe/Copenhagen",
    "periods": "year",
    "participant": "person",
    "approval": "one-person",
    "outcomes_until": "2040-12-31",
    "evidence_until": "2041-06-30",
    "edition": "2026-12",
    "illustrative": ["all of it"],
    "parties": {
        "a": {"name": "Investor A", "roles": ["investor"]},
        "b": {"name": "Investor B", "roles": ["investor"]},
        "city": {"name": "The city", "roles": ["outcome_payer", "service_provider"]},
        "region": {"name": "The region", "roles": ["outcome_payer"]},
    },
    "shares": {
        "payers": [{"party": "city", "weight": 1}],
        "investors": [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}],
    },
}

HOUSING: dict[str, Any] = {
    "id": "housing",
    "title": "Stable housing",
    "clause": "schedule 1, 1",
    "rule": {
        "kind": "sustained_status",
        "domain": "housing",
        "qualifying": ["own_tenancy"],
        "steps": [{"months": 3}, {"months": 6}, {"months": 12}],
    },
    "tariff": {
        "kind": "flat",
        "price": {"3 months": "15000.00", "6 months": "15000.00", "12 months": "30000.00"},
    },
}

HBA1C: dict[str, Any] = {
    "id": "hba1c",
    "title": "Lower long-term blood sugar",
    "clause": "schedule 1, 2",
    "rule": {
        "kind": "improvement",
        "measure": "hba1c",
        "unit": "mmol/mol",
        "direction": "down",
        "baseline": {"before_days": 60, "after_days": 30},
        "checkpoints": [{"months": 12}],
        "tolerance_days": 45,
        "threshold": {"relative": "0.085"},
    },
    "tariff": {"kind": "flat", "price": "20000.00"},
}

NO_VISIT: dict[str, Any] = {
    "id": "no-visit",
    "title": "No emergency visit",
    "clause": "schedule 1, 3",
    "rule": {"kind": "absence", "kinds": ["emergency_visit"], "anchor": "completed", "windows": {"months": 12}},
    "tariff": {"kind": "flat", "price": "40000.00"},
}

EMPLOYMENT: dict[str, Any] = {
    "id": "employment",
    "title": "In employment after a year",
    "clause": "schedule 1, 4",
    "rule": {
        "kind": "status_at",
        "domain": "employment",
        "qualifying": ["ordinary", "flexjob", "small_job"],
        "checkpoints": [{"months": 12}],
        "tolerance_days": 30,
    },
    "tariff": {
        "kind": "graded",
        "prices": {"ordinary": "60000.00", "flexjob": "45000.00", "small_job": "10000.00"},
    },
}

EXAM: dict[str, Any] = {
    "id": "exam",
    "title": "Passed the exam",
    "clause": "schedule 1, 5",
    "rule": {"kind": "milestone", "milestone": "exam_passed"},
    "tariff": {"kind": "flat", "price": "10000.00"},
}


def a_contract(*metrics: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Contract W as a document, with these metrics (housing when none is named) and top-level changes."""
    document = copy.deepcopy(CONTRACT_W)
    document["metrics"] = copy.deepcopy(list(metrics) or [HOUSING])
    document.update(copy.deepcopy(changes))
    if "parties" not in changes and "'region'" not in repr({**document, "parties": None}):
        del document["parties"]["region"]  # a payer that owes nothing is refused
    return document


def with_rule(metric: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The metric with some fields of its rule changed."""
    changed = copy.deepcopy(metric)
    changed["rule"].update(changes)
    return changed


def a_timeline(*documents: dict[str, Any]) -> TermsTimeline:
    """The versions of a contract, learned at sequences 1, 2, ..."""
    return TermsTimeline.of(
        tuple(TermsVersion(read(document), f"{place:064d}", place) for place, document in enumerate(documents, start=1))
    )


def read(document: dict[str, Any]) -> Terms:
    """The document as terms."""
    return read_terms(document, ZONES)


def a_fact(kind: str, participant: str | None, on: str, **fields: Any) -> Fact:
    """A fact of contract w; its id tells what it says unless one is given."""
    told = "-".join(str(fields[name]) for name in ("name", "value") if name in fields)
    document = {"contract": "w", "source": "case-system", "id": f"{participant}-{on}-{told}", "kind": kind, "on": on}
    if participant is not None:
        document["participant"] = participant
    return read_fact({**document, **fields}, UTC)


def started(participant: str, on: str, **fields: Any) -> Fact:
    """The participant enrolled."""
    return a_fact("enrolment", participant, on, name="started", **fields)


def completed(participant: str, on: str) -> Fact:
    """The participant completed the programme."""
    return a_fact("enrolment", participant, on, name="completed")


def withdrew(participant: str, on: str) -> Fact:
    """The participant left the programme."""
    return a_fact("enrolment", participant, on, name="withdrew")


def housed(participant: str, on: str, value: str = "own_tenancy", **fields: Any) -> Fact:
    """A housing status."""
    return a_fact("status", participant, on, name="housing", value=value, **fields)


def employed(participant: str, on: str, value: str, **fields: Any) -> Fact:
    """An employment status."""
    return a_fact("status", participant, on, name="employment", value=value, **fields)


def measured(participant: str, on: str, value: str, unit: str = "mmol/mol", **fields: Any) -> Fact:
    """An HbA1c measurement."""
    return a_fact("measurement", participant, on, name="hba1c", value=value, unit=unit, **fields)


def visit(participant: str, on: str, **fields: Any) -> Fact:
    """An emergency visit."""
    return a_fact("occurrence", participant, on, name="emergency_visit", **fields)


def covered(participant: str | None, start: str, through: str, on: str | None = None, **fields: Any) -> Fact:
    """The hospital register was checked."""
    dates = {"from": start, "through": through}
    return a_fact("coverage", participant, on or through, names=["emergency_visit"], **dates, **fields)


def retraction(of: Fact | KeptFact, on: str = "2026-01-01") -> Fact:
    """The fact is withdrawn."""
    return a_fact("retraction", None, on, id=f"retract-{of.id}", replaces=of.id, reason="entered by mistake")


def correction(of: Fact, **changes: Any) -> Fact:
    """The fact corrected in some fields."""
    document = of.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    document |= {"id": f"correct-{of.id}", "replaces": of.id, "reason": "wrong in the case file", **changes}
    return read_fact(document, UTC)


def recorded(*facts: Fact | KeptFact, after: int = 1) -> tuple[RecordedFact, ...]:
    """The facts as learned one after the other."""
    return tuple(_recorded(fact, after + place) for place, fact in enumerate(facts, start=1))


def _recorded(fact: Fact | KeptFact, sequence: int) -> RecordedFact:
    return (
        RecordedFact(fact, sequence)
        if isinstance(fact, KeptFact)
        else recorded_facts([(sequence, fact_bytes(fact))])[0]
    )
