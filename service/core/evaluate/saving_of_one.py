"""`saving` by a participant's own measurements: baseline cost less actual cost, in the contract's currency (A10)."""

from datetime import date

from service.core.evaluate.finding import Verdict, Why, achieved, refused
from service.core.evaluate.readings import Change, Sought, change_at, series_of, unread
from service.core.evaluate.timeline import Anchored, Episode, Timeline
from service.core.evaluate.windows import no_anchor
from service.core.terms.rules import SavingRule
from service.core.units import to_four_decimals


def find(
    rule: SavingRule, timeline: Timeline, episode: Episode, period_end: date, currency: str
) -> tuple[Verdict, ...]:
    """A verdict for every checkpoint; the quantity is the saving in major units of the currency, negative for a loss
    where losses count. A cost reported in another currency is no measurement of this one, and the sentence says so."""
    if rule.baseline is None:
        raise ValueError("a saving by aggregates is not judged participant by participant")
    sought = Sought(rule.measure, currency, rule.baseline, rule.anchor, rule.tolerance_days)
    series = series_of(sought, timeline, episode)
    if isinstance(series, Anchored):
        return tuple(no_anchor(step, series) for step in rule.step_ids)
    series = series._replace(unread=unread(rule.measure, currency, timeline))
    changes = [(step.name, change_at(step, series, period_end)) for step in rule.checkpoints]
    return tuple(
        change if isinstance(change, Verdict) else _compare(step, rule, change, currency) for step, change in changes
    )


def _compare(step: str, rule: SavingRule, found: Change, currency: str) -> Verdict:
    baseline, actual, facts = found
    saved = baseline.value - actual.value
    told = f"{rule.measure} {baseline.told} on {baseline.on}, {actual.told} on {actual.on}"
    told += f"; saved {to_four_decimals(saved)} {currency}"
    if saved > 0 or (saved < 0 and rule.counts_losses):
        return achieved(step, actual.on, told, facts, quantity=saved)
    return refused(step, Why.BELOW_THRESHOLD, told, facts, actual.on)
