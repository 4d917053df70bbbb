"""Faults in bookkeeping: parties and metrics that are not there, one account told twice, a debt beside a metric."""

from collections.abc import Iterator

from service.core.errors import Fault
from service.core.terms.checks.parties import role_faults
from service.core.terms.checks.parts import Parts


def bookkeeping_faults(parts: Parts) -> Iterator[Fault]:
    """Every entry under which nothing could be booked, or that leaves open which account counts."""
    seen: set[tuple[str, str | None]] = set()
    for place, entry in parts.bookkeeping:
        here = f"/bookkeeping/{place}"
        yield from role_faults(parts, f"{here}/payer", entry.payer, ("outcome_payer", "guarantor"))
        if entry.metric is not None and parts.metric(entry.metric) is None and parts.holds_all("metrics"):
            yield Fault(f"{here}/metric", "unknown-metric", "must be the id of a metric of this contract")
        if entry.metric is not None and entry.debt_account is not None:
            told = "stands in the payer's entry without a metric: a statement is owed as a whole"
            yield Fault(f"{here}/debt_account", "not-allowed", told)
        if (entry.payer, entry.metric) in seen:
            yield Fault(here, "repeated", "this payer and metric stand twice; keep one entry")
        seen.add((entry.payer, entry.metric))
