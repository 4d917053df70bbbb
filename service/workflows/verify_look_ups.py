"""Verifies every row beside a contract's log against the log: what follows from it, and what it only commits to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import LedgerError
from service.core.evaluate.erased import LABELLED
from service.core.events import fact_from_bytes
from service.core.statement.detail import detail_digest, salt_of
from service.storage.rows import (
    DetailItemRow,
    FactRow,
    Head,
    KeptRow,
    LogEntry,
    PostingRow,
    StatementRow,
)
from service.workflows.broken import Broken
from service.workflows.derived import Derived, derived_from
from service.workflows.reading_events import admitted
from service.workflows.sorting_in import fact_row
from service.workflows.verify_chain import check_entry

_KEY_BYTES = 32
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, LedgerError)
# By table, of how many leading columns its primary key is.
_FOLLOWING = {"terms_version": 2, "statement": 2, "act": 2, "posting": 3}


@dataclass(slots=True)
class Tally:
    """What is carried from one page of a contract's entries to the next; `keys` are those behind the salts."""

    contract: str
    ledger_name: str
    keys: Mapping[str, bytes]
    end: Head
    since: int = 0
    statements: list[StatementRow] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    moved: dict[int, tuple[PostingRow, ...]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    # What erasures say was erased, and what is missing: of facts, of entries of details.
    told_erased: Counter[str] = field(default_factory=Counter)
    found_erased: Counter[str] = field(default_factory=Counter)
    erasures: int = 0

    def broken(
        self, step: int, table: str, says: str, sequence: int | None = None, column: str | None = None
    ) -> Broken:
        """Something of this contract that does not hold."""
        return Broken(step, says, table, column, self.contract, sequence)


def check_page(tally: Tally, entries: Sequence[LogEntry], rows: Mapping[str, Sequence[Any]]) -> None:
    """Steps 1 to 4 of a run of entries, with every row of the other tables that lies in it; Broken."""
    derived: list[Derived] = []
    facts: dict[int, Document] = {}
    for entry in entries:
        told = check_entry(entry, tally.end, tally.ledger_name)
        tally.end = Head(entry.sequence, entry.digest)
        if entry.kind == "fact":
            facts[entry.sequence] = told["body"]
        else:
            derived.append(_derived(tally, entry))
            _take_in(tally, entry, told["body"], derived[-1])
    expected = dict(zip(_FOLLOWING, map(_chained, zip(*derived, strict=True)), strict=True)) if derived else {}
    for table, columns in _FOLLOWING.items():
        _same(tally, table, columns, expected.get(table, []), rows[table])
    _check_facts(tally, facts, rows["fact"])
    _check_details(tally, [row for one in derived for row in one.statements], rows["detail_item"])
    _check_kept(tally, entries, rows["kept_finding"])


def _chained(parts: Iterable[Sequence[Any]]) -> list[Any]:
    return [row for part in parts for row in part]


def _derived(tally: Tally, entry: LogEntry) -> Derived:
    try:
        return derived_from(entry)
    except _UNREADABLE:
        says = "the bytes do not say what an entry of their kind says"
        raise tally.broken(1, "log_entry", says, entry.sequence, "bytes") from None


def _take_in(tally: Tally, entry: LogEntry, body: Document, derived: Derived) -> None:
    tally.statements.extend(derived.statements)
    if entry.kind == "erasure":
        tally.erasures += 1
        tally.told_erased.update(facts=body["events"], entries=body["entries"])
    sums: Counter[str] = Counter()
    for posting in derived.postings:
        sums[posting.currency] += posting.amount_minor
    if any(sums.values()):
        raise tally.broken(4, "log_entry", "what the entry moves does not add up to zero", entry.sequence, "bytes")
    if derived.postings:
        tally.moved[entry.sequence] = derived.postings
    if entry.kind == "reversal" and body["reverses"] > tally.since:
        mine = sorted((one.account, one.currency, one.amount_minor) for one in derived.postings)
        theirs = tally.moved.get(body["reverses"], ())
        if mine != sorted((one.account, one.currency, -one.amount_minor) for one in theirs):
            says = "the reversal does not mirror what it reverses"
            raise tally.broken(4, "log_entry", says, entry.sequence, "bytes")


def _same(tally: Tally, table: str, columns: int, expected: Sequence[Any], found: Sequence[Any]) -> None:
    there = {row[:columns]: row for row in found}
    for wanted in expected:
        row = there.pop(wanted[:columns], None)
        if row is None:
            raise tally.broken(3, table, "the row that the log gives is not there", wanted.sequence)
        _equal(tally, table, row, wanted)
    for row in there.values():
        raise tally.broken(3, table, "the log gives no such row", row.sequence)


def _equal(tally: Tally, table: str, row: Any, wanted: Any) -> None:
    for name, stored, said in zip(row._fields, row, wanted, strict=True):
        if stored != said:
            raise tally.broken(3, table, "the column is not what the log gives", wanted.sequence, name)


def _check_facts(tally: Tally, facts: Mapping[int, Document], found: Sequence[FactRow]) -> None:
    there = {row.sequence: row for row in found}
    for sequence, body in facts.items():
        row = there.pop(sequence, None)
        if row is None:
            tally.found_erased["facts"] += 1
            continue
        _equal(tally, "fact", row, _fact_in(tally, row))
        if (row.source, row.external_id) != (body.get("source"), body.get("id")):
            raise tally.broken(3, "fact", "the log has another event here", sequence, "external_id")
        _check_commitment(
            tally, "fact", row, f"fact/{row.source}/{row.external_id}", row.payload, body.get("commitment")
        )
        tally.people.add(row.participant or "")
    for sequence in there:
        raise tally.broken(3, "fact", "the log gives no such row", sequence)


def _fact_in(tally: Tally, row: FactRow) -> FactRow:
    try:
        wanted = fact_row(admitted(0, fact_from_bytes(row.payload)), row.sequence)
    except _UNREADABLE:
        raise tally.broken(3, "fact", "the payload is no event", row.sequence, "payload") from None
    return wanted._replace(payload=row.payload)


def _check_commitment(
    tally: Tally, table: str, row: FactRow | DetailItemRow, label: str, stored: bytes, commitment: str | None
) -> None:
    key = tally.keys.get(row.participant or "")
    if not isinstance(key, bytes) or len(key) != _KEY_BYTES:
        says = f"the key behind a salt of {table} is not there, or is none"
        raise tally.broken(3, "participant_key", says, row.sequence, "key")
    if canonical.commitment(salt_of(key, label), stored) != commitment:
        says = "content and the participant's key do not give the commitment that is bound"
        raise tally.broken(3, table, says, row.sequence, "payload" if table == "fact" else "item")


def _check_details(tally: Tally, statements: Sequence[StatementRow], found: Sequence[DetailItemRow]) -> None:
    by_statement: defaultdict[int, list[DetailItemRow]] = defaultdict(list)
    for row in found:
        by_statement[row.sequence].append(row)
    for statement in statements:
        rows = by_statement.pop(statement.sequence, [])
        if [row.position for row in rows] != list(range(1, len(rows) + 1)):
            raise tally.broken(3, "detail_item", "positions are not gapless from 1", statement.sequence, "position")
        document = canonical.from_bytes(statement.document)
        digest = document.get("detail_digest")
        if detail_digest(row.commitment.hex() for row in rows) != digest:
            says = "the commitments do not give the digest that the statement binds"
            raise tally.broken(3, "detail_item", says, statement.sequence, "commitment")
        for row in rows:
            _check_item(tally, document["number"], row)
    for sequence in by_statement:
        raise tally.broken(3, "detail_item", "the log has no statement here", sequence)


def _check_item(tally: Tally, number: str, row: DetailItemRow) -> None:
    """Of an erased entry the commitment stands; what is left of it is compared when the statement is made again."""
    if row.participant is None:
        tally.found_erased["entries"] += 1
        return
    _check_commitment(tally, "detail_item", row, f"{number}#{row.position}", row.item, row.commitment.hex())
    if canonical.from_bytes(row.item).get("item") != row.kind:
        raise tally.broken(3, "detail_item", "the column is not what the item says", row.sequence, "kind")


def _check_kept(tally: Tally, entries: Sequence[LogEntry], found: Sequence[KeptRow]) -> None:
    there = {row.sequence: row for row in found}
    for sequence, digest in _kept_told(entries):
        row = there.pop(sequence, None)
        if row is None:
            raise tally.broken(3, "kept_finding", "what the erasure kept is not there", sequence)
        if row.label != f"{LABELLED}{sequence}":
            raise tally.broken(3, "kept_finding", "the label is not that of the erasure", sequence, "label")
        if canonical.sha256_hex(row.kept) != digest:
            raise tally.broken(3, "kept_finding", "what is kept does not have the logged digest", sequence, "kept")
        tally.labels[row.label] = row.behind
    for sequence in there:
        raise tally.broken(3, "kept_finding", "the log has no erasure here that kept anything", sequence)


def _kept_told(entries: Iterable[LogEntry]) -> Iterator[tuple[int, str]]:
    for entry in entries:
        if entry.kind == "erasure":
            body = canonical.from_bytes(entry.entry_bytes)["body"]
            if body["is_kept"]:
                yield entry.sequence, body["kept_sha256"]


def check_erased(tally: Tally) -> None:
    """What is missing is what was erased; who stands behind whom is somebody the contract knows; Broken."""
    if not tally.since:
        for what, table in (("facts", "fact"), ("entries", "detail_item")):
            told, found = tally.told_erased[what], tally.found_erased[what]
            if told != found:
                raise tally.broken(3, table, f"{found} {what} are gone, and {told} were erased")
    behind = list(tally.labels.values())
    known = {"", *tally.keys, *tally.labels}
    for label, after in tally.labels.items():
        if after not in known or behind.count(after) > 1:
            sequence = int(label.removeprefix(LABELLED))
            raise tally.broken(3, "kept_finding", "stands behind nobody who is known", sequence, "behind")
