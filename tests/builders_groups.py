"""Metrics and facts of groups: a stress course, figures of an evaluator, and the whole cohort's facts at once."""

from typing import Any

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book
from tests.builders import a_contract, a_fact, completed, started

STRESS: dict[str, Any] = {
    "kind": "improvement",
    "measure": "pss",
    "unit": "points",
    "direction": "down",
    "baseline": {"before_days": 30, "after_days": 30},
    "checkpoints": [{"months": 12}],
    "tolerance_days": 30,
    "threshold": {"target": "26"},
}


def group_metric(rule: dict[str, Any], price: str = "100000.00", **more: Any) -> dict[str, Any]:
    """A metric of a group; its id is `group`."""
    tariff = {"kind": "flat", "price": price}
    return {"id": "group", "title": "The group", "clause": "schedule 1, 9", "rule": rule, "tariff": tariff, **more}


def share_of(of: str, at_least: dict[str, Any], **rule: Any) -> dict[str, Any]:
    """The rule that enough of a cohort are no longer severely stressed, judged on 2023-06-30."""
    return {
        "kind": "cohort_share",
        "member": {"id": "below-severe", "rule": STRESS},
        "of": of,
        "at_least": at_least,
        "evaluated": {"on": "2023-06-30"},
        **rule,
    }


def pss(participant: str, on: str, value: str, **fields: Any) -> Fact:
    """A measurement on the scale of perceived stress."""
    return a_fact("measurement", participant, on, name="pss", value=value, unit="points", **fields)


def course(enrolled: int, complete: int = 0, measured: int = 0, relieved: int = 0, **fields: Any) -> list[Fact]:
    """A course begun on 2022-02-01: of those who complete the first are measured, of these the first are relieved."""
    facts: list[Fact] = []
    for number in range(enrolled):
        name = f"P{number + 1:03d}"
        facts += [started(name, "2022-02-01", **fields), pss(name, "2022-02-01", "30")]
        facts += [completed(name, "2022-05-01")] if number < complete else []
        facts += [pss(name, "2023-02-01", "20" if number < relieved else "28")] if number < measured else []
    return facts


def figure(group: str, value: str, n: int | None = None, on: str = "2023-12-31", **fields: Any) -> Fact:
    """An evaluator's figure, by default of weeks on public support."""
    told = {"name": "weeks", "unit": "weeks", "delivered_by": "the evaluator", "id": f"{group}-{on}-{value}"}
    size = {} if n is None else {"n": n}
    report = {"evidence": {"kind": "evaluation_report", "ref": "report 1"}}
    return a_fact("aggregate", None, on, **{**told, **report, **size, "group": group, "value": value, **fields})


def of_group(document: dict[str, Any], *facts: Fact, label: str = "2023", step: str = "everybody") -> Finding:
    """What is found of the group in a contract of version 1."""
    return Book(document).learn(*facts).finding(label, "group", step, "")


def found(rule: dict[str, Any], *facts: Fact, label: str = "2023", step: str = "everybody", **more: Any) -> Finding:
    """What a rule over a group finds as of the end of a period."""
    return of_group(a_contract(group_metric(rule, **more)), *facts, label=label, step=step)
