"""Rules over other rules, and over groups: composites, cohorts, comparisons, savings; vocabulary only."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from service.core.faults import Refused
from service.core.terms.counting_rules import EventReductionRule, ThresholdSumRule
from service.core.terms.individual_rules import (
    AbsenceRule,
    BaselineWindow,
    ImprovementRule,
    MilestoneRule,
    StatusAtRule,
    SustainedStatusRule,
    Threshold,
)
from service.core.terms.words import (
    Anchor,
    Count,
    Day,
    DaysOrNone,
    Factor,
    Flag,
    Frozen,
    Key,
    Months,
    OutOf,
    Share,
    Step,
    StepId,
    Word,
)

MemberRule = Annotated[
    MilestoneRule
    | SustainedStatusRule
    | StatusAtRule
    | AbsenceRule
    | ImprovementRule
    | EventReductionRule
    | ThresholdSumRule,
    Field(discriminator="kind"),
]
Unit = Annotated[str, Field(pattern=r"^[!-~]+$", max_length=40)]


class Member(Frozen):
    """A rule inside a rule. It is achieved when the named step is, or without a name when all its steps are."""

    id: StepId
    rule: MemberRule
    step: StepId | None = None

    @model_validator(mode="after")
    def _check_step(self) -> "Member":
        if self.step is not None and self.step not in self.rule.step_ids:
            raise Refused("unknown-step", f"must be one of the member's steps: {', '.join(self.rule.step_ids)}")
        return self


class CompositeRule(Frozen):
    """All, any, or at least so many of other rules; or the best of exclusive alternatives (P15, P17), one level deep.

    `best` takes the first member in the list that is achieved; a graded tariff prices it by the member's id.
    """

    kind: Literal["composite"]
    need: Literal["all", "any", "at_least", "best"]
    count: Count | None = Field(None, description="how many, beside at_least")
    members: Annotated[tuple[Member, ...], Field(min_length=2, max_length=20)]

    @model_validator(mode="after")
    def _check_members(self) -> "CompositeRule":
        if len({member.id for member in self.members}) != len(self.members):
            raise Refused("repeated", "two members have the same id; give each an id of its own")
        if (self.need == "at_least") != (self.count is not None):
            raise Refused("exactly-one", 'count stands beside need = "at_least", and only there')
        if self.count is not None and self.count > len(self.members):
            raise Refused("never-achieved", "count is larger than the number of members, so it can never be achieved")
        return self

    @property
    def step_ids(self) -> tuple[str, ...]:
        """One step: "reached"."""
        return ("reached",)


class Evaluated(Frozen):
    """When a cohort is judged: on a date, or so many months after its last enrolment; exactly one of them."""

    on: Day | None = None
    months: Months | None = Field(None, description="after the cohort's last enrolment")

    @model_validator(mode="after")
    def _exactly_one(self) -> "Evaluated":
        if (self.on is None) == (self.months is None):
            raise Refused("exactly-one", "needs exactly one of on, months")
        return self


class Level(Frozen):
    """What part of a cohort has to achieve: a share, a fraction as "50/162", or a count; inclusive."""

    share: Share | None = None
    fraction: OutOf | None = None
    count: Count | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Level":
        if sum(part is not None for part in (self.share, self.fraction, self.count)) != 1:
            raise Refused("exactly-one", "needs exactly one of share, fraction, count")
        return self


Cohorts = Annotated[tuple[Word, ...], Field(min_length=1, max_length=60)]


class CohortShareRule(Frozen):
    """Achieved when the share of a cohort that achieved a member rule reaches a level (P22)."""

    kind: Literal["cohort_share"]
    cohorts: Cohorts | None = Field(None, description="ids declared under cohorts, a step each; absent: everybody")
    member: Member
    of: Literal["enrolled", "completed", "measured"]
    at_least: Level
    least_group: Count = 1
    evaluated: Evaluated

    @property
    def step_ids(self) -> tuple[str, ...]:
        """One step a cohort, or "everybody"."""
        return self.cohorts or ("everybody",)


class CohortMeanRule(Frozen):
    """The mean change of a cohort from baseline to follow-up (P23); its quantity is the mean change.

    A threshold `relative` compares the mean change with the mean baseline; without a threshold any change in the
    wanted direction counts. `missing` says what a participant without a follow-up counts as.
    """

    kind: Literal["cohort_mean"]
    cohorts: Cohorts | None = Field(None, description="ids declared under cohorts, a step each; absent: everybody")
    measure: Key
    unit: Unit
    direction: Literal["up", "down"]
    baseline: BaselineWindow
    anchor: Anchor = "enrolled"
    checkpoint: Step
    tolerance_days: DaysOrNone
    threshold: Threshold | None = None
    of: Literal["enrolled", "completed"] = "enrolled"
    missing: Literal["left-out", "no-change"] = "left-out"
    least_group: Count = 1
    evaluated: Evaluated

    @property
    def step_ids(self) -> tuple[str, ...]:
        """One step a cohort, or "everybody"."""
        return self.cohorts or ("everybody",)


FollowUps = Annotated[tuple[StepId, ...], Field(min_length=1, max_length=60)]


class ComparisonRule(Frozen):
    """The difference between a group's aggregate and another's, as an evaluator delivers them (P24-P26)."""

    kind: Literal["comparison"]
    measure: Key = Field(description="the name of the aggregates")
    unit: Unit
    group: Key = "participants"
    against: Key = "comparison"
    direction: Literal["up", "down"] = Field(description="which way is better for the group")
    per: Literal["group", "participant"] = "group"
    floor: Factor | None = Field(None, description="the least difference that pays, inclusive")
    counts_losses: Flag = Field(False, description="a difference the wrong way has a negative quantity")
    follow_ups: FollowUps | None = Field(None, description="a step each; aggregates name theirs; absent: one step")

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The follow-ups in their order, or "reached"."""
        return self.follow_ups or ("reached",)


class SavingRule(Frozen):
    """Baseline cost less actual cost, from aggregates or from a participant's own measurements (A10).

    With `baseline` and `checkpoints` it reads measurements of each participant, else aggregates of the two groups.
    """

    kind: Literal["saving"]
    measure: Key
    group: Key = "actual"
    against: Key = "baseline"
    counts_losses: Flag = Field(False, description="a higher cost has a negative quantity")
    follow_ups: FollowUps | None = None
    baseline: BaselineWindow | None = None
    anchor: Anchor = "enrolled"
    checkpoints: tuple[Step, ...] = ()
    tolerance_days: DaysOrNone = 0

    @model_validator(mode="after")
    def _one_source(self) -> "SavingRule":
        if (self.baseline is None) != (not self.checkpoints):
            raise Refused("required", "baseline and checkpoints stand together: a saving by measurements needs both")
        if self.baseline is not None and self.follow_ups is not None:
            raise Refused("exactly-one", "follow_ups belong to aggregates, checkpoints to measurements; keep one")
        if len({step.name for step in self.checkpoints}) != len(self.checkpoints):
            raise Refused("repeated", "two steps have the same id; give each an id of its own")
        return self

    @property
    def is_individual(self) -> bool:
        """Whether each participant's own measurements are read."""
        return self.baseline is not None

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The checkpoints or follow-ups in their order, or "reached"."""
        return tuple(step.name for step in self.checkpoints) or self.follow_ups or ("reached",)
