"""`saving` by figures for a group: baseline cost less actual cost, in the contract's currency (A10)."""

from service.core.evaluate.cohorts import Crowd
from service.core.evaluate.figures import Pair, Wanted, pair_of, size_of
from service.core.evaluate.finding import Placed, Verdict, Why, achieved, refused
from service.core.terms import Metric, Terms
from service.core.terms.group_rules import SavingRule
from service.core.units import to_four_decimals


def find(rule: SavingRule, metric: Metric, terms: Terms, crowd: Crowd) -> tuple[Placed, ...]:
    """A verdict for every follow-up, dated as the actual figure; the quantity is the saving in major units of the
    currency, negative for a loss where losses count."""
    placed = []
    for step in rule.step_ids:
        wanted = Wanted(rule.measure, terms.currency, step if rule.follow_ups else None)
        pair = pair_of(step, wanted, (rule.group, rule.against), metric, crowd.aggregates)
        verdict = pair if isinstance(pair, Verdict) else _compare(step, rule, pair, terms.currency)
        size = size_of(wanted, rule.group, metric, crowd.aggregates)
        placed.append(Placed(verdict, None, crowd.size if size is None else size))
    return tuple(placed)


def _compare(step: str, rule: SavingRule, pair: Pair, currency: str) -> Verdict:
    saved = pair.against.value - pair.group.value
    told = f"{pair.told}; saved {to_four_decimals(saved)} {currency}"
    if saved > 0 or (saved < 0 and rule.counts_losses):
        return achieved(step, pair.group.fact.on, told, pair.facts, saved)
    return refused(step, Why.BELOW_THRESHOLD, told, pair.facts, pair.group.fact.on)
