"""What the evaluation says: a verdict of one rule step, and the finding that stands in a statement's detail."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

from msgspec import Struct

from service.core.events import FactRef

State = Literal["achieved", "refused", "pending"]
_ONE = Fraction(1)
NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class Why(StrEnum):
    """Why a finding is not achieved: a closed list, fit for a statement that names no participant."""

    AWAITS_ENROLMENT = "awaits-enrolment"
    AWAITS_ANCHOR = "awaits-anchor"
    AWAITS_ATTRIBUTE = "awaits-attribute"
    AWAITS_MILESTONE = "awaits-milestone"
    AWAITS_STATUS = "awaits-status"
    AWAITS_DURATION = "awaits-duration"
    AWAITS_CONFIRMATION = "awaits-confirmation"
    AWAITS_WINDOW = "awaits-window"
    AWAITS_COVERAGE = "awaits-coverage"
    AWAITS_MEASUREMENT = "awaits-measurement"
    AWAITS_EVIDENCE = "awaits-evidence"
    AWAITS_REQUIRED = "awaits-required"
    AWAITS_EVALUATION = "awaits-evaluation"
    AWAITS_MEMBERS = "awaits-members"
    AWAITS_AGGREGATE = "awaits-aggregate"
    AWAITS_PARTS = "awaits-parts"
    NOT_ELIGIBLE = "not-eligible"
    NO_MILESTONE = "no-milestone"
    NO_MEASUREMENT = "no-measurement"
    NO_BASELINE = "no-baseline"
    NO_START_IN_TIME = "no-start-in-time"
    ANCHOR_IMPOSSIBLE = "anchor-impossible"
    STATUS_NOT_QUALIFYING = "status-not-qualifying"
    OCCURRED = "occurred"
    BELOW_THRESHOLD = "below-threshold"
    NO_TIME = "no-time-in-status"
    ALL_COUNTED = "all-counted"
    NOTHING_TO_REDUCE = "nothing-to-reduce"
    TOO_FEW_PARTS = "too-few-parts"
    GROUP_TOO_SMALL = "group-too-small"
    REQUIRED_NOT_ACHIEVED = "required-not-achieved"
    EXCLUDED = "excluded"
    WITHDREW = "withdrew"
    BEFORE_ENROLMENT = "before-enrolment"
    AFTER_LAST_DAY = "after-last-day"
    BEFORE_VERSION = "before-version"
    NOT_IN_VERSION = "not-in-version"
    ERASED = "erased"


WHY_IN_WORDS: dict[Why, str] = {
    Why.AWAITS_ENROLMENT: "no enrolment is known",
    Why.AWAITS_ANCHOR: "the event that opens the window is not known",
    Why.AWAITS_ATTRIBUTE: "an attribute that decides eligibility is not declared",
    Why.AWAITS_MILESTONE: "the milestone is not reported",
    Why.AWAITS_STATUS: "no qualifying status is known",
    Why.AWAITS_DURATION: "the duration is not complete",
    Why.AWAITS_CONFIRMATION: "nothing confirms the status on or after the date that counts",
    Why.AWAITS_WINDOW: "the window has not ended",
    Why.AWAITS_COVERAGE: "nobody has reported that the source was checked to the window's end",
    Why.AWAITS_MEASUREMENT: "a measurement is not reported",
    Why.AWAITS_EVIDENCE: "what decides is reported with evidence that the contract does not accept",
    Why.AWAITS_REQUIRED: "another outcome that has to come first is not achieved or not stated yet",
    Why.AWAITS_EVALUATION: "the date on which the group is judged has not come",
    Why.AWAITS_MEMBERS: "members of the group whose outcome is not proved yet could make the difference",
    Why.AWAITS_AGGREGATE: "a usable figure for a group is not reported",
    Why.AWAITS_PARTS: "too few of the outcomes it is made of are decided",
    Why.NOT_ELIGIBLE: "the participant is outside the group the metric is for",
    Why.NO_MILESTONE: "the milestone was not reached in its window",
    Why.NO_MEASUREMENT: "no follow-up measurement in its window",
    Why.NO_BASELINE: "no usable baseline measurement",
    Why.NO_START_IN_TIME: "no spell began in time",
    Why.ANCHOR_IMPOSSIBLE: "the event that opens the window cannot happen any more",
    Why.STATUS_NOT_QUALIFYING: "the status at the checkpoint does not qualify",
    Why.OCCURRED: "something happened in the window",
    Why.BELOW_THRESHOLD: "the change is below the threshold",
    Why.NO_TIME: "no whole unit of time in the status lies in the period",
    Why.ALL_COUNTED: "all the time that the metric counts was counted before",
    Why.NOTHING_TO_REDUCE: "nothing happened in the baseline window, so there is nothing to reduce",
    Why.TOO_FEW_PARTS: "too many of the outcomes it is made of were not achieved",
    Why.GROUP_TOO_SMALL: "the group is too small to be judged",
    Why.REQUIRED_NOT_ACHIEVED: "another outcome that has to come first was not achieved",
    Why.EXCLUDED: "another metric that takes its place is achieved",
    Why.WITHDREW: "the participant withdrew before",
    Why.BEFORE_ENROLMENT: "it lies before the enrolment",
    Why.AFTER_LAST_DAY: "after the last day on which outcomes count",
    Why.BEFORE_VERSION: "complete before the terms version that pays it began",
    Why.NOT_IN_VERSION: "the terms version in force does not hold this metric",
    Why.ERASED: "the participant was erased before it was stated",
}


class Verdict(Struct, frozen=True, gc=False):
    """What a rule says of one step of one participant. `on` is the date achieved, or for a pending one the
    earliest date on which it could be."""

    step: str
    state: State
    sentence: str
    facts: tuple[FactRef, ...] = ()
    on: date | None = None
    why: Why | None = None
    quantity: Fraction = _ONE
    value: str | None = None


class Placed(Struct, frozen=True, gc=False):
    """A verdict and the start of the episode it was judged in, None without any; for a group how many it counted."""

    verdict: Verdict
    enrolled_on: date | None
    people: int = 1


class Finding(NamedTuple):
    """A verdict placed under the terms version that governs it. `order` is (metric, step) in that version."""

    metric: str
    step: str
    participant: str
    version: int
    order: tuple[int, int]
    state: State
    why: Why | None
    sentence: str
    facts: tuple[FactRef, ...]
    on: date | None
    quantity: Fraction
    value: str | None
    people: int = 1  # how many participants it stands for; a group's finding names no participant
    attributes: Mapping[str, str] = NO_ATTRIBUTES  # of the episode it was judged in
    enrolled_on: date | None = None  # when that episode began

    @property
    def achieved_on(self) -> date:
        """The date that decides period and version; only an achieved finding has one."""
        if self.state != "achieved" or self.on is None:
            raise ValueError("only an achieved finding has a date of achievement")
        return self.on


def refused_at_settlement(finding: Finding) -> Finding:
    """What is still pending at final settlement is refused, and says that it was this that refused it."""
    if finding.state != "pending":
        return finding
    return finding._replace(state="refused", why=None, sentence=f"{finding.sentence}; refused at final settlement")


def achieved(
    step: str,
    on: date,
    sentence: str,
    facts: tuple[FactRef, ...],
    quantity: Fraction = _ONE,
    value: str | None = None,
) -> Verdict:
    """The step was reached on that date."""
    return Verdict(step, "achieved", sentence, facts, on, None, quantity, value)


def pending(
    step: str,
    why: Why,
    sentence: str,
    facts: tuple[FactRef, ...] = (),
    on: date | None = None,
    value: str | None = None,
) -> Verdict:
    """What is known cannot decide; `on` is the earliest date on which it could be reached."""
    return Verdict(step, "pending", sentence, facts, on, why, _ONE, value)


def refused(step: str, why: Why, sentence: str, facts: tuple[FactRef, ...] = (), on: date | None = None) -> Verdict:
    """What is known says no; a later fact can still change it."""
    return Verdict(step, "refused", sentence, facts, on, why)
