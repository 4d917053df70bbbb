"""Rules that count days, occurrences or amounts of one participant; vocabulary only."""

import itertools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from service.core.faults import Refused
from service.core.terms.individual_rules import Keys, Kinds, Windows
from service.core.terms.words import Anchor, Count, Duration, Factor, Frozen, Key, Share, StepId, Window

UnitOfTime = Literal["days", "weeks", "months"]


class TimeInStatusRule(Frozen):
    """Units of time spent in a status within each period, up to the latest fact of the domain (P9-P11)."""

    kind: Literal["time_in_status"]
    domain: Key
    qualifying: Keys
    unit: UnitOfTime
    at_most: Count | None = Field(None, description="units a participant, over all periods")
    least_spell: Duration | None = Field(None, description="a spell counts, from its start, once it is this long")
    good_exits: tuple[Key, ...] = Field((), description="statuses by which a spell may end early and still count")

    @property
    def step_ids(self) -> tuple[str, ...]:
        """One step in the tariff: "time"; findings name the period instead."""
        return ("time",)


class Stretch(Duration):
    """A stretch of time that ends where its anchor stands (not included)."""

    anchor: Anchor = "enrolled"


class EventReductionRule(Frozen):
    """Achieved when a window holds at most a share of the occurrences of the baseline window (P13)."""

    kind: Literal["event_reduction"]
    kinds: Kinds
    baseline: Stretch = Field(description="the time before the anchor")
    anchor: Anchor
    windows: Windows
    at_most_share: Share = Field(description="of the baseline's count: 0.4 for a reduction by 60 %")

    @property
    def step_ids(self) -> tuple[str, ...]:
        """One step a window: "window 1", "window 2", ..."""
        return tuple(f"window {turn}" for turn in range(1, self.windows.count + 1))


class Reached(Frozen):
    """A threshold of a cumulative sum, inclusive, and its id where that is not the number itself."""

    at_least: Factor
    id: StepId | None = None

    @property
    def name(self) -> str:
        """How findings and tariffs name the threshold."""
        return self.id or format(self.at_least, "f")


class ThresholdSumRule(Frozen):
    """Achieved when the sum of a participant's amounts or hours reaches a threshold (P20, P21)."""

    kind: Literal["threshold_sum"]
    measure: Key
    unit: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=40)]
    thresholds: Annotated[tuple[Reached, ...], Field(min_length=1, max_length=60)]
    within: Window | None = None

    @model_validator(mode="after")
    def _check_thresholds(self) -> "ThresholdSumRule":
        levels = [reached.at_least for reached in self.thresholds]
        if any(later <= earlier for earlier, later in itertools.pairwise(levels)):
            raise Refused("wrong-order", "thresholds must rise from one to the next")
        if len({reached.name for reached in self.thresholds}) != len(self.thresholds):
            raise Refused("repeated", "two thresholds have the same id; give each an id of its own")
        return self

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The thresholds in their order."""
        return tuple(reached.name for reached in self.thresholds)
