"""What is kept of an erased participant as a document, and back; it names nobody."""

from datetime import date
from fractions import Fraction
from typing import Any

from service.core.canonical import Document
from service.core.evaluate.cohorts import KeptMember
from service.core.evaluate.erased import AsOf, Erased
from service.core.evaluate.finding import NO_ATTRIBUTES, Finding, Why
from service.core.events import FactRef, RecordedFact
from service.core.events.kept import Enrolment, Milestone, Retraction

_NO_DAY, _NO_NAME = date.min, "erased"


def erased_document(erased: Erased) -> Document:
    """What is kept, without the name that it has in calculations: that moves with the names around it."""
    return {"facts": list(map(_fact_document, erased.facts)), "as_of": list(map(_as_of_document, erased.as_of))}


def erased_from(document: Document, name: str) -> Erased:
    """The inverse, under a name."""
    facts = tuple(_fact_from(fact, name) for fact in document["facts"])
    return Erased(name, facts, tuple(map(_as_of_from, document["as_of"])))


def left_of(entry: RecordedFact, name: str) -> RecordedFact:
    """What is left of a fact: that there was one, what it replaced, and whether it was an enrolment or a retraction."""
    return _fact_from(_fact_document(entry), name)


def _fact_document(entry: RecordedFact) -> Document:
    fact, target = entry.fact, entry.fact.target
    kinds = ((Retraction, "retraction"), (Enrolment, "enrolment"))
    document: Document = {
        "sequence": entry.sequence,
        "source": fact.source,
        "id": fact.id,
        "kind": next((word for kind, word in kinds if isinstance(fact, kind)), "other"),
    }
    if target is not None:
        document["replaces"] = {"source": target.source, "id": target.id}
    return document


def _fact_from(document: Document, name: str) -> RecordedFact:
    target = document.get("replaces")
    said: dict[str, Any] = {"source": document["source"], "id": document["id"], "on": _NO_DAY}
    if target is not None:
        said |= {"replaces": target["id"], "replaces_source": target["source"]}
    if document["kind"] == "retraction":
        return RecordedFact(Retraction(**said), document["sequence"])
    kind = Enrolment if document["kind"] == "enrolment" else Milestone
    return RecordedFact(kind(**said, participant=name, name=_NO_NAME), document["sequence"])


def _as_of_document(one: AsOf) -> Document:
    return {
        "through": one.through,
        "versions": one.versions,
        "end": one.end.isoformat(),
        "findings": list(map(_finding_document, one.findings)),
        "groups": list(map(_finding_document, one.groups)),
        "enrolled": [{"version": version, "cohort": cohort} for version, cohort in one.enrolled],
        "members": list(map(_member_document, one.members)),
    }


def _as_of_from(document: Document) -> AsOf:
    return AsOf(
        document["through"],
        document["versions"],
        date.fromisoformat(document["end"]),
        tuple(map(_finding_from, document["findings"])),
        tuple(map(_finding_from, document["groups"])),
        tuple((one["version"], one["cohort"]) for one in document["enrolled"]),
        tuple(map(_member_from, document["members"])),
    )


def _finding_document(finding: Finding) -> Document:
    return {
        "metric": finding.metric,
        "step": finding.step,
        "version": finding.version,
        "order": list(finding.order),
        "state": finding.state,
        "why": None if finding.why is None else str(finding.why),
        "sentence": finding.sentence,
        "facts": [{"source": ref.source, "id": ref.id} for ref in finding.facts],
        "on": _text(finding.on),
        "quantity": str(finding.quantity),
        "value": finding.value,
        "people": finding.people,
        "attributes": dict(finding.attributes),
        "enrolled_on": _text(finding.enrolled_on),
    }


def _finding_from(document: Document) -> Finding:
    metric_order, step_order = document["order"]
    return Finding(
        document["metric"],
        document["step"],
        "",
        document["version"],
        (metric_order, step_order),
        document["state"],
        None if document["why"] is None else Why(document["why"]),
        document["sentence"],
        tuple(FactRef(fact["source"], fact["id"]) for fact in document["facts"]),
        _day(document["on"]),
        Fraction(document["quantity"]),
        document["value"],
        document["people"],
        document["attributes"] or NO_ATTRIBUTES,
        _day(document["enrolled_on"]),
    )


def _member_document(member: KeptMember) -> Document:
    return {
        **{name: getattr(member, name) for name in ("version", "metric", "step", "outcome")},
        "started_on": member.started_on.isoformat(),
        "is_measured": member.is_measured,
        "is_completed": member.is_completed,
        "fact": {"source": member.fact.source, "id": member.fact.id},
    }


def _member_from(document: Document) -> KeptMember:
    return KeptMember(
        document["version"],
        document["metric"],
        document["step"],
        date.fromisoformat(document["started_on"]),
        document["outcome"],
        document["is_measured"],
        document["is_completed"],
        FactRef(document["fact"]["source"], document["fact"]["id"]),
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
