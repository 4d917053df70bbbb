"""Statements from a contract folder alone, without a database: every period from the first to the one wanted."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.core.errors import Fault, InvalidInput
from service.core.events import RecordedFact, recorded_facts
from service.core.period import Period
from service.core.pipeline import Draft, Inputs, draft_statements
from service.core.statement import History
from service.core.statement.detail import Keys
from service.core.terms import TermsTimeline, TermsVersion
from service.storage.contract_files import TOML, ContractFolder, terms_in
from service.storage.event_files import read_events
from service.workflows.known import period_in
from service.workflows.reading_events import Admitted, EventVerdict, read_all

ACTS_BEFORE_ISSUE = 3  # entries of the log for each period beside its statements: drafted, submitted, approved


@dataclass(frozen=True, slots=True)
class FromFiles:
    """A contract as its files tell it: the versions as sequences 1, 2, ..., then the facts in the file's order."""

    terms: TermsTimeline
    facts: tuple[RecordedFact, ...]
    verdicts: tuple[EventVerdict, ...]  # of rows that are not taken


@dataclass(frozen=True, slots=True)
class PeriodDrafts:
    """The statements of one period."""

    period: Period
    drafts: tuple[Draft, ...]


def terms_from(versions: Sequence[bytes]) -> TermsTimeline:
    """The versions in a contract folder; InvalidInput names every fault of the first that has any."""
    known: TermsTimeline | None = None
    learned: list[TermsVersion] = []
    for sequence, file in enumerate(versions, start=1):
        terms = terms_in(file, TOML, known)
        learned.append(TermsVersion(terms, hashlib.sha256(file).hexdigest(), sequence))
        known = TermsTimeline.of(tuple(learned))
    if known is None:
        raise ValueError("a contract folder has at least one version")
    return known


def text_of(file: Path) -> str:
    """The text of a file of events; InvalidInput where it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fault = Fault("", "malformed", "save the file as UTF-8")
        raise InvalidInput(f"{file.name} is not UTF-8 text.", [fault], "malformed") from None


def read_folder(folder: ContractFolder, events: Path | None = None) -> FromFiles:
    """The terms and facts of a folder; `events` instead of its own events.csv."""
    terms = terms_from(folder.versions)
    file = events or folder.events
    documents = read_events(text_of(file), terms.latest.contract) if file else []
    read = read_all(documents, {terms.latest.contract: terms})
    admitted = [entry.stored for entry in read if isinstance(entry, Admitted)]
    start = len(terms.versions)
    facts = recorded_facts(enumerate(admitted, start=start + 1))
    return FromFiles(terms, facts, tuple(entry for entry in read if isinstance(entry, EventVerdict)))


def drafts_through(known: FromFiles, wanted: Period, keys: Keys | None) -> Iterator[PeriodDrafts]:
    """Each period's statements in turn, as if each were issued before the next is drafted."""
    sequence = len(known.terms.versions) + len(known.facts)
    histories: dict[str, History] = {}
    period = known.terms.first_period()
    while period.start <= wanted.start:
        drafts = draft_statements(Inputs(known.terms, known.facts, sequence), period, histories, keys)
        yield PeriodDrafts(period, drafts)
        for draft in drafts:
            histories[draft.investor] = histories.get(draft.investor, History()).told(draft.stored, draft.built_on)
        sequence += ACTS_BEFORE_ISSUE + len(drafts)
        period = known.terms.period_after(period.label)


def preview_from_files(folder: ContractFolder, events: Path | None, period: str) -> PeriodDrafts:
    """The statements of a period from files alone; they show no detail digest, because there are no keys."""
    known = read_folder(folder, events)
    if known.verdicts:
        faults = [fault for verdict in known.verdicts for fault in verdict.faults]
        raise InvalidInput(f"{len(known.verdicts)} events of the file are not valid.", faults, "event-invalid")
    wanted = period_in(known.terms, period)
    drafted = list(drafts_through(known, wanted, None))
    if not drafted:
        raise InvalidInput(f"The first period stated is {known.terms.first_period().label}.", (), "not-the-next-period")
    return drafted[-1]
