"""Loads what a calculation needs: the terms and facts of a contract up to a sequence number, and what was stated."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.core import canonical
from service.core.errors import NotFound
from service.core.evaluate.erased import Kept, names_of
from service.core.evaluate.erased_documents import erased_from
from service.core.events import RecordedFact, recorded_facts
from service.core.issued import NOTHING_ISSUED, Issued
from service.core.period import Period, period_named
from service.core.pipeline import Inputs
from service.core.statement import BUILT_ON, History, issued_of
from service.core.terms import Terms, TermsTimeline, TermsVersion, read_terms
from service.storage.contract_files import read_file, time_zones
from service.storage.rows import StatementRow, TermsRow
from service.storage.store import Store
from service.workflows.lives import life_known


@lru_cache(maxsize=512)
def _terms_of(file: bytes, media_type: str) -> Terms:
    return read_terms(read_file(file, media_type), time_zones())


def timeline_of(rows: Sequence[TermsRow]) -> TermsTimeline:
    """The versions of a contract from their stored files."""
    return TermsTimeline.of(
        tuple(TermsVersion(_terms_of(row.file, row.media_type), row.sha256.hex(), row.sequence) for row in rows)
    )


async def terms_known(store: Store, contract: str, through: int | None = None) -> TermsTimeline:
    """The terms the ledger has learned by a sequence number; NotFound for an unknown contract."""
    rows = await store.terms(contract, through)
    if not rows:
        raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
    return timeline_of(rows)


async def facts_known(
    store: Store, contract: str, through: int | None = None, participant: str | None = None
) -> tuple[RecordedFact, ...]:
    """The facts learned by a sequence number; with a participant, theirs and those about everybody."""
    rows = await store.fact_rows(contract, through, participant)
    if len(rows) < 500:
        return recorded_facts(rows)
    return await asyncio.to_thread(recorded_facts, rows)


async def inputs_known(store: Store, contract: str, through: int | None = None) -> Inputs:
    """Everything a statement is calculated from, closed at a sequence number (the head's when it is None)."""
    head = await store.head(contract)
    sequence = through if through is not None else (head.sequence if head else 0)
    terms = await terms_known(store, contract, sequence)
    facts, life = await facts_known(store, contract, sequence), await life_known(store, contract, terms, sequence)
    return Inputs(terms, facts, sequence, books=life.books(sequence), kept=await kept_known(store, contract))


async def kept_known(store: Store, contract: str) -> Kept:
    """What is kept of everybody who was erased, whatever sequence number is asked about: their facts are gone."""
    rows = await store.kept(contract)
    names = names_of({row.label: row.behind for row in rows})
    return Kept(tuple(erased_from(canonical.from_bytes(row.kept), names[row.label]) for row in rows))


@dataclass(frozen=True, slots=True)
class Stated:
    """What was issued so far, and the period that is to be stated next."""

    statements: tuple[StatementRow, ...]
    next_period: Period


async def stated_so_far(store: Store, contract: str, terms: TermsTimeline, through: int | None = None) -> Stated:
    """The statements issued of a contract by a sequence number (the head's when it is None), oldest first."""
    issued = await store.statements(contract=contract)
    rows = tuple(row for row in issued if through is None or row.sequence <= through)
    last = max(rows, key=lambda row: row.sequence, default=None)
    return Stated(rows, terms.period_after(last.period if last else None))


async def histories_of(store: Store, statements: Sequence[StatementRow]) -> Mapping[str, History]:
    """By investor, what these statements (oldest first) told it, with the line items of their details."""
    histories: dict[str, History] = {}
    erased = {contract: (await kept_known(store, contract)).names for contract in {row.contract for row in statements}}
    for row in statements:
        details = await store.details(row.contract, row.sequence)
        entries = [entry.item for entry in details if entry.kind in BUILT_ON]
        before = histories.get(row.investor, History())
        histories[row.investor] = before.told(row.document, entries, erased[row.contract])
    return histories


async def issued_for_findings(store: Store, statements: Sequence[StatementRow], terms: TermsTimeline) -> Issued:
    """What these statements stated, where a finding asks for it: a metric that requires another already stated."""
    metrics = (metric for version in terms.versions for metric in version.terms.metrics)
    if any(requirement.already == "stated" for metric in metrics for requirement in metric.requires):
        return issued_of(await histories_of(store, statements))
    return NOTHING_ISSUED


def period_in(terms: TermsTimeline, label: str) -> Period:
    """A period of the contract by name; NotFound for a name its kind of period does not have."""
    try:
        return period_named(label, terms.latest.periods)
    except ValueError:
        raise NotFound(
            f"This contract has periods of a {terms.latest.periods}, as {terms.first_period().label}.",
            "period-not-found",
        ) from None


async def keys_of(store: Store, contract: str, participants: Iterable[str]) -> dict[str, bytes]:
    """The random keys (32 bytes) by participant; '' is the contract's own. Who has none is left out."""
    found = await store.participant_keys([(contract, name) for name in participants])
    return {name: key for (_, name), key in found.items()}
