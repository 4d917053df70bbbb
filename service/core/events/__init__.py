"""Facts: what case systems report, how it is read, and which facts are effective at a sequence number."""

from service.core.events.chains import EffectiveFacts, effective_at
from service.core.events.facts import (
    Aggregate,
    Coverage,
    Enrolment,
    Fact,
    FactRef,
    Measurement,
    Milestone,
    Occurrence,
    Retraction,
    Status,
    fact_bytes,
    fact_from_bytes,
    read_fact,
)
from service.core.events.kept import RecordedFact, recorded_facts

__all__ = [
    "Aggregate",
    "Coverage",
    "EffectiveFacts",
    "Enrolment",
    "Fact",
    "FactRef",
    "Measurement",
    "Milestone",
    "Occurrence",
    "RecordedFact",
    "Retraction",
    "Status",
    "effective_at",
    "fact_bytes",
    "fact_from_bytes",
    "read_fact",
    "recorded_facts",
]
