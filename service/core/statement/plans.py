"""Planned against actual: what a contract's plan expects of a metric in a period, and what was achieved in it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from service.core import money
from service.core.canonical import Document
from service.core.evaluate import Finding
from service.core.period import Period
from service.core.terms import Terms, TermsTimeline
from service.core.terms.settling import Plan


class Planned(NamedTuple):
    """A metric in a period: the outcomes and amount planned (minor units; None: not said), and those achieved."""

    metric: str
    period: str
    outcomes: int
    amount_minor: int | None
    achieved: int


def plan_in_force(terms: Terms, day: date) -> Plan | None:
    """The plan that began last by that date; an earlier one has ended with it, and plans are never added up."""
    begun = [plan for plan in terms.plans if plan.start <= day]
    return max(begun, key=lambda plan: plan.start, default=None)


def planned_against_actual(terms: TermsTimeline, findings: Iterable[Finding], day: date) -> tuple[Planned, ...]:
    """Every metric and period of the plan in force on the date, in the plan's order; empty where there is no plan."""
    in_force = terms.in_force(day)
    plan = plan_in_force(in_force, day)
    if plan is None:
        return ()
    achieved = Counter(
        (finding.metric, terms.period_of(finding.achieved_on).label)
        for finding in findings
        if finding.state == "achieved"
    )
    return tuple(
        Planned(
            expected.metric,
            expected.period,
            expected.outcomes,
            None if expected.amount is None else money.to_minor(expected.amount, in_force.currency),
            achieved[expected.metric, expected.period],
        )
        for expected in plan.expected
    )


def plan_document(
    terms: TermsTimeline, findings: Sequence[Finding], period: Period, untold: Iterable[str]
) -> Document | None:
    """The plan for the period being stated, as its statement shows it; None where the plan says nothing of it.

    What was achieved stays untold where a few achieved it, and for a metric that is `untold` on any statement of this
    issue: a recipient without lines of its own would read what the others are not shown. Periods stated before are left
    out: a count that changes from one statement to the next would tell of the few who came late. Where small groups
    wait, that nobody achieved it stays untold too: else it would tell that some do.
    """
    plan = plan_in_force(terms.in_force(period.last_day), period.last_day)
    rows = [row for row in planned_against_actual(terms, findings, period.last_day) if row.period == period.label]
    if plan is None or not rows:
        return None
    in_force = terms.in_force(period.last_day)
    people = _people(findings, period)
    few = {metric for metric, number in people.items() if number < in_force.smallest_group}
    nobodys = {row.metric for row in rows if row.metric not in people and in_force.small_groups == "carry"}
    hidden, currency = {*untold, *few, *nobodys}, terms.latest.currency
    return {
        "from": str(plan.start),
        "reason": plan.reason,
        "metrics": [_row_document(row, row.metric in hidden, currency) for row in rows],
    }


def _people(findings: Iterable[Finding], period: Period) -> dict[str, int]:
    """By metric, how many distinct participants achieved it in the period; a group stands for as many as it has."""
    people: dict[str, dict[str, int]] = {}
    for finding in findings:
        if finding.state == "achieved" and finding.achieved_on in period:
            known = people.setdefault(finding.metric, {})
            known[finding.participant] = max(finding.people, known.get(finding.participant, 0))
    return {metric: sum(known.values()) for metric, known in people.items()}


def _row_document(row: Planned, is_hidden: bool, currency: str) -> Document:
    document: Document = {
        "metric": row.metric,
        "planned": row.outcomes,
        "achieved": None if is_hidden else row.achieved,
    }
    if row.amount_minor is not None:
        document["planned_amount"] = money.to_text(row.amount_minor, currency)
    return document
