"""The stages in order, and the named editions of them.

An edition never changes once a release has issued a statement under it: a changed stage is a new function and a new
edition beside the old one, named by the terms.

    2026-12   the first edition
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import attrgetter

from service.core import canonical
from service.core.allocate import Allocation, LineKey, Splitter, allocate
from service.core.canonical import Document
from service.core.evaluate import Finding, evaluate
from service.core.events import EffectiveFacts, RecordedFact, effective_at
from service.core.period import Period
from service.core.post import Transaction, post_statement
from service.core.price import PricedLine, gross_minor, limit_uses, price
from service.core.statement import (
    Content,
    DetailItem,
    Keys,
    Known,
    PendingShare,
    Position,
    Prior,
    differences,
    due_by_key,
    due_by_payer,
    prior_of,
    stated_lines,
    statement_document,
)
from service.core.statement.detail import Wording, detail_digest, detail_items
from service.core.terms import TermsTimeline


@dataclass(frozen=True, slots=True)
class Edition:
    """The stages by which a statement is calculated."""

    evaluate: Callable[[TermsTimeline, Sequence[RecordedFact], date], tuple[Finding, ...]]
    price: Callable[[TermsTimeline, Sequence[Finding]], tuple[PricedLine, ...]]
    allocate: Callable[[Sequence[PricedLine]], tuple[Allocation, ...]]


EDITIONS: Mapping[str, Edition] = {"2026-12": Edition(evaluate, price, allocate)}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a statement is calculated from, closed at a sequence number: terms and facts learned up to it."""

    terms: TermsTimeline
    facts: tuple[RecordedFact, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class Calculation:
    """Findings, priced lines and allocations of a whole contract."""

    facts: EffectiveFacts
    findings: tuple[Finding, ...]
    lines: tuple[PricedLine, ...]
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What an investor was told before: its last statement, and the line items of all its details, oldest first."""

    prior: Prior | None = None
    items: tuple[Document, ...] = ()

    def told(self, statement: bytes, lines: Iterable[bytes]) -> "History":
        """The history once a further statement is issued: its bytes, and the bytes of the lines in its detail."""
        return History(prior_of(statement), (*self.items, *map(canonical.from_bytes, lines)))


@dataclass(frozen=True, slots=True)
class Draft:
    """One statement before it is issued: its bytes, its detail, and the transaction that it posts."""

    number: str
    investor: str
    stored: bytes
    detail_digest: str | None
    items: tuple[DetailItem, ...]
    transaction: Transaction

    @property
    def lines(self) -> tuple[bytes, ...]:
        """The bytes of the lines in its detail."""
        return tuple(item.stored for item in self.items if item.kind == "line")


def calculate(inputs: Inputs, period: Period) -> Calculation:
    """Evaluate, price and allocate everything known at the inputs' sequence number."""
    edition = EDITIONS[inputs.terms.in_force(period.last_day).edition]
    effective = effective_at(inputs.facts, inputs.sequence)
    findings = edition.evaluate(inputs.terms, effective.facts, period.end)
    lines = edition.price(inputs.terms, findings)
    return Calculation(effective, findings, lines, edition.allocate(lines))


def draft_statements(
    inputs: Inputs, period: Period, histories: Mapping[str, History], keys: Keys | None
) -> tuple[Draft, ...]:
    """The statements of a period for every investor of the contract, in the contract's order.

    `histories` by investor (absent: nothing was stated before); `keys` by participant give the salts of the detail,
    None where there are none (a preview from files alone).
    """
    calculation = calculate(inputs, period)
    # n is the same for all investors of one issue: one who joins later also knows what was learned since
    previous = max((history.prior.sequence for history in histories.values() if history.prior), default=0)
    learned = [entry for entry in inputs.facts if entry.sequence <= inputs.sequence]
    known = Known(calculation.findings, calculation.facts, learned, previous)
    return tuple(
        _draft(inputs, period, calculation, share.party, histories.get(share.party, History()), known, keys)
        for share in inputs.terms.investors
    )


def _draft(
    inputs: Inputs,
    period: Period,
    calculation: Calculation,
    investor: str,
    history: History,
    known: Known,
    keys: Keys | None,
) -> Draft:
    terms = inputs.terms
    latest = terms.latest
    number = f"{latest.contract}/{period.label}/{investor}/1"
    lines = differences(_position(inputs, period, calculation, investor, history, known))
    pending = _pending(terms, calculation.findings, investor)
    wording = Wording(terms, investor)
    documents = chain(map(wording.line, lines), map(wording.pending, pending))
    items = detail_items(documents, number, keys)
    commitments = [item.commitment for item in items if item.commitment is not None]
    transaction = post_statement(number, latest.currency, investor, due_by_payer(lines))
    content = Content(
        terms,
        period,
        investor,
        number,
        inputs.sequence,
        lines,
        pending,
        limit_uses(terms, calculation.lines, period),
        transaction,
        history.prior,
        None if keys is None else detail_digest(commitments),
    )
    stored = canonical.to_bytes(statement_document(content))
    return Draft(number, investor, stored, content.detail_digest, items, transaction)


def _position(
    inputs: Inputs, period: Period, calculation: Calculation, investor: str, history: History, known: Known
) -> Position:
    return Position(
        inputs.terms,
        period,
        known,
        due_by_key(calculation.allocations, investor, period),
        stated_lines(history.items, inputs.terms.latest.currency),
        _under_old_terms(inputs, period, investor, known.previous_sequence),
    )


def _under_old_terms(inputs: Inputs, period: Period, investor: str, previous: int) -> dict[LineKey, int] | None:
    """What today's facts would give under the terms known at the previous statement, if any version came since."""
    old = inputs.terms.known_at(previous)
    if not previous or len(old.versions) == len(inputs.terms.versions):
        return None
    before = calculate(Inputs(old, inputs.facts, inputs.sequence), period)
    due = due_by_key(before.allocations, investor, period)
    return {key: allocation.due_minor for key, allocation in due.items()}


def _pending(terms: TermsTimeline, findings: Sequence[Finding], investor: str) -> tuple[PendingShare, ...]:
    splitter = Splitter()
    version_of = {version.terms.version: version.terms for version in terms.versions}
    shares = []
    waiting = [finding for finding in findings if finding.state == "pending"]
    for finding in sorted(waiting, key=attrgetter("order", "participant")):
        governing = version_of[finding.version]
        metric = governing.metrics[finding.order[0]]
        gross = gross_minor(governing, metric, finding)
        due = splitter.due_to(investor, governing, metric, gross) if gross is not None else None
        shares.append(PendingShare(finding, due))
    return tuple(shares)
