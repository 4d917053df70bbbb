"""What the evaluation says: a verdict of one rule step, and the finding that stands in a statement's detail."""

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple

from service.core.events import FactRef

State = Literal["achieved", "refused", "pending"]
_ONE = Fraction(1)


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
    NOT_ELIGIBLE = "not-eligible"
    NO_MILESTONE = "no-milestone"
    NO_MEASUREMENT = "no-measurement"
    NO_BASELINE = "no-baseline"
    NO_START_IN_TIME = "no-start-in-time"
    ANCHOR_IMPOSSIBLE = "anchor-impossible"
    STATUS_NOT_QUALIFYING = "status-not-qualifying"
    OCCURRED = "occurred"
    BELOW_THRESHOLD = "below-threshold"
    WITHDREW = "withdrew"
    BEFORE_ENROLMENT = "before-enrolment"
    AFTER_LAST_DAY = "after-last-day"
    BEFORE_VERSION = "before-version"
    NOT_IN_VERSION = "not-in-version"


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
    Why.NOT_ELIGIBLE: "the participant is outside the group the metric is for",
    Why.NO_MILESTONE: "the milestone was not reached in its window",
    Why.NO_MEASUREMENT: "no follow-up measurement in its window",
    Why.NO_BASELINE: "no usable baseline measurement",
    Why.NO_START_IN_TIME: "no spell began in time",
    Why.ANCHOR_IMPOSSIBLE: "the event that opens the window cannot happen any more",
    Why.STATUS_NOT_QUALIFYING: "the status at the checkpoint does not qualify",
    Why.OCCURRED: "something happened in the window",
    Why.BELOW_THRESHOLD: "the change is below the threshold",
    Why.WITHDREW: "the participant withdrew before",
    Why.BEFORE_ENROLMENT: "it lies before the enrolment",
    Why.AFTER_LAST_DAY: "after the last day on which outcomes count",
    Why.BEFORE_VERSION: "complete before the terms version that pays it began",
    Why.NOT_IN_VERSION: "the terms version in force does not hold this metric",
}


class Verdict(NamedTuple):
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


class Placed(NamedTuple):
    """A verdict and the start of the episode it was judged in, None without any."""

    verdict: Verdict
    enrolled_on: date | None


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

    @property
    def achieved_on(self) -> date:
        """The date that decides period and version; only an achieved finding has one."""
        if self.state != "achieved" or self.on is None:
            raise ValueError("only an achieved finding has a date of achievement")
        return self.on


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
