"""A contract's life in the core alone: learn terms and facts in order, issue period after period, read the lines."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Self

from service.core import canonical
from service.core.books import Adjustment, Books, RecordedDrawdown
from service.core.canonical import Document
from service.core.evaluate import Finding
from service.core.events import Fact, RecordedFact
from service.core.events.kept import KeptFact
from service.core.period import Period, period_named
from service.core.pipeline import REGULAR, Calculation, Draft, Inputs, Occasion, calculate, draft_statements
from service.core.statement import History
from service.core.terms import TermsTimeline, TermsVersion
from tests.builders import a_contract, read, recorded


class AnyKey(dict[str, bytes]):
    """A key for whoever is asked for, always the same one: tests fix the randomness."""

    def __missing__(self, participant: str) -> bytes:
        return participant.encode().ljust(32, b"\0")


@dataclass
class Book:
    """What the ledger has learned, entry by entry, and what it has issued."""

    contract: Document = field(default_factory=a_contract)
    facts: list[RecordedFact] = field(default_factory=list)
    histories: dict[str, History] = field(default_factory=dict)
    sequence: int = 0
    versions: list[TermsVersion] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    drawdowns: list[RecordedDrawdown] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.amend(self.contract)

    def amend(self, document: Document) -> None:
        """Learn a version of the terms."""
        self.sequence += 1
        self.versions.append(TermsVersion(read(document), f"{self.sequence:064d}", self.sequence))

    def learn(self, *facts: Fact | KeptFact) -> Self:
        """Learn facts, one sequence number each."""
        for fact in facts:
            self.sequence += 1
            self.facts += recorded(fact, after=self.sequence - 1)
        return self

    def adjust(self, investor: str, payer: str, minor: int) -> "Book":
        """An amount by hand, proposed and approved."""
        self.sequence += 2
        number = self.sequence - 1
        self.adjustments.append(Adjustment(number, investor, payer, minor, "as agreed on the phone", self.sequence))
        return self

    @property
    def terms(self) -> TermsTimeline:
        """All versions learned."""
        return TermsTimeline.of(tuple(self.versions))

    def period(self, label: str) -> Period:
        """A period of the contract by name."""
        return period_named(label, self.terms.latest.periods)

    def inputs(self) -> Inputs:
        """Everything learned so far."""
        books = Books(tuple(self.drawdowns), tuple(self.adjustments))
        return Inputs(self.terms, tuple(self.facts), self.sequence, books=books)

    def calculate(self, label: str) -> Calculation:
        """Findings, lines and allocations as of the end of a period."""
        return calculate(self.inputs(), self.period(label))

    def finding(self, label: str, metric: str, step: str, participant: str = "P1") -> Finding:
        """One finding as of the end of a period."""
        found = self.calculate(label).findings
        return next(f for f in found if (f.metric, f.step, f.participant) == (metric, step, participant))

    def preview(self, label: str, occasion: Occasion = REGULAR) -> dict[str, Draft]:
        """The period's statements by investor, not issued."""
        drafts = draft_statements(self.inputs(), self.period(label), self.histories, AnyKey(), occasion)
        return {draft.investor: draft for draft in drafts}

    def issue(self, label: str, occasion: Occasion = REGULAR) -> dict[str, Draft]:
        """Issue a period for all investors."""
        drafts = self.preview(label, occasion)
        for investor, draft in drafts.items():
            self.histories[investor] = self.histories.get(investor, History()).told(draft.stored, draft.built_on)
        self.sequence += len(drafts)
        return drafts


def document(draft: Draft) -> Document:
    """The statement that would be sent."""
    return canonical.from_bytes(draft.stored)


def lines(draft: Draft) -> list[dict[str, Any]]:
    """The lines of the detail."""
    return [canonical.from_bytes(item.stored) for item in draft.items if item.kind == "line"]


def pending(draft: Draft) -> list[dict[str, Any]]:
    """The pending findings of the detail."""
    return [canonical.from_bytes(item.stored) for item in draft.items if item.kind == "pending"]


def total(draft: Draft) -> Decimal:
    """The sum of the lines in major units."""
    return Decimal(document(draft)["totals"]["lines"])


def amounts(draft: Draft) -> list[tuple[str, str, str, str, str]]:
    """Each line as (kind, step, participant, date, amount)."""
    return [
        (line["kind"], line["step"], line["participant"], line["achieved_on"], line["amount"]) for line in lines(draft)
    ]


def day(text: str) -> date:
    """A date by its text."""
    return date.fromisoformat(text)
