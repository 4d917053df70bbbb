"""One line of the rate card in plain English: rule, conditions, price, limits."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from service.core.terms.contract import Metric, PriceBasis, Requirement, Terms
from service.core.terms.counting_rules import TimeInStatusRule
from service.core.terms.describe.prices import price_told
from service.core.terms.describe.rules import rule_told
from service.core.terms.describe.told import Clause, Told, all_of, either, money, number, plural, where
from service.core.terms.limits import Limit


def metric_clause(terms: Terms, metric: Metric) -> Clause:
    """Everything the contract says about one metric."""
    heading = f"{metric.id}: {metric.title} ({metric.clause})"
    told = (
        *rule_told(metric.rule, terms.participant, terms.currency),
        *_conditions(terms, metric),
        *price_told(metric, terms.currency),
        *_terms_of_price(metric),
        *limits_told(
            {f"each {terms.participant}": metric.limits.participant, "the metric": metric.limits.metric}, terms.currency
        ),
        *_retention(metric),
    )
    return Clause(f"metric {metric.id}", heading, (*told,))


def _conditions(terms: Terms, metric: Metric) -> Iterator[Told]:
    if metric.eligible:
        yield Told("for whom", f"It is for those only of whom {where(metric.eligible.items())}.")
    if metric.accepts_evidence is not None:
        yield Told("evidence", f"Only these kinds of evidence count: {either(metric.accepts_evidence)}.")
    for requirement in metric.requires:
        yield _requirement(terms, requirement)
    if metric.excludes:
        yield Told("exclusions", f"Nothing is paid to whoever has achieved {either(metric.excludes)}.")
    if metric.each:
        yield Told("enrolments", f"Every enrolment of a {terms.participant} is judged, not the first alone.")
    if metric.after_withdrawal:
        yield Told("withdrawal", "It can be achieved after a withdrawal too.")


def _requirement(terms: Terms, requirement: Requirement) -> Told:
    name = requirement.metric
    required = terms.metric(name)
    if required is not None and isinstance(required.rule, TimeInStatusRule):
        part = f"a period of {name}"
    else:
        part = f'step "{requirement.step}" of {name}' if requirement.step is not None else f"every step of {name}"
    stated = " and stood on an issued statement" if requirement.already == "stated" else ""
    gap = f", {requirement.gap.label} before at least" if requirement.gap is not None else ""
    told = f"The same {terms.participant} must have achieved {part}{stated}{gap}."
    return Told(f"condition: {part}", told)


def _terms_of_price(metric: Metric) -> Iterator[Told]:
    if not metric.indexed:
        yield Told("indexation", "Its prices are not indexed.")
    if metric.payers is not None:
        shares = all_of(f"{share.party} {number(share.weight)}" for share in metric.payers)
        yield Told("payers", f"It is owed by these parties, in proportion to these weights: {shares}.")
    if metric.price_basis is not None:
        yield Told("price basis", f"Of several versions the one in force {price_basis(metric.price_basis)} counts.")
    if metric.counts_earlier is not None:
        yield Told("earlier achievements", "What was complete before this version began is paid on its first day.")


def _retention(metric: Metric) -> Iterator[Told]:
    if metric.retention_months is not None:
        months = plural(metric.retention_months, "month")
        yield Told("retention", f"The facts it reads are needed until {months} after the last day for evidence.")


def price_basis(basis: PriceBasis) -> str:
    """Which date decides the version, as the end of a sentence."""
    match basis:
        case "achieved_on":
            return "on the day of the achievement"
        case "enrolled_on":
            return "on the day of enrolment"
        case _:
            assert_never(basis)


def limits_told(scopes: Mapping[str, Limit | None], currency: str) -> Iterator[Told]:
    """The limits by what they are for."""
    for scope, limit in scopes.items():
        if limit is not None:
            yield Told(f"limit for {scope}", f"At most {limit_told(limit, currency)} for {scope}.")


def limit_told(limit: Limit, currency: str) -> str:
    """The most, as an amount, a count or units."""
    if limit.amount is not None:
        return f"{money(limit.amount, currency)} is paid"
    if limit.count is not None:
        return f"{plural(limit.count, 'achievement')} {'is' if limit.count == 1 else 'are'} paid"
    return f"{number(limit.units) if limit.units is not None else '0'} units are paid"
