"""Rows as a workflow would hand them to the store, and a way to store facts with their log entries."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from service.storage.database import Database
from service.storage.rows import (
    FactRow,
    LogEntry,
    PostingRow,
    StatementRow,
    TermsRow,
)

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 1, 1)
SUM = bytes(range(32))


def entry(sequence: int, kind: str = "fact", contract: str = "dialog", recorded_at: datetime = NOON) -> LogEntry:
    source, external_id = ("cases", f"id{sequence}") if kind == "fact" else (None, None)
    content = f"{contract} {sequence}".encode()
    digest = hashlib.sha256(b"\0" + content).digest()
    return LogEntry(contract, sequence, kind, recorded_at, "ann", source, external_id, content, digest)


def fact(sequence: int, participant: str | None = "p1", contract: str = "dialog", kind: str = "attended") -> FactRow:
    on_date = DAY + timedelta(days=sequence)
    payload = f"fact {sequence}".encode()
    identity = ("cases", f"id{sequence}")
    return FactRow(contract, sequence, *identity, kind, participant, on_date, None, payload, None, None)


def terms(version: int, sequence: int, effective_from: date, contract: str = "dialog") -> TermsRow:
    return TermsRow(contract, version, sequence, effective_from, f"Title {version}", b"terms", "application/toml", SUM)


def statement(sequence: int, period: str = "2026-Q1", investor: str = "fund", revision: int = 1) -> StatementRow:
    id = f"dialog-{sequence}"
    return StatementRow("dialog", sequence, id, period, investor, revision, sequence - 1, b"document", SUM)


def posting(position: int, account: str, amount_minor: int, sequence: int = 1, currency: str = "DKK") -> PostingRow:
    number, on = f"dialog-{sequence}", date(2023, 12, 31)
    return PostingRow("dialog", sequence, position, account, currency, amount_minor, number, on)


async def fill(database: Database, facts: Sequence[FactRow]) -> None:
    async with database.begin() as store:
        await store.append([entry(row.sequence, contract=row.contract) for row in facts])
        await store.append_facts(facts)
