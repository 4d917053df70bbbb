"""The shapes of the audit trail: entries of the log, and what was known at one of them."""

from datetime import date, datetime

from pydantic import Field

from service.api.statement_documents import Sha256, Shape


class LogEntryOut(Shape):
    """An entry of a contract's log."""

    sequence: int
    kind: str
    recorded_at: datetime
    actor: str
    reason: str | None
    subject: str = Field(description="what it is about; no participant is named")
    before: Sha256 = Field(description="the digest of the entry before; of the first entry, zeros")
    after: Sha256 = Field(description="its own digest, which covers `before`")


class EntryKnown(Shape):
    """The entry at which it was known."""

    kind: str
    recorded_at: datetime
    digest: Sha256


class TermsKnown(Shape):
    """A version of the terms that was known."""

    version: int
    effective_from: date
    reason: str
    sha256: Sha256
    sequence: int


class FactsKnown(Shape):
    """How many facts were known."""

    known: int = Field(description="facts learned by then; what was erased since is not counted")
    effective: int = Field(description="those that no correction or retraction had taken away by then")


class StatementKnown(Shape):
    """A statement that was issued by then."""

    id: str
    sha256: Sha256
    sequence: int


class FindingCounts(Shape):
    """How many findings of a metric were in each state."""

    metric: str
    achieved: int
    refused: int
    pending: int


class KnownAt(Shape):
    """What was known of a contract at an entry of its log."""

    contract: str
    sequence: int
    entry: EntryKnown
    terms: list[TermsKnown]
    facts: FactsKnown
    statements: list[StatementKnown]
    judged_at: str = Field(description="the period that was to be stated next; findings are judged at its end")
    findings: list[FindingCounts]
