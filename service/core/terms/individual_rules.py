"""Rules on what one participant reached: milestones, statuses, absences, improvements; vocabulary only."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from service.core.faults import Refused
from service.core.terms.words import (
    Anchor,
    Count,
    DayRange,
    Days,
    DaysOrNone,
    Duration,
    Factor,
    Frozen,
    Key,
    Number,
    Step,
    Window,
)

Steps = Annotated[tuple[Step, ...], Field(min_length=1, max_length=60)]
Keys = Annotated[tuple[Key, ...], Field(min_length=1, max_length=50)]


def _refuse_repeated_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(kinds)) != len(kinds):
        raise Refused("repeated", "holds a kind twice; name each kind once")
    return kinds


Kinds = Annotated[Keys, AfterValidator(_refuse_repeated_kinds)]


def _refuse_repeated_steps(steps: tuple[Step, ...]) -> None:
    if len({step.name for step in steps}) != len(steps):
        raise Refused("repeated", "two steps have the same id; give each an id of its own")


def _check_checkpoints(checkpoints: tuple[Step, ...]) -> None:
    _refuse_repeated_steps(checkpoints)
    if any(checkpoint.within for checkpoint in checkpoints):
        raise Refused("not-allowed", "within stands on the steps of a sustained_status rule only")


class Repeats(Frozen):
    """A milestone that may be paid more than once."""

    at_most: Count
    least_gap_days: DaysOrNone = 0


class MilestoneRule(Frozen):
    """Achieved when a milestone fact exists (P1-P3), in a window when one is given, once unless it repeats."""

    kind: Literal["milestone"]
    milestone: Key
    within: Window | None = None
    repeats: Repeats | None = None

    @property
    def step_ids(self) -> tuple[str, ...]:
        """One step: "reached"; where it repeats, one a time it can be paid: "time 1", "time 2", ..."""
        if self.repeats is None:
            return ("reached",)
        return tuple(f"time {turn}" for turn in range(1, self.repeats.at_most + 1))


class Breaches(Frozen):
    """Breaks that are too long for the allowed gap and yet tolerated, so many and so long at most."""

    count: Count
    days: Days


class SustainedStatusRule(Frozen):
    """Achieved when the status stayed in a qualifying set for a duration (P4-P8); several steps."""

    kind: Literal["sustained_status"]
    domain: Key
    qualifying: Keys
    steps: Steps
    allowed_gap_days: DaysOrNone = 0
    on_break: Literal["restart", "cumulative"] = "restart"
    latest_start: Duration | None = Field(None, description="after enrolment")
    days_not_counted: tuple[DayRange, ...] = ()
    tolerated_breaches: Breaches | None = None
    confirmation: Literal["reported", "carried-forward"] = "reported"
    good_exits: tuple[Key, ...] = Field((), description="statuses by which a spell may end early and still count")

    @model_validator(mode="after")
    def _check_steps(self) -> "SustainedStatusRule":
        _refuse_repeated_steps(self.steps)
        if self.on_break == "restart" and any(step.within for step in self.steps):
            raise Refused("not-allowed", 'within stands only beside on_break = "cumulative"')
        return self

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The steps in their order."""
        return tuple(step.name for step in self.steps)


class StatusAtRule(Frozen):
    """Achieved when the status in force at a checkpoint is in a set and is known close to it."""

    kind: Literal["status_at"]
    domain: Key
    qualifying: Keys
    anchor: Anchor = "enrolled"
    checkpoints: Steps
    tolerance_days: DaysOrNone

    @model_validator(mode="after")
    def _check_steps(self) -> "StatusAtRule":
        _check_checkpoints(self.checkpoints)
        return self

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The checkpoints in their order."""
        return tuple(step.name for step in self.checkpoints)


class Windows(Duration):
    """Consecutive windows of one length, each judged alone."""

    count: Annotated[int, Field(strict=True, ge=1, le=60)] = 1


class AbsenceRule(Frozen):
    """Achieved when nothing of these kinds happened in a window and somebody has looked (P12)."""

    kind: Literal["absence"]
    kinds: Kinds
    anchor: Anchor
    windows: Windows

    @property
    def step_ids(self) -> tuple[str, ...]:
        """One step a window: "window 1", "window 2", ..."""
        return tuple(f"window {turn}" for turn in range(1, self.windows.count + 1))


class Threshold(Frozen):
    """How much better: a share of the baseline, an amount in the unit, or a level to reach; inclusive."""

    relative: Factor | None = None
    absolute: Factor | None = None
    target: Number | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Threshold":
        if sum(part is not None for part in (self.relative, self.absolute, self.target)) != 1:
            raise Refused("exactly-one", "needs exactly one of relative, absolute, target")
        return self


class BaselineWindow(Frozen):
    """Where the baseline is looked for: so many days before and after its anchor, both ends included."""

    anchor: Anchor = "enrolled"
    before_days: DaysOrNone
    after_days: DaysOrNone = 0


class ImprovementRule(Frozen):
    """Achieved when the change from baseline to follow-up reaches a threshold (P14)."""

    kind: Literal["improvement"]
    measure: Key
    unit: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=40)]
    direction: Literal["up", "down"]
    baseline: BaselineWindow
    anchor: Anchor = "enrolled"
    checkpoints: Steps
    tolerance_days: DaysOrNone
    threshold: Threshold

    @model_validator(mode="after")
    def _check_steps(self) -> "ImprovementRule":
        _check_checkpoints(self.checkpoints)
        return self

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The checkpoints in their order."""
        return tuple(step.name for step in self.checkpoints)
