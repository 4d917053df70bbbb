"""A milestone that repeats, where every enrolment is judged (`each`)."""

from typing import Any

import pytest

from service.core.events import Fact
from tests.book import Book
from tests.builders import EXAM, a_contract, a_fact, completed, started, with_rule, withdrew

PASSED = tuple[str, ...]


def passed(on: str) -> Fact:
    return a_fact("milestone", "P1", on, name="exam_passed")


def dates(exams: PASSED, first: Fact, **repeats: Any) -> list[str | None]:
    """When each time was reached by one who enrolled in January and again in June."""
    metric = {**with_rule(EXAM, repeats={"at_most": 3, **repeats}), "each": True}
    book = Book(a_contract(metric)).learn(started("P1", "2022-01-10"), first, started("P1", "2022-06-01"))
    findings = book.learn(*map(passed, exams)).calculate("2022").findings
    return [str(one.on) if one.state == "achieved" else None for one in findings]


LEFT, DONE = withdrew("P1", "2022-03-01"), completed("P1", "2022-03-01")


@pytest.mark.parametrize("first", [LEFT, DONE], ids=["withdrew", "completed"])
def test_the_times_of_all_enrolments_are_numbered_together(first: Fact) -> None:
    assert dates(("2022-02-01", "2022-07-01"), first) == ["2022-02-01", "2022-07-01", None]
    assert dates(("2022-02-01", "2022-07-01", "2022-09-01"), first) == ["2022-02-01", "2022-07-01", "2022-09-01"]


def test_no_more_times_count_than_agreed_and_none_outside_an_enrolment() -> None:
    exams = "2022-02-01", "2022-02-10", "2022-04-01", "2022-07-01", "2022-08-01"
    assert dates(exams, LEFT) == ["2022-02-01", "2022-02-10", "2022-07-01"]


def test_the_gap_holds_between_the_times_of_two_enrolments_too() -> None:
    exams = "2022-02-01", "2022-06-10", "2022-07-05"
    assert dates(exams, LEFT, least_gap_days=140) == ["2022-02-01", "2022-07-05", None]
