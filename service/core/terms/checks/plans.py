"""Faults in plans: metrics that are not there, periods of another kind, one expectation told twice."""

from collections.abc import Iterator

from service.core.errors import Fault
from service.core.terms.checks.header import period_faults
from service.core.terms.checks.parts import Parts


def plan_faults(parts: Parts) -> Iterator[Fault]:
    """Every expectation that no outcome can be compared with."""
    for place, plan in parts.plans:
        seen: set[tuple[str, str]] = set()
        for turn, expected in enumerate(plan.expected):
            here = f"/plans/{place}/expected/{turn}"
            if parts.metric(expected.metric) is None and parts.holds_all("metrics"):
                yield Fault(f"{here}/metric", "unknown-metric", "must be the id of a metric of this contract")
            yield from period_faults(f"{here}/period", expected.period, parts)
            if (expected.metric, expected.period) in seen:
                yield Fault(here, "repeated", "this metric and period stand twice in the plan; keep one")
            seen.add((expected.metric, expected.period))
