"""Who belongs to a cohort: by its attributes, its last day of enrolment, and the version that declares it."""

from typing import Any

from service.core.events import Fact
from tests.book import Book, amounts
from tests.builders import a_contract, a_fact, started
from tests.builders_groups import group_metric
from tests.builders_terms import places

CALM = {"id": "calm", "rule": {"kind": "milestone", "milestone": "calm", "within": {"anchor": "enrolled", "months": 3}}}
SHARE: dict[str, Any] = {"kind": "cohort_share", "member": CALM, "of": "enrolled", "at_least": {"share": "0.6"}}
EXPECTED = {
    "id": "exam",
    "title": "Exam",
    "clause": "1",
    "rule": {"kind": "milestone", "milestone": "exam"},
    "tariff": {"kind": "flat", "price": "1000.00"},
    "deadweight": {"expected_rate": "0.5", "cohorts": ["c"]},
}
AREAS = {"attributes": {"area": ["n", "s"]}}


def passed(participant: str, on: str, name: str = "exam") -> Fact:
    return a_fact("milestone", participant, on, name=name)


def test_who_enrols_after_a_cohort_has_closed_does_not_open_it_again() -> None:
    rule = {**SHARE, "cohorts": ["y1"], "evaluated": {"months": 12}}
    book = Book(a_contract(group_metric(rule), cohorts=[{"id": "y1", "closes_on": "2022-12-31"}]))
    book.learn(*(started(f"P{number}", "2022-02-01") for number in range(10)))
    book.learn(*(passed(f"P{number}", "2022-03-01", "calm") for number in range(7)))
    assert [line[4] for line in amounts(book.issue("2023")["a"])] == ["50000.00"]
    book.learn(started("P99", "2024-02-01"))
    assert book.finding("2024", "group", "y1", "").people == 10
    assert amounts(book.issue("2024")["a"]) == []


def test_who_enrols_after_a_cohort_has_closed_is_not_among_those_expected_anyway() -> None:
    book = Book(a_contract(EXPECTED, cohorts=[{"id": "c", "closes_on": "2022-06-30"}]))
    for name, on in (("P1", "2022-01-10"), ("P2", "2022-02-10"), ("P3", "2022-09-01"), ("P4", "2022-09-02")):
        book.learn(started(name, on), passed(name, f"2022-10-{5 - int(name[1]):02d}"))
    assert [(line[2], line[4]) for line in amounts(book.issue("2022")["a"])] == [
        ("P4", "500.00"),
        ("P3", "500.00"),
        ("P2", "0.00"),
        ("P1", "500.00"),
    ]


def test_a_cohort_that_an_amendment_widens_is_counted_as_the_governing_version_declares_it() -> None:
    narrow, wide = ([{"id": "c", "where": {"area": areas}}] for areas in (["n"], ["n", "s"]))
    book = Book(a_contract(EXPECTED, cohorts=narrow, **AREAS))
    for number in range(8):
        name = f"P{number}"
        book.learn(started(name, "2022-01-10", attributes={"area": "n" if number < 4 else "s"}))
        book.learn(passed(name, f"2022-03-{number + 1:02d}"))
    assert [line[4] for line in amounts(book.issue("2022")["a"])] == ["0.00", "0.00", *["500.00"] * 6]
    book.amend(a_contract(EXPECTED, cohorts=wide, **AREAS, version=2, effective_from="2023-01-01"))
    assert amounts(book.issue("2023")["a"]) == []


def test_no_cohort_has_the_name_of_everybody() -> None:
    assert places(a_contract(cohorts=[{"id": "everybody"}])) == [("/cohorts/0/id", "not-allowed")]


def test_whom_nobody_reported_a_milestone_of_is_not_measured() -> None:
    measured = {**SHARE, "of": "measured", "evaluated": {"on": "2023-06-30"}}
    assert places(a_contract(group_metric(measured))) == [("/metrics/0/rule/of", "not-allowed")]
    book = Book(a_contract(group_metric({**SHARE, "evaluated": {"on": "2023-06-30"}})))
    book.learn(started("P1", "2022-02-01"), started("P2", "2022-02-01"), passed("P1", "2022-03-01", "calm"))
    assert "1 measured" in book.finding("2023", "group", "everybody", "").sentence
