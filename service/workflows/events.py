"""Events as they are known: search them, and read one with what used it or why nothing did."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import NotFound
from service.core.evaluate import Finding
from service.core.evaluate.reads import reads
from service.core.events import Coverage, Fact, FactRef, Retraction, effective_at, fact_from_bytes
from service.core.events.facts import participant_of
from service.core.keeping import judges_groups
from service.core.pipeline import Inputs, calculate
from service.core.statement.lines import refs_from_document
from service.core.terms import TermsTimeline
from service.storage.rows import DetailItemRow, FoundFact
from service.storage.store import Store
from service.workflows.known import facts_known, issued_for_findings, kept_known, stated_so_far, terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; a field left None does not narrow."""

    contract: str | None = None
    kind: str | None = None
    participant: str | None = None
    source: str | None = None
    id: str | None = None
    on_from: date | None = None
    on_through: date | None = None


async def search_events(ledger: Ledger, search: Search, after: tuple[str, int] | None, limit: int) -> list[FoundFact]:
    """A page of events by contract and sequence, beginning behind `after`."""
    async with ledger.database.reading() as store:
        return await store.search_facts(
            contract=search.contract,
            kind=search.kind,
            participant=search.participant,
            source=search.source,
            id=search.id,
            on_from=search.on_from,
            on_to=search.on_through,
            after=after,
            limit=limit,
        )


@dataclass(frozen=True, slots=True)
class Use:
    """A statement line that cites the event, as evidence or as its cause."""

    statement: str
    position: int
    kind: str
    amount: str


_AFTER_CLOSE = "after close, not stated: the contract was settled for good before; only a reopening would count it"


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """One event with its use: findings and statement lines that rest on it, or why there are none."""

    payload: Document
    sequence: int
    recorded_at: datetime
    sha256: str
    replaced_by: FactRef | None
    findings: tuple[Finding, ...]
    lines: tuple[Use, ...]
    unused_because: str | None


async def read_event(ledger: Ledger, contract: str, source: str, id: str) -> KnownEvent:
    """One event by its identity, judged as of the earliest period not yet issued; NotFound."""
    async with ledger.database.reading() as store:
        found = await store.search_facts(contract=contract, source=source, id=id, limit=1)
        if not found:
            raise NotFound("The contract has no event of that source and id.", "event-not-found")
        fact = fact_from_bytes(found[0].payload)
        participant = participant_of(fact)
        terms = await terms_known(store, contract)
        facts = await facts_known(store, contract, None, None if judges_groups(terms) else participant)
        head = await store.head(contract)
        settled_through = (await life_known(store, contract, terms)).settled_through
        stated = await stated_so_far(store, contract, terms)
        issued = await issued_for_findings(store, stated.statements, terms)
        lines = await _lines_citing(store, contract, fact, judges_groups(terms))
        kept = await kept_known(store, contract)
    through = settled_through or (head.sequence if head else 0)
    inputs = Inputs(terms, facts, through, issued, kept=kept)
    everybody = (await asyncio.to_thread(calculate, inputs, stated.next_period)).findings
    findings = [finding for finding in everybody if participant is None or finding.participant in (participant, "")]
    citing = tuple(finding for finding in findings if fact.ref in finding.facts)
    fate = effective_at(facts).replaced_by.get(fact.ref)
    unused = None if citing or lines else _unused_because(fact, fate, terms, findings)
    if settled_through is not None and found[0].sequence > settled_through:
        unused = _AFTER_CLOSE
    return KnownEvent(
        canonical.from_bytes(found[0].payload),
        found[0].sequence,
        found[0].recorded_at,
        canonical.sha256_hex(found[0].payload),
        fate,
        citing,
        lines,
        unused,
    )


async def _lines_citing(store: Store, contract: str, fact: Fact, in_groups: bool) -> tuple[Use, ...]:
    """The statement lines that cite the fact; a line about somebody can rest on a check of everybody's source, and
    one of a group on a fact about somebody."""
    participant = participant_of(fact)
    if participant is not None and not in_groups:
        entries: Sequence[DetailItemRow] = await store.detail_items_of_participant(contract, participant)
    else:
        issued = await store.statements(contract=contract)
        entries = [entry for row in issued for entry in await store.details(contract, row.sequence)]
    ids = {row.sequence: row.id for row in await store.statements(contract=contract)} if entries else {}
    uses = []
    for entry in (one for one in entries if one.participant is not None):
        item = canonical.from_bytes(entry.item)
        if item["item"] == "line" and fact.ref in refs_from_document([*item["facts"], *item["cause"]["facts"]]):
            uses.append(Use(ids[entry.sequence], entry.position, item["kind"], item["amount"]))
    return tuple(uses)


def _unused_because(fact: Fact, fate: FactRef | None, terms: TermsTimeline, findings: Sequence[Finding]) -> str:
    if isinstance(fact, Retraction):
        return f"it withdraws event {fact.replaces}; nothing was stated on that event"
    if fate is not None:
        return f"it is without effect since event {fate.id} of {fate.source} replaced or withdrew it"
    metrics = [metric for version in terms.versions for metric in version.terms.metrics]
    reading = list(dict.fromkeys(metric.id for metric in metrics if reads(metric.rule, fact)))
    if not reading:
        said = "|".join(fact.names) if isinstance(fact, Coverage) else fact.name
        return f"no metric of the contract reads {said} ({fact.kind})"
    mine = [finding for finding in findings if finding.metric in reading]
    if any(finding.why == "awaits-enrolment" for finding in mine):
        return "it waits for an enrolment of its participant"
    if fact.kind == "enrolment":
        return "it changes no enrolment: the participant was already in, or never in"
    told = "; ".join(f"{finding.metric}, {finding.step}: {finding.sentence}" for finding in mine[:3])
    return f"other facts decide the metrics that read it. {told}"
