"""What a contract's books hold beside outcomes, as inputs of a statement: drawdowns recorded, adjustments approved."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class RecordedDrawdown(NamedTuple):
    """Capital that an investor paid out to the programme on a date, in minor units; negative where one is reversed."""

    investor: str
    on: date
    minor: int
    sequence: int


class Adjustment(NamedTuple):
    """An amount by hand that two people agreed on, in minor units: what a payer owes an investor, or is owed back.

    `number` is the sequence of its proposal, `sequence` that of its approval, `reverses` the number of the adjustment
    that it takes back.
    """

    number: int
    investor: str
    payer: str
    minor: int
    reason: str
    sequence: int
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """Everything recorded by a sequence number, in the order in which it was."""

    drawdowns: tuple[RecordedDrawdown, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()

    def adjustments_since(self, sequence: int, investor: str) -> tuple[Adjustment, ...]:
        """An investor's adjustments that were approved after a sequence number."""
        return tuple(one for one in self.adjustments if one.sequence > sequence and one.investor == investor)


NOTHING_RECORDED = Books()
