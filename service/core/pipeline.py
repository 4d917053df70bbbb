"""The stages in order, and the named editions of them.

An edition never changes once a release has issued a statement under it: a changed stage is a new function and a new
edition beside the old one, named by the terms.

    2026-12   the first edition
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from operator import attrgetter

from service.core import canonical
from service.core.allocate import Allocation, LineKey, Prospects, allocate, capital_drawn, recipients_of
from service.core.books import NOTHING_RECORDED, Books
from service.core.canonical import Document
from service.core.evaluate import Finding, enrolled_by_cohort, evaluate
from service.core.events import EffectiveFacts, RecordedFact, effective_at
from service.core.issued import NOTHING_ISSUED, Issued
from service.core.money import to_minor
from service.core.period import Period
from service.core.post import Transaction, post_statement, receivable_of
from service.core.price import Circumstances, PricedLine, RateCard, limit_uses, price, would_pay
from service.core.price.payers import PayerSplitter
from service.core.statement import (
    Account,
    Beside,
    Content,
    DetailItem,
    History,
    Keys,
    Known,
    PendingShare,
    Position,
    Stand,
    StatementLine,
    accounts_moved,
    adjustment_line,
    balances_of,
    closed,
    differences,
    due_by_key,
    issued_of,
    merged_metrics,
    metric_sections,
    stated_lines,
    statement_document,
    tranches_given,
)
from service.core.statement.detail import Wording, detail_digest, detail_items
from service.core.terms import TermsTimeline

_Lines = Mapping[str, tuple[StatementLine, ...]]


@dataclass(frozen=True, slots=True)
class Edition:
    """The stages by which a statement is calculated."""

    evaluate: Callable[[TermsTimeline, Sequence[RecordedFact], date, Issued], tuple[Finding, ...]]
    price: Callable[[TermsTimeline, Sequence[Finding], Circumstances], tuple[PricedLine, ...]]
    allocate: Callable[[Sequence[PricedLine], TermsTimeline, Circumstances], tuple[Allocation, ...]]


EDITIONS: Mapping[str, Edition] = {"2026-12": Edition(evaluate, price, allocate)}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a statement is calculated from, closed at a sequence number: terms and facts learned up to it, what was
    recorded beside them, and the statements issued before."""

    terms: TermsTimeline
    facts: tuple[RecordedFact, ...]
    sequence: int
    issued: Issued = NOTHING_ISSUED
    books: Books = NOTHING_RECORDED


@dataclass(frozen=True, slots=True)
class Calculation:
    """Findings, priced lines and allocations of a whole contract."""

    facts: EffectiveFacts
    findings: tuple[Finding, ...]
    lines: tuple[PricedLine, ...]
    allocations: tuple[Allocation, ...]


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
    findings = edition.evaluate(inputs.terms, effective.facts, period.end, inputs.issued)
    enrolled = enrolled_by_cohort(inputs.terms, effective.facts) if inputs.terms.counts_cohorts else {}
    circumstances = Circumstances(period, inputs.issued, enrolled, inputs.books)
    lines = edition.price(inputs.terms, findings, circumstances)
    return Calculation(effective, findings, lines, edition.allocate(lines, inputs.terms, circumstances))


@dataclass(frozen=True, slots=True)
class _Issue:
    """What the statements of one issue have in common."""

    inputs: Inputs
    period: Period
    calculation: Calculation
    histories: Mapping[str, History]
    known: Known
    keys: Keys | None
    occasion: "Occasion"

    def history_of(self, investor: str) -> History:
        """What the investor was told before."""
        return self.histories.get(investor, History())


@dataclass(frozen=True, slots=True)
class Occasion:
    """Which statements of a period these are: its first, or a further revision after the contract was reopened; and
    whether the contract is settled with them."""

    revision: int = 1
    is_final: bool = False


REGULAR = Occasion()


def draft_statements(
    inputs: Inputs,
    period: Period,
    histories: Mapping[str, History],
    keys: Keys | None,
    occasion: Occasion = REGULAR,
) -> tuple[Draft, ...]:
    """The statements of a period for everybody whom the contract lets share in outcomes, in the contract's order.

    `histories` by investor (absent: nothing was stated before) are also what the inputs take as issued; `keys` by
    participant give the salts of the detail, None where there are none (a preview from files alone).
    """
    inputs = replace(inputs, issued=issued_of(histories))
    calculation = calculate(inputs, period)
    # n is the same for all investors of one issue: one who joins later also knows what was learned since
    previous = max((history.prior.sequence for history in histories.values() if history.prior), default=0)
    learned = [entry for entry in inputs.facts if entry.sequence <= inputs.sequence]
    known = Known(calculation.findings, calculation.facts, learned, previous, inputs.issued)
    issue = _Issue(inputs, period, calculation, histories, known, keys, occasion)
    lines = {investor: differences(_position(issue, investor)) for investor in recipients_of(inputs.terms)}
    beside = _beside(issue, lines)
    told = _Together(_stand(issue, lines, beside), beside, {}, {}, set())
    # At final settlement whatever is still pending is refused.
    findings = () if occasion.is_final else calculation.findings
    for investor, stated in lines.items():
        waiting = pending_to(inputs, findings, investor, period)
        told.pending[investor] = waiting
        told.sections[investor] = metric_sections(inputs.terms, period, stated, waiting)
        told.merged.update(merged_metrics(told.sections[investor]))
    return tuple(_draft(issue, investor, stated, told) for investor, stated in lines.items())


@dataclass(frozen=True, slots=True)
class _Together:
    """What is known once all statements of an issue are: where investors stand, what is stated beside outcomes, what is
    pending and shown of each metric by investor, and the metrics that any of them shows the total of only."""

    stand: Stand
    beside: Mapping[str, Beside]
    pending: dict[str, tuple[PendingShare, ...]]
    sections: dict[str, tuple[Document, ...]]
    merged: set[str]


def _draft(issue: _Issue, investor: str, lines: tuple[StatementLine, ...], told: _Together) -> Draft:
    inputs, period, calculation = issue.inputs, issue.period, issue.calculation
    terms = inputs.terms
    latest = terms.latest
    number = f"{latest.contract}/{period.label}/{investor}/{issue.occasion.revision}"
    pending, beside = told.pending[investor], told.beside[investor]
    wording = Wording(terms, investor)
    documents = chain(map(wording.line, lines), map(wording.pending, pending), map(wording.beside, beside.lines))
    items = detail_items(documents, number, issue.keys)
    commitments = [item.commitment for item in items if item.commitment is not None]
    transaction = post_statement(number, latest.currency, receivable_of(terms, investor), accounts_moved(lines, beside))
    content = Content(
        terms,
        period,
        investor,
        number,
        inputs.sequence,
        lines,
        pending,
        limit_uses(terms, calculation.lines, period, inputs.issued),
        transaction,
        issue.history_of(investor).prior,
        None if issue.keys is None else detail_digest(commitments),
        calculation.findings,
        told.stand,
        told.sections[investor],
        frozenset(told.merged),
        beside,
    )
    stored = canonical.to_bytes(statement_document(content))
    return Draft(number, investor, stored, content.detail_digest, items, transaction)


def _beside(issue: _Issue, lines: _Lines) -> Mapping[str, Beside]:
    books, previous = issue.inputs.books, issue.known.previous_sequence
    adjusted = {
        investor: Beside(tuple(map(adjustment_line, books.adjustments_since(previous, investor)))) for investor in lines
    }
    if not issue.occasion.is_final:
        return adjusted
    terms = issue.inputs.terms.in_force(issue.period.last_day)
    stand = _stand(issue, lines, adjusted)
    accounts = {investor: _account(issue.history_of(investor), investor, lines, adjusted, stand) for investor in lines}
    cap = to_minor(terms.guarantee.amount, terms.currency) if terms.guarantee else 0
    return closed(terms, adjusted, accounts, cap)


def _account(history: History, investor: str, lines: _Lines, beside: Mapping[str, Beside], stand: Stand) -> Account:
    return Account(
        balances_of(history.prior, lines[investor], beside[investor]),
        stand.stated_minor[investor],
        stand.drawn_minor.get(investor, 0),
        sum(history.beside_minor("guarantee").values()),
        history.beside_minor("write-off"),
    )


def _stand(issue: _Issue, lines: _Lines, beside: Mapping[str, Beside]) -> Stand:
    terms, calculation = issue.inputs.terms, issue.calculation
    stated = {}
    for investor, mine in lines.items():
        prior = issue.history_of(investor).prior
        now = sum(line.amount_minor for line in mine) + beside[investor].total_minor
        stated[investor] = (prior.stated_to_date_minor if prior else 0) + now
    drawn = capital_drawn(terms, issue.period.end, issue.inputs.books)
    if not any(version.terms.shares.tranches for version in terms.versions):
        return Stand(stated, drawn, {})
    return Stand(stated, drawn, tranches_given(terms, issue.inputs.issued, calculation.allocations, issue.period.end))


def _position(issue: _Issue, investor: str) -> Position:
    inputs = issue.inputs
    return Position(
        inputs.terms,
        issue.period,
        issue.known,
        due_by_key(issue.calculation.allocations, investor, issue.period),
        stated_lines(issue.history_of(investor).items, inputs.terms.latest.currency),
        _under_old_terms(inputs, issue.period, investor, issue.known.previous_sequence),
    )


def _under_old_terms(inputs: Inputs, period: Period, investor: str, previous: int) -> dict[LineKey, int] | None:
    """What today's facts would give under the terms known at the previous statement, if any version came since."""
    old = inputs.terms.known_at(previous)
    if not previous or len(old.versions) == len(inputs.terms.versions):
        return None
    before = calculate(replace(inputs, terms=old), period)
    due = due_by_key(before.allocations, investor, period)
    return {key: allocation.due_minor for key, allocation in due.items()}


def pending_to(inputs: Inputs, findings: Sequence[Finding], investor: str, period: Period) -> tuple[PendingShare, ...]:
    """What every pending finding would give an investor, before limits, as of the end of a period."""
    rates, payers, prospects = RateCard(), PayerSplitter(), Prospects(inputs.terms, period.end, inputs.books)
    version_of = {version.terms.version: version.terms for version in inputs.terms.versions}
    shares = []
    waiting = [finding for finding in findings if finding.state == "pending"]
    for finding in sorted(waiting, key=attrgetter("order", "participant")):
        governing = version_of[finding.version]
        metric = governing.metrics[finding.order[0]]
        expected = would_pay(governing, metric, finding, rates, payers)
        shares.append(PendingShare(finding, prospects.parts_of(investor, governing, metric, expected)))
    return tuple(shares)
