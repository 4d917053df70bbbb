"""The shapes of what changed between two statements: for investors, and line by line for finance and auditors."""

from datetime import date

from pydantic import Field

from service.api.detail_documents import LineCause
from service.api.pages import Page
from service.api.statement_documents import Amount, Sha256, Shape, StatementContract, StatementInvestor, Totals
from service.core.statement.lines import CauseCode, LineKind


class NamedStatement(Shape):
    """A statement as it is cited."""

    number: str
    period: str
    sha256: Sha256


class AmendmentOut(Shape):
    """A version of the terms that was learned since the statements before."""

    version: int
    effective_from: date
    reason: str


class StatedChange(Shape):
    """What one group of lines of a statement changed; of a metric shown by its total only, that total."""

    statement: str = Field(description="the number of the statement that states it")
    merged: bool = Field(description="whether only the metric's total is shown, because a group is too small")
    amount: Amount
    kind: LineKind | None = None
    cause: CauseCode | None = None
    step: str | None = None
    outcome_period: str | None = None
    participants: int | None = None
    amendments: list[AmendmentOut] | None = Field(None, description="what brought it about, where the terms did")
    sentence: str


class MetricChanges(Shape):
    """A metric: what was stated of it between the two statements, and by what."""

    id: str
    title: str
    clause: str
    total: Amount
    changes: list[StatedChange]


class StatementChanges(Shape):
    """What changed between two statements; it shows nothing that the statements do not show."""

    title: str
    contract: StatementContract
    investor: StatementInvestor
    currency: str
    illustrative: list[str]
    since: NamedStatement | None = Field(description="null where there is no earlier statement")
    until: NamedStatement
    totals_then: Totals | None
    totals_now: Totals
    stated_between: Amount
    summary: str
    amendments: list[AmendmentOut] = Field(description="every amendment learned, or come into force, between the two")
    metrics: list[MetricChanges]


class LineChange(Shape):
    """A line of a detail with what brought it about: the facts of its cause, or the amendments."""

    statement: str = Field(description="the number of the statement whose detail holds it")
    line: int = Field(description="its position there")
    kind: LineKind
    metric: str
    step: str
    participant: str
    outcome_period: str
    payer: str
    amount: Amount
    stated_before: Amount
    due: Amount
    cause: LineCause
    amendments: list[AmendmentOut]
    sentence: str


class LineChanges(Page[LineChange]):
    """Lines in the order in which they were stated."""

    since: str | None = Field(description="the id of the earlier statement; null where there is none")
    until: str
