"""Prices and limits for tests: exams by the dozen, each participant one, and what they pay in major units."""

from collections.abc import Iterable
from typing import Any

from service.core.events import Fact
from service.core.price import PricedLine
from tests.book import Book
from tests.builders import EXAM, HBA1C, a_contract, a_fact, measured, started, with_rule

W12_BANDS: dict[str, Any] = {
    "kind": "bands",
    "over": "contract",
    "how": "marginal",
    "bands": [{"up_to": 10, "price": "1000.00"}, {"up_to": 20, "price": "800.00"}, {"price": "500.00"}],
}


def exam_priced(tariff: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The exam metric with this tariff."""
    return {**EXAM, "tariff": tariff, **changes}


def flat(price: str) -> dict[str, Any]:
    """A price an achievement."""
    return {"kind": "flat", "price": price}


def exams(count: int, year: int = 2022, first: int = 1, **enrolment: Any) -> list[Fact]:
    """So many participants, P01, P02, ..., who enrolled and then passed, one a day after the other from 1 March."""
    facts = []
    for number in range(first, first + count):
        day = f"{year}-{3 + (number - 1) // 28:02d}-{1 + (number - 1) % 28:02d}"
        facts += [started(f"P{number:02d}", f"{year}-01-15", **enrolment), passed(f"P{number:02d}", day)]
    return facts


def passed(participant: str, on: str) -> Fact:
    """The participant passed the exam."""
    return a_fact("milestone", participant, on, name="exam_passed")


def by_quantity(tariff: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A metric whose quantity is the fall of a measurement, with this tariff."""
    return {**with_rule(HBA1C, threshold={"absolute": "0.5"}), "tariff": tariff, **changes}


def fell_by(participant: str, fall: str, year: int = 2022) -> list[Fact]:
    """The participant's measurement fell from 100 by so much within a year."""
    follow_up = format(100 - float(fall), "g")
    return [
        started(participant, f"{year}-01-01"),
        measured(participant, f"{year}-01-01", "100"),
        measured(participant, f"{year + 1}-01-01", follow_up),
    ]


def gross_of_all(metric: dict[str, Any], facts: Iterable[Fact], label: str = "2023", **terms: Any) -> list[float]:
    """What each achievement pays before limits, in major units and in fill order."""
    return [line.gross_minor / 100 for line in lines_of(metric, facts, label, **terms)]


def lines_of(
    metric: dict[str, Any], facts: Iterable[Fact], label: str = "2023", **terms: Any
) -> tuple[PricedLine, ...]:
    """The priced lines of a contract with one metric."""
    return Book(a_contract(metric, **terms)).learn(*facts).calculate(label).lines
