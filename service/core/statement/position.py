"""Where an investor stands in a contract at a sequence number: all that the differences are drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from service.core.allocate import Allocation, LineKey
from service.core.evaluate import Finding
from service.core.events import EffectiveFacts, FactRef, RecordedFact
from service.core.issued import NOTHING_ISSUED, Issued, Outcome
from service.core.period import Period
from service.core.statement.lines import StatedLine
from service.core.terms import TermsTimeline


@dataclass(frozen=True)
class Known:
    """What the differences of every investor look things up in; each index is made when it is first asked for, and
    most statements never ask."""

    evaluated: Sequence[Finding]
    facts: EffectiveFacts
    learned: Sequence[RecordedFact]  # every fact known, also those without effect
    previous_sequence: int  # n of the contract's previous statements, 0 before the first; or where its metric waited
    # for larger groups, of the last ones that told of it
    issued: Issued = NOTHING_ISSUED

    @cached_property
    def findings(self) -> Mapping[tuple[str, str, str], Finding]:
        """By metric, step, participant."""
        return {(found.metric, found.step, found.participant): found for found in self.evaluated}

    @cached_property
    def recorded(self) -> Mapping[FactRef, RecordedFact]:
        """Every fact known."""
        return {entry.fact.ref: entry for entry in self.learned}


@dataclass(frozen=True)
class Position:
    """Everything the differences of one investor are drawn from, closed at a sequence number."""

    terms: TermsTimeline
    period: Period
    known: Known
    entitled: Mapping[LineKey, Allocation]
    stated: Mapping[LineKey, StatedLine]
    under_old_terms: Mapping[LineKey, int] | None  # what would be due had no version been added since; None: none was
    waits: bool = False  # whether its lines wait, or waited, for larger groups

    @cached_property
    def first_stated_by_previous(self) -> frozenset[Outcome]:
        """The outcomes that the contract's previous statements were the first to state."""
        previous = self.terms.period_of(self.period.start - timedelta(days=1)).label
        return frozenset(one for one, label in self.known.issued.first_stated_in.items() if label == previous)
