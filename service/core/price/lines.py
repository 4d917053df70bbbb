"""A priced line: what one achieved finding pays, before and after limits."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from service.core.evaluate import Finding
from service.core.terms import Metric, Terms

LimitScope = Literal["participant-in-metric", "participant", "metric", "contract"]


@dataclass(frozen=True, slots=True)
class Clip:
    """What a limit took from a line, in minor units."""

    limit: LimitScope
    minor: int


class OutcomeKey(NamedTuple):
    """One outcome: a step of a metric reached by a participant on a date under a terms version."""

    metric: str
    step: str
    participant: str
    version: int
    achieved_on: date


class PricedLine(NamedTuple):
    """An achieved finding with its amount in minor units: `gross_minor` by the tariff, `net_minor` after limits."""

    finding: Finding
    terms: Terms
    metric: Metric
    gross_minor: int
    net_minor: int
    clips: tuple[Clip, ...] = ()

    @property
    def key(self) -> OutcomeKey:
        """What identifies the outcome from statement to statement."""
        finding = self.finding
        return OutcomeKey(finding.metric, finding.step, finding.participant, finding.version, finding.achieved_on)

    @property
    def units(self) -> Fraction:
        """The quantity that is still paid: all of it before limits, in proportion to what they left after."""
        if self.gross_minor == self.net_minor:
            return self.finding.quantity
        return self.finding.quantity * Fraction(self.net_minor, self.gross_minor)

    @property
    def fill_order(self) -> tuple[date, int, int, str, str, str]:
        """The order in which lines fill limits (terms 4)."""
        finding = self.finding
        last = finding.facts[-1]
        return (finding.achieved_on, *finding.order, finding.participant, last.source, last.id)
