"""What was known of a contract at a sequence number or a time: terms, facts, statements, and what they came to."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from service.core.canonical import Document
from service.core.errors import Fault, InvalidInput, NotFound
from service.core.evaluate import Finding
from service.core.period import Period
from service.core.pipeline import calculate
from service.core.statement.amendments import amendment_document
from service.core.terms import TermsTimeline, TermsVersion
from service.storage.rows import LogEntry, StatementRow
from service.storage.store import Store
from service.workflows.known import inputs_known, issued_for_findings, stated_so_far
from service.workflows.ledger import Ledger

_SEQUENCE = re.compile(r"(?:seq:)?([0-9]{1,18})", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?(?P<offset>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?", re.ASCII
)
_FORM = (
    "must be a sequence number, as seq:123, or a time with its offset, as 2024-02-01T09:30:00Z "
    "(in an address, + is written %2B)"
)


class MetricCounts(NamedTuple):
    """How many findings of a metric there were in each state."""

    metric: str
    achieved: int
    refused: int
    pending: int


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything up to an entry of the log, and the findings it came to at the end of the period next to be stated."""

    entry: LogEntry
    terms: TermsTimeline
    facts_known: int
    facts_effective: int
    statements: tuple[StatementRow, ...]
    period: Period
    findings: tuple[MetricCounts, ...]

    @property
    def document(self) -> Document:
        """What was known, as it is shown."""
        entry = self.entry
        return {
            "contract": entry.contract,
            "sequence": entry.sequence,
            "entry": {
                "kind": entry.kind,
                "recorded_at": entry.recorded_at.isoformat(),
                "digest": entry.digest.hex(),
            },
            "terms": [_version(known) for known in self.terms.versions],
            "facts": {"known": self.facts_known, "effective": self.facts_effective},
            "statements": [
                {"id": row.id, "sha256": row.sha256.hex(), "sequence": row.sequence} for row in self.statements
            ],
            "judged_at": self.period.label,
            "findings": [counts._asdict() for counts in self.findings],
        }


def _version(known: TermsVersion) -> Document:
    return {**amendment_document(known), "sha256": known.sha256, "sequence": known.sequence}


def moment_in(text: str) -> int | datetime:
    """A sequence number, or an aware time in UTC; InvalidInput where it is neither, or a time without an offset."""
    if sequence := _SEQUENCE.fullmatch(text):
        return int(sequence[1])
    time = _TIME.fullmatch(text)
    if time is not None and time["offset"] is None:
        raise _refused("naive-date-time", f"has no offset; {_FORM}")
    if time is None:
        raise _refused("wrong-form", _FORM)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused("wrong-form", _FORM) from None


async def known_at(ledger: Ledger, contract: str, at: int | datetime) -> Knowledge:
    """What was known once entry `at` was in the log, or at the aware time `at`: through the last entry recorded by it.

    NotFound for an unknown contract; InvalidInput before its first entry, behind its last one, or in the future, of
    which nothing can be said that stays true. Costs what a preview costs, and for a time a walk over what came after.
    """
    async with ledger.database.reading() as store:
        entry = await _entry_at(store, contract, at, ledger.now())
        inputs = await inputs_known(store, contract, entry.sequence)
        stated = await stated_so_far(store, contract, inputs.terms, entry.sequence)
        issued = await issued_for_findings(store, stated.statements, inputs.terms)
    calculation = await asyncio.to_thread(calculate, replace(inputs, issued=issued), stated.next_period)
    return Knowledge(
        entry,
        inputs.terms,
        len(inputs.facts),
        len(calculation.facts.facts),
        stated.statements,
        stated.next_period,
        _counts(calculation.findings, inputs.terms),
    )


async def _entry_at(store: Store, contract: str, at: int | datetime, now: datetime) -> LogEntry:
    head = await store.head(contract)
    if head is None:
        raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
    if isinstance(at, datetime) and at > now:
        raise _refused("out-of-range", "lies in the future; what will be known then is not known yet")
    sequence = at if isinstance(at, int) else await store.last_recorded_by(contract, at)
    entry = await store.entry(contract, sequence)
    if entry is None:
        raise _refused("out-of-range", f"must lie within this contract's log, from entry 1 to entry {head.sequence}")
    return entry


def _counts(findings: Sequence[Finding], terms: TermsTimeline) -> tuple[MetricCounts, ...]:
    counted = Counter((finding.metric, finding.state) for finding in findings)
    metrics = dict.fromkeys(metric.id for version in terms.versions for metric in version.terms.metrics)
    return tuple(
        MetricCounts(metric, counted[metric, "achieved"], counted[metric, "refused"], counted[metric, "pending"])
        for metric in metrics
    )


def _refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput("The request's parameters are not valid.", [Fault("at", code, detail)], "parameter-invalid")
