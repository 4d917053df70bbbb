"""What issued statements said before: closed by the same sequence number as the facts, and as much an input."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

Outcome = tuple[str, str, str]  # metric, step, participant
_Key = tuple[int, date, str, str]  # version, date, payer, investor


class Piece(NamedTuple):
    """A part of a line whose share was decided when it was stated: the layer of the line it belongs to, what gave it
    ("capital drawn", "tranche senior"), and its amount in minor units; negative where it is taken back."""

    layer: int
    given_by: str
    minor: int


class IssuedLine(NamedTuple):
    """A line of an issued statement: whose it is, the period it was stated in, its amount in minor units.

    `part_minor` is what the payer's part of the outcome was when the line was stated, 0 where it was taken back, which
    `is_reversal` says.
    """

    metric: str
    step: str
    participant: str
    version: int
    achieved_on: date
    payer: str
    investor: str
    period: str
    amount_minor: int
    part_minor: int = 0
    pieces: tuple[Piece, ...] = ()
    is_reversal: bool = False


class Issued:
    """The lines of every statement of a contract that was issued before, to whomever, in the order of issue.

    They are taken from `lines` when they are first asked for: most contracts never ask.
    """

    def __init__(self, lines: Iterable[IssuedLine] = ()) -> None:
        self._source = lines

    @cached_property
    def lines(self) -> tuple[IssuedLine, ...]:
        """Every line, in the order of issue."""
        return tuple(self._source)

    @cached_property
    def stated(self) -> frozenset[Outcome]:
        """The outcomes that stand on issued statements, for 0.00 too: whose last line does not take them back."""
        last = {
            (line.metric, line.step, line.participant, line.version, line.achieved_on, line.payer, line.investor): line
            for line in self.lines
        }
        return frozenset(key[:3] for key, line in last.items() if not line.is_reversal)

    @cached_property
    def first_stated_in(self) -> Mapping[Outcome, str]:
        """The period in which an outcome that stands was stated first, whatever became of its date or version since;
        of one that was taken back and came again, the period in which it came again."""
        first: dict[Outcome, str] = {}
        standing: dict[Outcome, set[_Key]] = {}
        for period, lines in groupby(self.lines, attrgetter("period")):
            touched = {}
            for line in lines:
                outcome = (line.metric, line.step, line.participant)
                keys = touched[outcome] = standing.setdefault(outcome, set())
                key = (line.version, line.achieved_on, line.payer, line.investor)
                (keys.discard if line.is_reversal else keys.add)(key)
            for outcome, keys in touched.items():
                if keys:
                    first.setdefault(outcome, period)
                else:
                    first.pop(outcome, None)
        return first


NOTHING_ISSUED = Issued()
