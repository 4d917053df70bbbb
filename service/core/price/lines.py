"""A priced line: what one achieved finding pays, from the tariff through every adjustment and limit to each payer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from service.core.books import NOTHING_RECORDED, Books
from service.core.evaluate import Finding
from service.core.issued import Issued
from service.core.period import Period
from service.core.terms import Metric, Terms

LimitScope = Literal["participant-in-metric", "participant", "metric", "period", "payer", "contract"]
FillOrder = tuple[date, int, int, str, str, str]


@dataclass(frozen=True, slots=True)
class Clip:
    """What a limit took from a line, in minor units; `payer` is whose limit it is, where it is a payer's."""

    limit: LimitScope
    minor: int
    payer: str | None = None


class OutcomeKey(NamedTuple):
    """One outcome: a step of a metric reached by a participant on a date under a terms version."""

    metric: str
    step: str
    participant: str
    version: int
    achieved_on: date


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What prices depend on beside terms and findings: the period being stated, what issued statements said, how
    many participants are enrolled in each declared cohort ("everybody": in all), and what was recorded beside them."""

    period: Period
    issued: Issued
    enrolled: Mapping[tuple[int, str], int]
    books: Books = NOTHING_RECORDED


class PriceStep(NamedTuple):
    """One step from the tariff to the gross amount: its name, as "uplift", what it did, in words, and what the amount
    is after it, in major units to four decimals."""

    name: str
    told: str
    amount: str


class TakenOver(NamedTuple):
    """What one payer owes in the place of another whose limit is full, in minor units."""

    payer: str
    by: str
    minor: int


class PricedLine(Struct, frozen=True, gc=False):
    """An achieved finding with its amount in minor units: `gross_minor` by the tariff, `net_minor` after limits.

    `steps` are how the gross amount was formed, empty where it is the tariff's price alone. `unit_price` is the price
    of one in major units, None where no single price makes the amount. `parts` are what each payer owes of the net
    amount, in the contract's order.
    """

    finding: Finding
    terms: Terms
    metric: Metric
    gross_minor: int
    net_minor: int
    clips: tuple[Clip, ...] = ()
    steps: tuple[PriceStep, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()
    unit_price: Decimal | None = None
    taken_over: tuple[TakenOver, ...] = ()

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
    def fill_order(self) -> FillOrder:
        """The order in which lines fill limits (terms 4)."""
        return fill_order(self.finding)

    @property
    def price_label(self) -> str:
        """How statements name what one pays: its price in major units, else the kind of the tariff."""
        return self.metric.tariff.kind if self.unit_price is None else format(self.unit_price, "f")

    def clipped_to(self, net_minor: int, scope: LimitScope) -> "PricedLine":
        """The line after a limit left so much of it; the line itself where that is all of it."""
        if net_minor == self.net_minor:
            return self
        return replace(self, net_minor=net_minor, clips=(*self.clips, Clip(scope, self.net_minor - net_minor)))


def fill_order(finding: Finding) -> FillOrder:
    """The order in which achieved findings are counted and fill limits (terms 4)."""
    last = finding.facts[-1]
    return (finding.achieved_on, *finding.order, finding.participant, last.source, last.id)
