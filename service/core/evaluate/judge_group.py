"""Judges one metric of a group: its rule's one interpreter, and the last day on which outcomes count."""

from datetime import date
from typing import assert_never

from msgspec.structs import replace

from service.core.evaluate import cohort_mean, cohort_share, comparison, saving
from service.core.evaluate.cohorts import Crowd
from service.core.evaluate.finding import Placed, Verdict, Why, refused
from service.core.terms import Metric, Terms
from service.core.terms.rules import CohortMeanRule, CohortShareRule, ComparisonRule, GroupRule, SavingRule


def judge_group(metric: Metric, terms: Terms, crowd: Crowd, period_end: date) -> tuple[Placed, ...]:
    """A verdict for every step of a metric of a group, with how many participants it counts."""
    rule = metric.rule
    if not isinstance(rule, GroupRule):
        raise TypeError("only a rule over a group is judged for a group")
    placed = _find(rule, metric, terms, crowd, period_end)
    return tuple(replace(one, verdict=_bounded(one.verdict, terms, period_end)) for one in placed)


def _find(rule: GroupRule, metric: Metric, terms: Terms, crowd: Crowd, period_end: date) -> tuple[Placed, ...]:
    match rule:
        case CohortShareRule():
            return cohort_share.find(rule, metric, terms, crowd, period_end)
        case CohortMeanRule():
            return cohort_mean.find(rule, metric, terms, crowd, period_end)
        case ComparisonRule():
            return comparison.find(rule, metric, crowd)
        case SavingRule():
            return saving.find(rule, metric, terms, crowd)
        case _:
            assert_never(rule)


def _bounded(verdict: Verdict, terms: Terms, period_end: date) -> Verdict:
    last = terms.outcomes_until
    if verdict.state == "refused" or not (verdict.on > last if verdict.on else last < period_end):
        return verdict
    told = f"outcomes count until {last}; {verdict.sentence}"
    return refused(verdict.step, Why.AFTER_LAST_DAY, told, verdict.facts, verdict.on)
