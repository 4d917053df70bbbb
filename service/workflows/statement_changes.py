"""What changed between two statements of an investor: told to the investor in sentences, to finance line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import Fault, InvalidInput
from service.core.statement.since import IssuedStatement, changes_between, line_change
from service.core.terms import TermsTimeline
from service.storage.rows import StatementRow
from service.storage.store import Store
from service.workflows.known import terms_known
from service.workflows.ledger import Ledger
from service.workflows.statements import statement_in


@dataclass(frozen=True, slots=True)
class LineChanges:
    """A page of what the lines of a contract's statements changed; `places` are their (sequence of the statement,
    position)."""

    contract: str
    since: str | None
    until: str
    lines: tuple[Document, ...]
    places: tuple[tuple[int, int], ...]


async def changes_told(ledger: Ledger, id: str, since: str | None) -> Document:
    """What changed for an investor between statement `since` (else the one before) and statement `id`.

    NotFound for an unknown statement; InvalidInput where `since` is not an earlier one of the same investor and
    contract. Only what the statements themselves show is read.
    """
    async with ledger.database.reading() as store:
        span = await _span(store, id, since)
    return changes_between(span.before, span.issued)


async def line_changes(
    ledger: Ledger, id: str, since: str | None, after: tuple[int, int] | None, limit: int
) -> LineChanges:
    """At most `limit` lines of the details after statement `since` through statement `id`, behind place `after`, each
    with its cause and what brought it about. Refused as `changes_told` is."""
    async with ledger.database.reading() as store:
        span = await _span(store, id, since)
        by_sequence = dict(zip((row.sequence for row in span.rows), span.issued, strict=True))
        rows = await store.detail_lines(span.rows[-1].contract, by_sequence, after, limit)
    return LineChanges(
        span.rows[-1].contract,
        span.since.id if span.since else None,
        span.rows[-1].id,
        tuple(line_change(canonical.from_bytes(row.item), by_sequence[row.sequence]) for row in rows),
        tuple((row.sequence, row.position) for row in rows),
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """The statements to one investor after `since` through the one asked for, and each as it was issued."""

    since: StatementRow | None
    rows: tuple[StatementRow, ...]
    before: IssuedStatement | None
    issued: tuple[IssuedStatement, ...]


class _Issue(NamedTuple):
    """One statement, to whomever, by what all statements of its issue have in common."""

    sequence: int
    period: str
    revision: int
    through_sequence: int


async def _issues(store: Store, contract: str) -> list[_Issue]:
    """From the acts: an investor sees no row of the statements to others."""
    issued = [act for act in await store.acts(contract) if act.kind == "statement"]
    told = [(act.sequence, canonical.from_bytes(act.body)) for act in issued]
    return [_Issue(sequence, one["period"], one["revision"], one["through_sequence"]) for sequence, one in told]


async def _span(store: Store, id: str, since: str | None) -> _Span:
    last = await statement_in(store, id)
    own = await store.statements(contract=last.contract, investor=last.investor)
    terms = await terms_known(store, last.contract)
    everybodys = await _issues(store, last.contract)
    *earlier, _ = (row for row in own if row.sequence <= last.sequence)
    first = _named(since, earlier) if since is not None else next(reversed(earlier), None)
    rows = [row for row in earlier if first is not None and row.sequence > first.sequence] + [last]
    before = _issued(first, everybodys, terms) if first is not None else None
    return _Span(first, tuple(rows), before, tuple(_issued(row, everybodys, terms) for row in rows))


def _named(since: str, earlier: Sequence[StatementRow]) -> StatementRow:
    for row in earlier:
        if row.id == since:
            return row
    told = "must be the id of an earlier statement to the same investor of the same contract; leave it out for the last"
    fault = Fault("since", "not-an-earlier-statement", told)
    raise InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")


def _issued(row: StatementRow, everybodys: Sequence[_Issue], terms: TermsTimeline) -> IssuedStatement:
    """A statement with the terms it knew, and what the contract's previous statements, to anybody, were closed at."""
    issue = (row.period, row.revision)
    earlier = (one for one in everybodys if one.sequence < row.sequence and (one.period, one.revision) != issue)
    previous = max((one.through_sequence for one in earlier), default=0)
    return IssuedStatement(row.document, terms.known_at(row.through_sequence), previous)
