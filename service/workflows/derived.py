"""The rows of look-ups that follow from an entry of the log: a rebuild stores them, a verification compares them."""

from datetime import date
from typing import NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.storage.rows import ActRow, LogEntry, PostingRow, StatementRow, TermsRow
from service.workflows.acting import issue_row, moved_rows
from service.workflows.lives import act_from
from service.workflows.statements import posting_rows, statement_id


class Derived(NamedTuple):
    """What an entry that is no fact leaves in the look-ups, by table."""

    terms: tuple[TermsRow, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    acts: tuple[ActRow, ...] = ()
    postings: tuple[PostingRow, ...] = ()


def derived_from(entry: LogEntry) -> Derived:
    """The rows of an entry; of a fact none: its row holds what the log only commits to."""
    if entry.kind == "fact":
        return Derived()
    told = canonical.from_bytes(entry.entry_bytes)
    body: Document = told["body"]
    if entry.kind == "terms":
        return Derived(terms=(_terms_row(entry, body),))
    if entry.kind == "statement":
        row = statement_row(entry, body)
        acts = (issue_row(row, entry.actor, entry.recorded_at),)
        return Derived(statements=(row,), acts=acts, postings=tuple(posting_rows(row)))
    act = _act_row(entry, told["reason"], body)
    if "postings" not in body:
        return Derived(acts=(act,))
    on = entry.recorded_at.date()
    return Derived(acts=(act,), postings=tuple(moved_rows(entry.contract, act_from(act, on), body["currency"])))


def _act_row(entry: LogEntry, reason: str | None, body: Document) -> ActRow:
    return ActRow(
        entry.contract,
        entry.sequence,
        entry.kind,
        entry.actor,
        entry.recorded_at,
        reason,
        canonical.to_bytes(body),
    )


def _terms_row(entry: LogEntry, body: Document) -> TermsRow:
    return TermsRow(
        entry.contract,
        body["version"],
        entry.sequence,
        date.fromisoformat(body["effective_from"]),
        body["title"],
        body["file"].encode("utf-8"),
        body["media_type"],
        bytes.fromhex(body["sha256"]),
    )


def statement_row(entry: LogEntry, body: Document) -> StatementRow:
    """The statement that an entry of the log issues."""
    document = body["document"]
    number, stored = document["number"], canonical.to_bytes(document)
    return StatementRow(
        entry.contract,
        entry.sequence,
        statement_id(number),
        document["period"]["label"],
        document["investor"]["id"],
        int(number.rpartition("/")[2]),
        document["sequence"],
        stored,
        bytes.fromhex(canonical.sha256_hex(stored)),
    )
