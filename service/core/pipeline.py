"""The statements of a period: drafted for everybody at once, from what a contract comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from service.core import canonical
from service.core.allocate import LineKey, capital_drawn, recipients_of
from service.core.calculation import EDITIONS, Calculation, Edition, Inputs, calculate
from service.core.canonical import Document
from service.core.money import to_minor
from service.core.period import Period
from service.core.post import Transaction, post_statement, receivable_of
from service.core.price import limit_uses
from service.core.statement import (
    BUILT_ON,
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
    Waiting,
    accounts_moved,
    adjustment_line,
    balances_of,
    closed,
    differences,
    due_by_key,
    issued_of,
    last_told,
    merged_metrics,
    metric_sections,
    pending_to,
    stated_lines,
    statement_document,
    tranches_given,
    tranches_stated,
    waiting,
)
from service.core.statement.detail import Wording, detail_digest, detail_items

__all__ = [
    "EDITIONS",
    "REGULAR",
    "Calculation",
    "Draft",
    "Edition",
    "Inputs",
    "Occasion",
    "calculate",
    "draft_statements",
    "pending_to",
]

_Lines = Mapping[str, tuple[StatementLine, ...]]


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
    def built_on(self) -> tuple[bytes, ...]:
        """The bytes of the entries of its detail that later statements build on."""
        return tuple(item.stored for item in self.items if item.kind in BUILT_ON)


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
    learned = [entry for entry in (*inputs.facts, *inputs.kept.facts) if entry.sequence <= inputs.sequence]
    known = Known(calculation.findings, calculation.facts, learned, previous, inputs.issued)
    issue = _Issue(inputs, period, calculation, histories, known, keys, occasion)
    due = {investor: _differences(issue, investor) for investor in recipients_of(inputs.terms)}
    # At final settlement whatever is still pending is refused, and nothing waits any more.
    findings = () if occasion.is_final else calculation.findings
    pending = {investor: pending_to(inputs.terms, inputs.books, findings, investor, period) for investor in due}
    waits = Waiting({}, due) if occasion.is_final else waiting(inputs.terms, period, due, pending)
    lines, beside = waits.stated, _beside(issue, waits.stated)
    told = _Together(_stand(issue, lines, beside, waits), beside, waits, pending, {}, set())
    for investor, stated in lines.items():
        shown = [share for share in pending[investor] if share.finding.metric not in waits.why]
        told.sections[investor] = metric_sections(inputs.terms, period, stated, shown)
        told.merged.update(merged_metrics(told.sections[investor]))
    return tuple(_draft(issue, investor, stated, told) for investor, stated in lines.items())


@dataclass(frozen=True, slots=True)
class _Together:
    """What is known once all statements of an issue are: where investors stand, what is stated beside outcomes, what
    waits, what is pending and shown by investor, and the metrics that any statement shows the total of only."""

    stand: Stand
    beside: Mapping[str, Beside]
    waits: Waiting
    pending: Mapping[str, tuple[PendingShare, ...]]
    sections: dict[str, tuple[Document, ...]]
    merged: set[str]


def _draft(issue: _Issue, investor: str, lines: tuple[StatementLine, ...], told: _Together) -> Draft:
    inputs, period, calculation = issue.inputs, issue.period, issue.calculation
    terms, latest = inputs.terms, inputs.terms.latest
    number = f"{latest.contract}/{period.label}/{investor}/{issue.occasion.revision}"
    pending, beside = told.pending[investor], told.beside[investor]
    wording = Wording(terms, investor)
    documents = chain(
        *(map(wording.line, lines), map(wording.pending, pending), map(wording.beside, beside.lines)),
        told.waits.documents(wording, investor),
    )
    items = detail_items(documents, number, issue.keys, inputs.kept.sealed.get(number, {}))
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
        limit_uses(terms, calculation.lines, period, inputs.issued, told.waits.why),
        transaction,
        issue.history_of(investor).prior,
        None if issue.keys is None else detail_digest(commitments),
        calculation.findings,
        told.stand,
        told.sections[investor],
        frozenset(told.merged),
        frozenset(told.waits.why),
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


def _stand(issue: _Issue, lines: _Lines, beside: Mapping[str, Beside], waits: Waiting | None = None) -> Stand:
    terms, calculation = issue.inputs.terms, issue.calculation
    stated = {}
    for investor, mine in lines.items():
        prior = issue.history_of(investor).prior
        now = sum(line.amount_minor for line in mine) + beside[investor].total_minor
        stated[investor] = (prior.stated_to_date_minor if prior else 0) + now
    drawn = capital_drawn(terms, issue.period.end, issue.inputs.books)
    if waits is not None and waits.why:
        return Stand(stated, drawn, tranches_stated(terms, issue.inputs.issued))
    return Stand(stated, drawn, tranches_given(terms, issue.inputs.issued, calculation.allocations, issue.period.end))


def _differences(issue: _Issue, investor: str) -> tuple[StatementLine, ...]:
    waited = {metric: _position(issue, investor, since) for metric, since in last_told(issue.histories).items()}
    return differences(_position(issue, investor), waited)


def _position(issue: _Issue, investor: str, since: int | None = None) -> Position:
    """Where an investor stands, seen from the previous statements; or from those closed at `since`, the last that told
    of a metric that has waited."""
    inputs = issue.inputs
    known = issue.known if since is None else replace(issue.known, previous_sequence=since)
    return Position(
        inputs.terms,
        issue.period,
        known,
        due_by_key(issue.calculation.allocations, investor, issue.period),
        stated_lines(issue.history_of(investor).items, inputs.terms.latest.currency),
        _under_old_terms(inputs, issue.period, investor, known.previous_sequence),
        since is not None or inputs.terms.in_force(issue.period.last_day).small_groups == "carry",
    )


def _under_old_terms(inputs: Inputs, period: Period, investor: str, previous: int) -> dict[LineKey, int] | None:
    """What today's facts would give under the terms known at the previous statement, if any version came since."""
    old = inputs.terms.known_at(previous)
    if not previous or len(old.versions) == len(inputs.terms.versions):
        return None
    before = calculate(replace(inputs, terms=old), period)
    due = due_by_key(before.allocations, investor, period)
    return {key: allocation.due_minor for key, allocation in due.items()}
