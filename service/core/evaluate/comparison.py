"""`comparison`: how far a group's figure lies from another's, as an evaluator delivers both (P24-P26)."""

from fractions import Fraction

from service.core.evaluate.cohorts import Crowd
from service.core.evaluate.figures import Pair, Wanted, pair_of, size_of
from service.core.evaluate.finding import Placed, Verdict, Why, achieved, pending, refused
from service.core.terms import Metric
from service.core.terms.group_rules import ComparisonRule
from service.core.units import exact, to_four_decimals


def find(rule: ComparisonRule, metric: Metric, crowd: Crowd) -> tuple[Placed, ...]:
    """A verdict for every follow-up, dated as the group's own figure; the quantity is the difference, for the better
    positive, times the group's n where it counts per participant."""
    placed = []
    for step in rule.step_ids:
        wanted = Wanted(rule.measure, rule.unit, step if rule.follow_ups else None)
        pair = pair_of(step, wanted, (rule.group, rule.against), metric, crowd.aggregates)
        verdict = pair if isinstance(pair, Verdict) else _compare(step, rule, pair)
        size = size_of(wanted, rule.group, metric, crowd.aggregates)
        placed.append(Placed(verdict, None, crowd.size if size is None else size))
    return tuple(placed)


def _compare(step: str, rule: ComparisonRule, pair: Pair) -> Verdict:
    more = pair.group.value - pair.against.value
    better = more if rule.direction == "up" else -more
    told = f"{pair.told}; difference {to_four_decimals(better)} {rule.unit} for the {_side(better)}"
    on, n = pair.group.fact.on, pair.group.fact.n
    if rule.floor is not None:
        told += f", at least {to_four_decimals(exact(rule.floor))} wanted"
    if not _pays(rule, better):
        return refused(step, Why.BELOW_THRESHOLD, told, pair.facts, on)
    if rule.per == "group":
        return achieved(step, on, told, pair.facts, better)
    if n is None:
        lacking = f"{told}; it counts per participant, and the figure of {rule.group} tells no n"
        return pending(step, Why.AWAITS_AGGREGATE, lacking, pair.facts, on)
    told += f"; times {n} participants: {to_four_decimals(better * n)} {rule.unit}"
    return achieved(step, on, told, pair.facts, better * n)


def _pays(rule: ComparisonRule, better: Fraction) -> bool:
    """Inclusive of the floor; a difference the wrong way counts alike where the rule counts losses."""
    size = abs(better) if rule.counts_losses else better
    return size > 0 and (rule.floor is None or size >= exact(rule.floor))


def _side(better: Fraction) -> str:
    return "better" if better >= 0 else "worse"
