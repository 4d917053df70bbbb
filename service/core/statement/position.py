"""Where an investor stands in a contract at a sequence number: all that the differences are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.core.allocate import Allocation, LineKey
from service.core.evaluate import Finding
from service.core.events import EffectiveFacts, FactRef, RecordedFact
from service.core.period import Period
from service.core.statement.lines import StatedLine
from service.core.terms import TermsTimeline


@dataclass(frozen=True)
class Position:
    """Everything the differences of one investor are drawn from, closed at a sequence number."""

    terms: TermsTimeline
    period: Period
    findings: Mapping[tuple[str, str, str], Finding]  # by metric, step, participant
    facts: EffectiveFacts
    recorded: Mapping[FactRef, RecordedFact]  # every fact known, also those without effect
    previous_sequence: int  # n of the contract's previous statements, 0 before the first
    entitled: Mapping[LineKey, Allocation]
    stated: Mapping[LineKey, StatedLine]
    under_old_terms: Mapping[LineKey, int] | None  # what would be due had no version been added since; None: none was
