"""Metrics of the rule kinds that count time, occurrences, amounts and other rules; and the facts they read."""

import copy
from typing import Any

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book
from tests.builders import a_contract, a_fact

ONE_PRICE: dict[str, Any] = {"kind": "flat", "price": "1000.00"}

TIME_HOUSED: dict[str, Any] = {
    "id": "time-housed",
    "title": "Days in an own home",
    "clause": "schedule 1, 6",
    "rule": {"kind": "time_in_status", "domain": "housing", "qualifying": ["own_tenancy"], "unit": "days"},
    "tariff": {"kind": "per_unit", "price": "15.12", "unit": "a day"},
}

FEWER_VISITS: dict[str, Any] = {
    "id": "fewer-visits",
    "title": "Fewer emergency visits than before",
    "clause": "schedule 1, 7",
    "rule": {
        "kind": "event_reduction",
        "kinds": ["emergency_visit"],
        "baseline": {"months": 6},
        "anchor": "enrolled",
        "windows": {"months": 6},
        "at_most_share": "0.4",
    },
    "tariff": ONE_PRICE,
}

EARNINGS: dict[str, Any] = {
    "id": "earnings",
    "title": "Earnings add up",
    "clause": "schedule 1, 8",
    "rule": {
        "kind": "threshold_sum",
        "measure": "earnings",
        "unit": "DKK",
        "thresholds": [{"at_least": "768"}, {"at_least": "1631"}],
    },
    "tariff": ONE_PRICE,
}

OWN_COST: dict[str, Any] = {
    "id": "own-cost",
    "title": "Services cost less than before",
    "clause": "schedule 1, 9",
    "rule": {
        "kind": "saving",
        "measure": "service_cost",
        "baseline": {"before_days": 30},
        "checkpoints": [{"months": 12}],
        "tolerance_days": 30,
    },
    "tariff": {"kind": "per_unit", "price": "0.50", "unit": "a krone saved"},
}


def a_composite(need: str, *rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A metric over the rules of other metrics; its members are a, b, c, ... in their order."""
    members = [{"id": "abcdefgh"[place], "rule": copy.deepcopy(rule)} for place, rule in enumerate(rules)]
    rule = {"kind": "composite", "need": need, "members": members, **fields}
    return {"id": "triad", "title": "Several together", "clause": "schedule 1, 10", "rule": rule, "tariff": ONE_PRICE}


def found(metric: dict[str, Any], step: str, *facts: Fact, label: str = "2022", **contract: Any) -> Finding:
    """The finding of P1 for one step as of the end of a period."""
    return Book(a_contract(metric, **contract)).learn(*facts).finding(label, metric["id"], step)


def earned(on: str, value: str, unit: str = "DKK", **fields: Any) -> Fact:
    """P1's earnings, as on a payslip."""
    return a_fact("measurement", "P1", on, name="earnings", value=value, unit=unit, **fields)


def worked(on: str, hours: str) -> Fact:
    """P1's hours of work."""
    return a_fact("measurement", "P1", on, name="hours", value=hours, unit="h")


def cost(on: str, value: str, unit: str = "DKK", **fields: Any) -> Fact:
    """What P1's services cost."""
    return a_fact("measurement", "P1", on, name="service_cost", value=value, unit=unit, **fields)
