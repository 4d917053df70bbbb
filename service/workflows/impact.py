"""What an amendment would do: everything stated so far and every open period, calculated with it and without it."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from service.core.errors import Fault, InvalidInput
from service.core.money import from_text
from service.core.period import Period
from service.core.pipeline import Inputs, draft_statements
from service.core.statement import History
from service.core.terms import Terms, TermsTimeline, TermsVersion
from service.core.terms.diff import Change, changes_between
from service.storage.contract_files import ContractFolder, terms_in
from service.workflows.from_files import ACTS_BEFORE_ISSUE, read_folder
from service.workflows.known import histories_of, inputs_known, period_in, stated_so_far
from service.workflows.ledger import Ledger

Histories = Mapping[str, History]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one metric's outcomes of a period give one party in all, in minor units, without and with the amendment;
    `stated` where the period has been stated, so that a difference changes what was told before."""

    period: str
    stated: bool
    party: str
    metric: str
    before_minor: int
    after_minor: int

    @property
    def difference_minor(self) -> int:
        """What the amendment adds; negative where it takes away."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class Impact:
    """What an amendment changes in words, and in amounts by the period of the outcomes."""

    amendment: Terms
    stated_through: str | None
    through: str
    changes: tuple[Change, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A contract as it stands: its inputs, what was stated of it, the last period stated."""

    inputs: Inputs
    histories: Histories
    stated_through: str | None


def impact_on_folder(folder: ContractFolder, amendment: bytes, media_type: str, stated_through: str | None) -> Impact:
    """The impact on the facts of a folder, as if every period through `stated_through` had been issued.

    An amendment that is one of the folder's own versions is compared with the versions before it.
    """
    if amendment in folder.versions:
        folder = replace(folder, versions=folder.versions[: folder.versions.index(amendment)] or folder.versions)
    known = read_folder(folder)
    if known.verdicts:
        faults = [fault for verdict in known.verdicts for fault in verdict.faults]
        raise InvalidInput(f"{len(known.verdicts)} events of the folder are not valid.", faults, "event-invalid")
    inputs = Inputs(known.terms, known.facts, len(known.terms.versions) + len(known.facts))
    histories: Histories = {}
    if stated_through is not None:
        histories = _issued_through(inputs, period_in(known.terms, stated_through))
    return _impact(_Known(inputs, histories, stated_through), amendment, media_type)


def _issued_through(inputs: Inputs, last: Period) -> Histories:
    first = inputs.terms.first_period()
    if last.start < first.start:
        fault = Fault("", "period-not-found", f"name a period from {first.label} on, or none")
        raise InvalidInput(f"The first period stated is {first.label}.", [fault], "period-not-found")
    histories: Histories = {}
    for _, told in _statements(inputs, histories, first, last):
        histories = told
    return histories


async def impact_on_ledger(ledger: Ledger, contract: str, amendment: bytes, media_type: str) -> Impact:
    """The impact on a contract of the ledger, after everything that was issued of it; nothing is stored."""
    async with ledger.database.reading() as store:
        inputs = await inputs_known(store, contract)
        stated = await stated_so_far(store, contract, inputs.terms)
        histories = await histories_of(store, stated.statements)
    last = max(stated.statements, key=lambda row: row.sequence, default=None)
    known = _Known(inputs, histories, last.period if last else None)
    return await asyncio.to_thread(_impact, known, amendment, media_type)


def _impact(known: _Known, amendment: bytes, media_type: str) -> Impact:
    terms = known.inputs.terms
    new = terms_in(amendment, media_type, terms)
    # n goes past the statements simulated so far: the amendment is learned after them, whatever it governs.
    after_all = max((told.prior.sequence for told in known.histories.values() if told.prior), default=0)
    sequence = max(known.inputs.sequence, after_all) + 1
    version = TermsVersion(new, hashlib.sha256(amendment).hexdigest(), sequence)
    amended = TermsTimeline.of((*terms.versions, version))
    first = terms.period_after(known.stated_through)
    last = _last_period(known.inputs, amended, first)
    without = _sums(replace(known.inputs, sequence=sequence), known.histories, first, last)
    with_it = _sums(replace(known.inputs, terms=amended, sequence=sequence), known.histories, first, last)
    keys = sorted({*without, *with_it}, key=lambda key: (key[0], key[1], _place(amended, key[2])))
    effects = tuple(
        Effect(period, _is_stated(terms, period, first), party, metric, without[key], with_it[key])
        for key in keys
        for period, party, metric in (key,)
    )
    old = terms.in_force(new.effective_from)
    return Impact(new, known.stated_through, last.label, changes_between(old, new), effects)


def _place(terms: TermsTimeline, metric: str) -> int:
    return next((place for place, entry in enumerate(terms.latest.metrics) if entry.id == metric), -1)


def _is_stated(terms: TermsTimeline, period: str, first_open: Period) -> bool:
    return period_in(terms, period).start < first_open.start


def _last_period(inputs: Inputs, amended: TermsTimeline, first: Period) -> Period:
    """The period of the latest fact that counts and of the amendment's first day, the first open one at least."""
    until = amended.latest.outcomes_until
    days = [entry.fact.on for entry in inputs.facts if entry.fact.on <= until]
    latest = amended.period_of(max((*days, *(version.terms.effective_from for version in amended.versions))))
    return max(latest, first, key=lambda period: period.start)


def _sums(inputs: Inputs, histories: Histories, first: Period, last: Period) -> Counter[tuple[str, str, str]]:
    """What is stated through the last period, what was stated before included: by outcome period, party, metric."""
    for _, told in _statements(inputs, histories, first, last):
        histories = told
    sums: Counter[tuple[str, str, str]] = Counter()
    currency = inputs.terms.latest.currency
    for party, history in histories.items():
        for line in history.items:
            sums[line["outcome_period"], party, line["metric"]] += from_text(line["amount"], currency)
    return sums


def _statements(
    inputs: Inputs, histories: Histories, first: Period, last: Period
) -> Iterator[tuple[Period, Histories]]:
    """Each period in turn, as if its statements were issued before the next are drafted, and what is told by then."""
    told, period, sequence = dict(histories), first, inputs.sequence
    while period.start <= last.start:
        drafts = draft_statements(replace(inputs, sequence=sequence), period, told, None)
        for draft in drafts:
            before = told.get(draft.investor, History())
            told[draft.investor] = before.told(draft.stored, draft.built_on, inputs.kept.names)
        yield period, dict(told)
        sequence += ACTS_BEFORE_ISSUE + len(drafts)
        period = inputs.terms.period_after(period.label)


def last_stated_in(folder: Path) -> str | None:
    """The last period of which a contract folder holds statements, None where it holds none."""
    names = (file.name.partition(".")[0] for file in (folder / "statements").glob("*.json"))
    return max(names, default=None)
