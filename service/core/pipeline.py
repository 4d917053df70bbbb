"""The stages in order, and the named editions of them.

An edition never changes once a release has issued a statement under it: a changed stage is a new function and a new
edition beside the old one, named by the terms.

    2026-12   the first edition
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from operator import attrgetter

from service.core import canonical
from service.core.allocate import Allocation, LineKey, Prospects, allocate, recipients_of
from service.core.canonical import Document
from service.core.evaluate import Finding, enrolled_by_cohort, evaluate
from service.core.events import EffectiveFacts, RecordedFact, effective_at
from service.core.issued import NOTHING_ISSUED, Issued, IssuedLine
from service.core.period import Period
from service.core.post import Transaction, post_statement
from service.core.price import Circumstances, PricedLine, limit_uses, price, would_pay
from service.core.price.payers import PayerSplitter
from service.core.statement import (
    Content,
    DetailItem,
    Keys,
    Known,
    PendingShare,
    Position,
    Prior,
    Stand,
    StatementLine,
    differences,
    due_by_key,
    due_by_payer,
    issued_line,
    merged_metrics,
    metric_sections,
    prior_of,
    stated_lines,
    statement_document,
    tranches_given,
)
from service.core.statement.detail import Wording, detail_digest, detail_items
from service.core.terms import TermsTimeline


@dataclass(frozen=True, slots=True)
class Edition:
    """The stages by which a statement is calculated."""

    evaluate: Callable[[TermsTimeline, Sequence[RecordedFact], date, Issued], tuple[Finding, ...]]
    price: Callable[[TermsTimeline, Sequence[Finding], Circumstances], tuple[PricedLine, ...]]
    allocate: Callable[[Sequence[PricedLine], TermsTimeline, Circumstances], tuple[Allocation, ...]]


EDITIONS: Mapping[str, Edition] = {"2026-12": Edition(evaluate, price, allocate)}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a statement is calculated from, closed at a sequence number: terms and facts learned up to it, and the
    statements issued before."""

    terms: TermsTimeline
    facts: tuple[RecordedFact, ...]
    sequence: int
    issued: Issued = NOTHING_ISSUED


@dataclass(frozen=True, slots=True)
class Calculation:
    """Findings, priced lines and allocations of a whole contract."""

    facts: EffectiveFacts
    findings: tuple[Finding, ...]
    lines: tuple[PricedLine, ...]
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One statement an investor was told: its sequence n, its period and currency, the line items of its detail."""

    sequence: int
    period: str
    currency: str
    items: tuple[Document, ...]

    @property
    def lines(self) -> Iterator[IssuedLine]:
        """Its lines as inputs of later calculations."""
        return (issued_line(item, self.period, self.currency) for item in self.items)


@dataclass(frozen=True, slots=True)
class History:
    """What an investor was told before: what its last statement left behind, and all its statements, oldest first."""

    prior: Prior | None = None
    statements: tuple[Told, ...] = ()

    @property
    def items(self) -> Iterator[Document]:
        """The line items of all its details, oldest first."""
        return chain.from_iterable(told.items for told in self.statements)

    def told(self, statement: bytes, lines: Iterable[bytes]) -> "History":
        """The history once a further statement is issued: its bytes, and the bytes of the lines in its detail."""
        prior = prior_of(statement)
        items = tuple(map(canonical.from_bytes, lines))
        return History(prior, (*self.statements, Told(prior.sequence, prior.period, prior.currency, items)))


def issued_of(histories: Mapping[str, History]) -> Issued:
    """The lines of every statement that these investors were told, in the order of issue; read when asked for."""
    statements = (told for history in histories.values() for told in history.statements)
    return Issued(line for told in sorted(statements, key=attrgetter("sequence")) for line in told.lines)


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
    circumstances = Circumstances(period, inputs.issued, enrolled)
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

    def history_of(self, investor: str) -> History:
        """What the investor was told before."""
        return self.histories.get(investor, History())


def draft_statements(
    inputs: Inputs, period: Period, histories: Mapping[str, History], keys: Keys | None
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
    issue = _Issue(inputs, period, calculation, histories, known, keys)
    lines = {investor: differences(_position(issue, investor)) for investor in recipients_of(inputs.terms)}
    told = _Together(_stand(issue, lines), {}, {}, set())
    for investor, stated in lines.items():
        waiting = _pending(inputs.terms, calculation.findings, investor, period)
        told.pending[investor] = waiting
        told.sections[investor] = metric_sections(inputs.terms, period, stated, waiting)
        told.merged.update(merged_metrics(told.sections[investor]))
    return tuple(_draft(issue, investor, stated, told) for investor, stated in lines.items())


@dataclass(frozen=True, slots=True)
class _Together:
    """What is known once all statements of an issue are: where investors stand, what is pending and shown of each
    metric by investor, and the metrics that any of them shows the total of only."""

    stand: Stand
    pending: dict[str, tuple[PendingShare, ...]]
    sections: dict[str, tuple[Document, ...]]
    merged: set[str]


def _draft(issue: _Issue, investor: str, lines: tuple[StatementLine, ...], told: _Together) -> Draft:
    inputs, period, calculation = issue.inputs, issue.period, issue.calculation
    terms = inputs.terms
    latest = terms.latest
    number = f"{latest.contract}/{period.label}/{investor}/1"
    pending = told.pending[investor]
    wording = Wording(terms, investor)
    documents = chain(map(wording.line, lines), map(wording.pending, pending))
    items = detail_items(documents, number, issue.keys)
    commitments = [item.commitment for item in items if item.commitment is not None]
    transaction = post_statement(number, latest.currency, _account(terms, investor), due_by_payer(lines))
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
    )
    stored = canonical.to_bytes(statement_document(content))
    return Draft(number, investor, stored, content.detail_digest, items, transaction)


def _account(terms: TermsTimeline, party: str) -> str:
    """The account of a recipient: an investor's, or a provider's that is paid for outcomes without investing."""
    roles = {
        role
        for version in terms.versions
        if party in version.terms.parties
        for role in version.terms.parties[party].roles
    }
    return f"provider:{party}:receivable" if roles and "investor" not in roles else f"investor:{party}:receivable"


def _stand(issue: _Issue, lines: Mapping[str, tuple[StatementLine, ...]]) -> Stand:
    terms, calculation = issue.inputs.terms, issue.calculation
    stated = {}
    for investor, mine in lines.items():
        prior = issue.history_of(investor).prior
        stated[investor] = (prior.stated_to_date_minor if prior else 0) + sum(line.amount_minor for line in mine)
    if not any(version.terms.shares.tranches for version in terms.versions):
        return Stand(stated, {})
    return Stand(stated, tranches_given(terms, issue.inputs.issued, calculation.allocations, issue.period.end))


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


def _pending(
    terms: TermsTimeline, findings: Sequence[Finding], investor: str, period: Period
) -> tuple[PendingShare, ...]:
    payers, prospects = PayerSplitter(), Prospects(terms, period.end)
    version_of = {version.terms.version: version.terms for version in terms.versions}
    shares = []
    waiting = [finding for finding in findings if finding.state == "pending"]
    for finding in sorted(waiting, key=attrgetter("order", "participant")):
        governing = version_of[finding.version]
        expected = would_pay(governing, governing.metrics[finding.order[0]], finding, payers)
        dues = [] if expected is None else [prospects.due_to(investor, governing, part) for _, part in expected.parts]
        known = [due for due in dues if due is not None]
        is_known = expected is not None and len(known) == len(dues)
        shares.append(PendingShare(finding, sum(known) if is_known else None))
    return tuple(shares)
