"""The frame of a contract in plain English: dates, periods, groups, plans, and what no document tells."""

from collections.abc import Iterator
from typing import assert_never

from service.core.money import Rounding
from service.core.terms.contract import Cohort, Terms
from service.core.terms.describe.metrics import price_basis
from service.core.terms.describe.told import Clause, Told, either, money, number, percent, plural, where


def contract_clause(terms: Terms) -> Clause:
    """What the contract is, and when it runs."""
    return Clause("contract", f"{terms.contract}: {terms.title}", tuple(_contract(terms)))


def _contract(terms: Terms) -> Iterator[Told]:
    yield Told("title", f"The contract is called {terms.title}.")
    yield Told("version", f"This is version {terms.version}, in force from {terms.effective_from}: {terms.reason}.")
    yield Told("currency", f"Amounts are in {terms.currency}, dates in the time zone {terms.time_zone}.")
    yield Told("participant", f"The unit that can achieve outcomes is the {terms.participant}.")
    yield Told("periods", f"A statement is issued for every {terms.periods}{_first(terms)}.")
    last = f"Outcomes count until {terms.outcomes_until}, evidence of them until {terms.evidence_until}"
    yield Told("last days", f"{last}; then the contract is settled.")
    if terms.floor is not None:
        yield Told("floor", "What an investor owes back at final settlement is not collected.")
    basis = price_basis(terms.price_basis)
    yield Told("price basis", f"Where a metric says nothing else, of several versions the one in force {basis} counts.")
    yield Told("rounding", f"An amount is rounded once, to the minor unit, {_rounding(terms.rounding)}.")
    yield Told("small groups", _small_groups(terms))
    yield Told("approval", _approval(terms))
    yield Told("payment", f"A statement is to be paid within {plural(terms.payment_days, 'day')} of its issue.")
    yield Told("edition", f"Statements are calculated by edition {terms.edition}.")
    for name, values in terms.attributes.items():
        yield Told(f"attribute {name}", f"A {terms.participant} has the attribute {name}: {either(values)}.")
    if terms.source is not None:
        yield Told("source", f"The source is {terms.source}.")


def _first(terms: Terms) -> str:
    first = terms.first_statement_period
    return f", the first for {first}, which holds the outcomes of earlier periods too" if first is not None else ""


def _rounding(mode: Rounding) -> str:
    match mode:
        case "half-up":
            return "half a unit upwards"
        case "half-even":
            return "half a unit to the even neighbour"
        case "up":
            return "upwards"
        case "down":
            return "downwards"
        case _:
            assert_never(mode)


def _small_groups(terms: Terms) -> str:
    match terms.small_groups:
        case "merge":
            return f"A metric with a group of fewer than {terms.smallest_group} people is stated in total only."
        case "carry":
            return (
                f"A metric with a group of fewer than {terms.smallest_group} people is stated once every group of it "
                f"is large enough, at the latest at final settlement, and then in total only."
            )
        case _:
            assert_never(terms.small_groups)


def _approval(terms: Terms) -> str:
    match terms.approval:
        case "two-people":
            return "Whoever approves a statement is not the one who prepared it."
        case "one-person":
            return "One person may prepare and approve a statement, and every statement says so."
        case _:
            assert_never(terms.approval)


def indexation_clause(terms: Terms) -> Clause:
    """How prices change with the years."""
    told = [
        Told(f"from {entry.start}", f"Prices of outcomes achieved from {entry.start} on times {number(entry.factor)}.")
        for entry in terms.indexation
    ]
    return Clause("indexation", "Indexation", tuple(told))


def cohorts_clause(terms: Terms) -> Clause:
    """The groups that are counted together."""
    told = [Told(f"cohort {cohort.id}", _cohort(terms, cohort)) for cohort in terms.cohorts]
    return Clause("cohorts", "Groups that are counted together", tuple(told))


def _cohort(terms: Terms, cohort: Cohort) -> str:
    who = f"those of whom {where(cohort.where.items())}" if cohort.where else "everybody"
    planned = f"; {plural(cohort.planned, 'participant')} planned" if cohort.planned is not None else ""
    closes = f"; the last day of enrolment is {cohort.closes_on}" if cohort.closes_on is not None else ""
    return f"Cohort {cohort.id} is {who}{planned}{closes}."


def plan_clauses(terms: Terms) -> Iterator[Clause]:
    """Each plan, with what is expected of every metric and period."""
    for plan in terms.plans:
        told = [Told("reason", f"In force from {plan.start} until the next plan begins: {plan.reason}.")]
        if plan.effect is not None:
            told.append(Told("effect", f"Its figures count on {percent(plan.effect)} of full effect."))
        for entry in plan.expected:
            amount = f", {money(entry.amount, terms.currency)}" if entry.amount is not None else ""
            about = f"{entry.metric} in {entry.period}"
            told.append(Told(about, f"{about}: {plural(entry.outcomes, 'outcome')} expected{amount}."))
        yield Clause(f"plan from {plan.start}", f"Plan from {plan.start}", tuple(told))


def illustrative_clause(terms: Terms) -> Clause:
    """Which parts no document tells."""
    told = [Told(part, f"Illustrative, in no agreement: {part}.") for part in terms.illustrative]
    return Clause("illustrative", "What is illustrative", tuple(told))
