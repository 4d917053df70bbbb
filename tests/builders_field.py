"""Metrics, facts and readings for the mechanisms met in the field: as small as each can be shown."""

from typing import Any

from service.core import money
from service.core.events import Fact
from tests.book import Book
from tests.builders import a_fact

HUNDRED = {"kind": "flat", "price": "100.00"}
NET = tuple[str, str, str, str]


def a_metric(rule: dict[str, Any], tariff: dict[str, Any] = HUNDRED, **more: Any) -> dict[str, Any]:
    """A metric with this rule, at 100.00 an achievement unless another tariff is given; its id is `goal`."""
    return {"id": "goal", "title": "The goal", "clause": "schedule 1", "rule": rule, "tariff": tariff, **more}


def a_milestone(name: str = "reached_it", **more: Any) -> dict[str, Any]:
    """A metric that pays 100.00 for a milestone; its id is the milestone's name."""
    return a_metric({"kind": "milestone", "milestone": name}, id=name, **more)


def lasting(*steps: dict[str, Any], values: tuple[str, ...] = ("in_work",), **rule: Any) -> dict[str, Any]:
    """The rule that a work status lasted."""
    return {"kind": "sustained_status", "domain": "work", "qualifying": [*values], "steps": [*steps], **rule}


def better(**threshold: str) -> dict[str, Any]:
    """The rule that attendance, in points of a hundred, is up a year after enrolment."""
    return {
        "kind": "improvement",
        "measure": "attendance",
        "unit": "points",
        "direction": "up",
        "baseline": {"before_days": 30, "after_days": 30},
        "checkpoints": [{"months": 12}],
        "tolerance_days": 30,
        "threshold": threshold,
    }


def did(participant: str, on: str, name: str = "reached_it", **fields: Any) -> Fact:
    """A milestone."""
    return a_fact("milestone", participant, on, name=name, **fields)


def works(participant: str, on: str, value: str = "in_work", **fields: Any) -> Fact:
    """A work status."""
    return a_fact("status", participant, on, name="work", value=value, **fields)


def scored(participant: str, on: str, value: str, name: str = "attendance", unit: str = "points") -> Fact:
    """A measurement."""
    return a_fact("measurement", participant, on, name=name, value=value, unit=unit)


def happened(participant: str, on: str, name: str = "visit") -> Fact:
    """An occurrence."""
    return a_fact("occurrence", participant, on, name=name)


def looked(participant: str | None, start: str, through: str, name: str = "visit") -> Fact:
    """A source was checked for occurrences."""
    return a_fact("coverage", participant, through, names=[name], **{"from": start, "through": through})


def a_figure(group: str, value: str, n: int | None = None, on: str = "2023-06-30", **fields: Any) -> Fact:
    """An evaluator's figure for a group."""
    size = {} if n is None else {"n": n}
    told = {"name": "figure", "unit": "weeks", "delivered_by": "The evaluator", "id": f"{group}-{on}-{value}"}
    report = {"kind": "evaluation_report", "ref": "report-1"}
    return a_fact(
        "aggregate", None, on, **(told | {"group": group, "value": value, "evidence": report} | size | fields)
    )


def net(book: Book, label: str = "2023") -> list[NET]:
    """Each outcome as (participant, step, date, amount before shares), in the order in which limits are filled."""
    return [
        (
            line.finding.participant,
            line.finding.step,
            str(line.finding.on),
            money.to_text(line.net_minor, "DKK"),
        )
        for line in book.calculate(label).lines
    ]


def owed(book: Book, label: str = "2023") -> list[tuple[str, str, int]]:
    """What each payer owes of each outcome, as (date, payer, minor units)."""
    return [(str(line.finding.on), payer, minor) for line in book.calculate(label).lines for payer, minor in line.parts]
