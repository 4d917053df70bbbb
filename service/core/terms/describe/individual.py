"""Rules on what one participant reached or did, in plain English."""

from collections.abc import Iterator

from service.core.terms.counting_rules import EventReductionRule, ThresholdSumRule, TimeInStatusRule
from service.core.terms.describe.told import (
    Told,
    anchor,
    baseline,
    either,
    number,
    percent,
    plural,
    ranges,
    step,
    threshold,
    within,
)
from service.core.terms.individual_rules import (
    AbsenceRule,
    ImprovementRule,
    MilestoneRule,
    StatusAtRule,
    SustainedStatusRule,
    Windows,
)
from service.core.terms.words import Anchor


def milestone(rule: MilestoneRule, who: str) -> Iterator[Told]:
    """A milestone: what, when, how often."""
    when = f", {within(rule.within, rule.within.anchor)}" if rule.within is not None else ""
    yield Told("rule", f"Achieved when a {who} reaches the milestone {rule.milestone}{when}.")
    if rule.repeats is None:
        yield Told("how often", f"It counts once a {who}.")
    else:
        gap = rule.repeats.least_gap_days
        apart = f", {plural(gap, 'day')} apart at least" if gap else ""
        yield Told("how often", f"It counts up to {plural(rule.repeats.at_most, 'time')} a {who}{apart}.")


def sustained_status(rule: SustainedStatusRule, who: str) -> Iterator[Told]:
    """A status that lasts: its steps, and what breaks it."""
    values = either(rule.qualifying)
    yield Told("rule", f"Achieved when the {rule.domain} status of a {who} stays {values} for as long as a step asks.")
    for one in rule.steps:
        inside = f", within {one.within.label}" if one.within is not None else ""
        yield Told(f'step "{one.name}"', f"Step {step(one)}: complete on the day {one.label} after the start{inside}.")
    yield Told("on a break", _on_break(rule))
    if rule.latest_start is not None:
        yield Told("latest start", f"The spell has to start {within(rule.latest_start, 'enrolled')}.")
    if rule.days_not_counted:
        yield Told("days not counted", f"These days are not counted: {ranges(rule.days_not_counted)}.")
    if rule.tolerated_breaches is not None:
        breaches = rule.tolerated_breaches
        most = f"{plural(breaches.count, 'longer break')} of at most {plural(breaches.days, 'day')}"
        yield Told("tolerated breaches", f"Up to {most} do not end the spell.")
    yield Told("confirmation", _confirmation(rule))
    yield from _good_exits(rule.good_exits, "counts as complete on that day")


def _on_break(rule: SustainedStatusRule) -> str:
    gap = f"longer than {plural(rule.allowed_gap_days, 'day')}" if rule.allowed_gap_days else "of any length"
    if rule.on_break == "restart":
        return f"After a break {gap} the time starts again from nothing."
    return f"A break {gap} is not counted, and the time before and after it is added up."


def _confirmation(rule: SustainedStatusRule) -> str:
    if rule.confirmation == "reported":
        return f"A step needs the {rule.domain} status reported on or after the day it is complete."
    return f"The last {rule.domain} status reported is taken to last until another is reported."


def _good_exits(values: tuple[str, ...], then: str) -> Iterator[Told]:
    if values:
        yield Told("good exits", f"A spell that ends with the status {either(values)} {then}.")


def status_at(rule: StatusAtRule, who: str) -> Iterator[Told]:
    """A status in force at a checkpoint."""
    values = either(rule.qualifying)
    yield Told("rule", f"Achieved when the {rule.domain} status of a {who} is {values} at a checkpoint.")
    for one in rule.checkpoints:
        yield Told(f'step "{one.name}"', f"Checkpoint {step(one)}: {one.label} after {anchor(rule.anchor)}.")
    days = plural(rule.tolerance_days, "day")
    yield Told("tolerance", f"The {rule.domain} status has to be known within {days} of the checkpoint, or later.")


def absence(rule: AbsenceRule, who: str) -> Iterator[Told]:
    """Nothing of some kinds in a window."""
    yield Told("rule", f"Achieved when a {who} has no {either(rule.kinds)} {_in_windows(rule.windows, rule.anchor)}.")
    yield Told("coverage", "Somebody must have checked the source of each through the last day of the window.")


def _in_windows(windows: Windows, start: Anchor) -> str:
    if windows.count == 1:
        return f"in the {windows.label} from {anchor(start)}"
    each = f"there are {windows.count}, one after the other from {anchor(start)}, each judged alone"
    return f"in a window of {windows.label}; {each}"


def improvement(rule: ImprovementRule, who: str) -> Iterator[Told]:
    """A measurement that changes enough."""
    change = threshold(rule.threshold, rule.unit, rule.direction)
    yield Told("rule", f"Achieved when the {rule.measure} of a {who}, in {rule.unit}, {change}.")
    yield Told("baseline", f"The baseline is the latest measurement {baseline(rule.baseline)}.")
    for one in rule.checkpoints:
        days = plural(rule.tolerance_days, "day")
        told = f"the measurement nearest to {one.label} after {anchor(rule.anchor)}, at most {days} away"
        yield Told(f'step "{one.name}"', f"Follow-up {step(one)}: {told}.")


def time_in_status(rule: TimeInStatusRule, who: str) -> Iterator[Told]:
    """Time spent in a status, unit by unit."""
    values = either(rule.qualifying)
    told = f"Counts the {rule.unit} in each period in which the {rule.domain} status of a {who} is {values}"
    yield Told("rule", f"{told}, up to the last status known.")
    if rule.at_most is not None:
        yield Told("at most", f"At most {rule.at_most:,} {rule.unit} count a {who}, over all periods.")
    if rule.least_spell is not None:
        yield Told("least spell", f"A spell counts, from its start, once it has lasted {rule.least_spell.label}.")
    yield from _good_exits(rule.good_exits, "counts however short it was")


def event_reduction(rule: EventReductionRule, who: str) -> Iterator[Told]:
    """Fewer occurrences than in the time before."""
    kinds, windows = either(rule.kinds), _in_windows(rule.windows, rule.anchor)
    told = f"Achieved when a {who} has at most {percent(rule.at_most_share)} of the number of {kinds} in the baseline"
    yield Told("rule", f"{told} {windows}.")
    before = f"the {rule.baseline.label} before {anchor(rule.baseline.anchor)}"
    yield Told("baseline", f"The baseline is {before}; with no {kinds} in it nothing is achieved.")
    yield Told("coverage", "Somebody must have checked the source of each through both windows.")


def threshold_sum(rule: ThresholdSumRule, who: str) -> Iterator[Told]:
    """A sum that reaches thresholds."""
    when = f", {within(rule.within, rule.within.anchor)}" if rule.within is not None else ""
    yield Told("rule", f"Achieved when the {rule.measure} of a {who}, added up{when}, reach a threshold.")
    for one in rule.thresholds:
        level = f"{number(one.at_least)} {rule.unit}"
        yield Told(f'step "{one.name}"', f"Threshold {one.name}: {level} or more.")


def listed(told: Iterator[Told]) -> str:
    """All sentences of a rule in a row, for a rule inside a rule."""
    return " ".join(entry.sentence for entry in told)
