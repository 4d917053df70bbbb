"""The terms in plain English, clause by clause, so that a lawyer can check them against the paper."""

from service.core.terms.contract import Terms
from service.core.terms.describe.head import (
    cohorts_clause,
    contract_clause,
    illustrative_clause,
    indexation_clause,
    plan_clauses,
)
from service.core.terms.describe.metrics import metric_clause
from service.core.terms.describe.money_flow import (
    bookkeeping_clause,
    capital_clause,
    limits_clause,
    parties_clause,
    shares_clause,
)
from service.core.terms.describe.told import Clause, Told

__all__ = ["Clause", "Told", "describe"]


def describe(terms: Terms) -> tuple[Clause, ...]:
    """Every field of the terms in some sentence; a clause without sentences is left out."""
    clauses = (
        contract_clause(terms),
        parties_clause(terms),
        *(metric_clause(terms, metric) for metric in terms.metrics),
        indexation_clause(terms),
        cohorts_clause(terms),
        limits_clause(terms),
        shares_clause(terms),
        capital_clause(terms),
        *plan_clauses(terms),
        bookkeeping_clause(terms),
        illustrative_clause(terms),
    )
    return tuple(clause for clause in clauses if clause.told)
