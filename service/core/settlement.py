"""Final settlement: what the guarantor pays of the investors' shortfall, and what investors owe (terms 5, 6)."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from service.core.money import split


class Outcome(NamedTuple):
    """An investor at final settlement, in minor units: capital drawn, stated to date, and the negative balance that
    its last statement carries forward (0 when it carries none)."""

    investor: str
    drawn_minor: int
    stated_minor: int
    carried_minor: int = 0

    @property
    def shortfall_minor(self) -> int:
        """What of the capital drawn was never stated."""
        return max(self.drawn_minor - self.stated_minor, 0)


class Settled(NamedTuple):
    """What final settlement gives an investor, or asks of it, in minor units."""

    investor: str
    shortfall_minor: int
    guaranteed_minor: int
    owes_minor: int


def final_settlement(
    outcomes: Iterable[Outcome], guarantee_minor: int = 0, floor: Literal[0] | None = None
) -> tuple[Settled, ...]:
    """The guarantor pays min(its cap, all shortfalls), split by shortfall; `guarantee_minor` is the cap.

    A negative balance is due from the investor, unless the terms say `floor = 0`.
    """
    at_the_end = tuple(outcomes)
    short = [outcome for outcome in at_the_end if outcome.shortfall_minor]
    shortfalls = [outcome.shortfall_minor for outcome in short]
    parts = split(min(guarantee_minor, sum(shortfalls)), shortfalls) if short else ()
    covered = {outcome.investor: part for outcome, part in zip(short, parts, strict=True)}
    return tuple(
        Settled(
            outcome.investor,
            outcome.shortfall_minor,
            covered.get(outcome.investor, 0),
            0 if floor == 0 else max(-outcome.carried_minor, 0),
        )
        for outcome in at_the_end
    )
