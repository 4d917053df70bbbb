"""What bounds every rule: enrolment, eligibility, evidence, withdrawal, the last day, and the version that governs."""

from typing import Any

import pytest

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book, amounts, lines
from tests.builders import (
    EMPLOYMENT,
    EXAM,
    HBA1C,
    HOUSING,
    NO_VISIT,
    a_contract,
    a_fact,
    completed,
    correction,
    covered,
    employed,
    housed,
    measured,
    started,
    visit,
    with_rule,
    withdrew,
)


def evidence(kind: str) -> dict[str, Any]:
    return {"evidence": {"kind": kind}}


def passed(on: str, participant: str = "P1", **fields: Any) -> Fact:
    return a_fact("milestone", participant, on, name="exam_passed", **fields)


def exam(*facts: Fact, label: str = "2022", **changes: Any) -> Finding:
    return Book(a_contract({**EXAM, **changes})).learn(*facts).finding(label, "exam", "reached")


def test_without_an_enrolment_everything_is_pending() -> None:
    finding = exam(passed("2022-05-01"))
    assert (finding.state, finding.why) == ("pending", "awaits-enrolment")


ACCEPTS: dict[str, Any] = {"accepts_evidence": ["register"]}


def test_a_fact_with_other_evidence_leaves_the_finding_pending() -> None:
    enrolled = started("P1", "2022-03-01")
    for fields in (evidence("survey"), {}):
        finding = exam(enrolled, passed("2022-05-01", **fields), **ACCEPTS)
        assert (finding.state, finding.why) == ("pending", "awaits-evidence")
        assert finding.sentence.endswith("not accepted, accepted: register")
    assert exam(enrolled, passed("2022-05-01", **evidence("register")), **ACCEPTS).state == "achieved"


def test_unaccepted_evidence_against_an_outcome_leaves_it_pending_too() -> None:
    metric = {**with_rule(NO_VISIT, anchor="enrolled", windows={"months": 3}), **ACCEPTS}
    checked = covered("P1", "2022-03-01", "2022-06-30", **evidence("register"))
    book = Book(a_contract(metric)).learn(started("P1", "2022-03-01"), checked)
    assert book.finding("2022", "no-visit", "window 1").state == "achieved"
    book.learn(visit("P1", "2022-04-01", **evidence("survey")))
    assert book.finding("2022", "no-visit", "window 1").why == "awaits-evidence"
    book.learn(visit("P1", "2022-05-01", **evidence("register")))
    assert book.finding("2022", "no-visit", "window 1").why == "occurred"


def test_coverage_of_everybody_needs_accepted_evidence_as_well() -> None:
    metric = {**with_rule(NO_VISIT, anchor="enrolled", windows={"months": 3}), **ACCEPTS}
    book = Book(a_contract(metric)).learn(started("P1", "2022-03-01"), covered(None, "2022-03-01", "2022-06-30"))
    assert book.finding("2022", "no-visit", "window 1").why == "awaits-evidence"
    book.learn(covered(None, "2022-03-01", "2022-07-30", **evidence("register")))
    assert book.finding("2022", "no-visit", "window 1").state == "achieved"


def test_what_all_evidence_refuses_is_refused_whatever_of_it_is_accepted() -> None:
    book = Book(a_contract({**HBA1C, **ACCEPTS})).learn(
        started("P1", "2022-03-01"),
        measured("P1", "2022-03-01", "80", **evidence("register")),
        measured("P1", "2023-03-05", "79", **evidence("survey")),
    )
    assert book.finding("2023", "hba1c", "12 months").state == "refused"


def test_an_attribute_decides_who_a_metric_is_for() -> None:
    metric = {**EXAM, "eligible": {"cohort": ["north"]}}
    contract = a_contract(metric, attributes={"cohort": ["north", "south"]})

    def state(**attributes: str) -> tuple[str, str | None]:
        start = started("P1", "2022-03-01", attributes=attributes)
        finding = Book(contract).learn(start, passed("2022-05-01")).finding("2022", "exam", "reached")
        return finding.state, finding.why

    assert state(cohort="north") == ("achieved", None)
    assert state(cohort="south") == ("refused", "not-eligible")
    assert state() == ("pending", "awaits-attribute")


def test_a_corrected_attribute_pays_as_a_late_line_that_names_the_correction() -> None:
    contract = a_contract({**EXAM, "eligible": {"cohort": ["north"]}}, attributes={"cohort": ["north", "south"]})
    start = started("P1", "2022-03-01", attributes={"cohort": "south"})
    book = Book(contract).learn(start, passed("2022-05-01"))
    assert amounts(book.issue("2022")["a"]) == []
    (line,) = lines(book.learn(correction(start, attributes={"cohort": "north"})).issue("2023")["a"])
    assert (line["kind"], line["amount"]) == ("late", "5000.00")
    assert line["cause"]["facts"] == [{"source": "case-system", "id": f"correct-{start.id}"}]


@pytest.mark.parametrize(("on", "state"), [("2022-06-01", "achieved"), ("2022-06-02", "refused")])
def test_nothing_is_achieved_after_the_withdrawal_unless_the_metric_says_so(on: str, state: str) -> None:
    facts = (started("P1", "2022-03-01"), withdrew("P1", "2022-06-01"), passed(on))
    assert exam(*facts).state == state
    assert exam(*facts, after_withdrawal=True).state == "achieved"


def test_completion_does_not_end_what_can_be_achieved() -> None:
    assert exam(started("P1", "2022-03-01"), completed("P1", "2022-04-01"), passed("2022-06-01")).state == "achieved"


@pytest.mark.parametrize(("on", "state"), [("2022-12-31", "achieved"), ("2023-01-01", "refused")])
def test_outcomes_count_to_the_last_day_of_the_contract(on: str, state: str) -> None:
    contract = a_contract(EXAM, outcomes_until="2022-12-31")
    book = Book(contract).learn(started("P1", "2022-03-01"), passed(on))
    assert book.finding("2023", "exam", "reached").state == state


def test_a_start_and_a_close_on_one_day_are_taken_in_the_order_that_makes_sense() -> None:
    first = (started("P1", "2022-03-01"), withdrew("P1", "2022-04-01"), started("P1", "2022-04-01"))
    assert exam(*first, passed("2022-05-01"), each=True).state == "achieved"
    assert exam(*first, passed("2022-05-01")).why == "withdrew"
    assert exam(started("P1", "2022-04-01"), withdrew("P1", "2022-04-01"), passed("2022-05-01")).why == "withdrew"


def test_a_first_episode_that_may_still_reach_it_tells_before_a_later_one_that_cannot() -> None:
    metric = {**with_rule(NO_VISIT, windows={"months": 3}), "each": True, "eligible": {"cohort": ["north"]}}
    book = Book(a_contract(metric, attributes={"cohort": ["north", "south"]})).learn(
        started("P1", "2022-01-10", attributes={"cohort": "north"}),
        completed("P1", "2022-03-01"),
        started("P1", "2022-09-01", attributes={"cohort": "south"}, id="second"),
    )
    assert book.finding("2022", "no-visit", "window 1").why == "awaits-coverage"


def amended(basis: str, *facts: Fact, **changes: Any) -> Book:
    """10,000 for the exam, from 2023-01-01 on 8,000."""
    book = Book(a_contract(EXAM, price_basis=basis))
    cheaper = {**EXAM, "tariff": {"kind": "flat", "price": "8000.00"}, **changes}
    book.amend(a_contract(cheaper, price_basis=basis, version=2, effective_from="2023-01-01", reason="cheaper"))
    return book.learn(*facts)


@pytest.mark.parametrize(
    ("basis", "enrolled", "on", "version"),
    [
        ("achieved_on", "2022-03-01", "2022-12-31", 1),
        ("achieved_on", "2022-03-01", "2023-01-01", 2),
        ("enrolled_on", "2022-12-31", "2023-06-01", 1),
        ("enrolled_on", "2023-01-01", "2023-06-01", 2),
        ("enrolled_on", "2021-12-01", "2023-06-01", 1),
    ],
)
def test_the_basis_date_decides_which_version_governs(basis: str, enrolled: str, on: str, version: int) -> None:
    finding = amended(basis, started("P1", enrolled), passed(on)).finding("2023", "exam", "reached")
    assert (finding.state, finding.version, str(finding.on)) == ("achieved", version, on)


def test_what_was_complete_before_the_contract_began_is_not_paid() -> None:
    for basis in ("achieved_on", "enrolled_on"):
        book = amended(basis, started("P1", "2021-11-01"), passed("2021-12-01"))
        assert book.finding("2023", "exam", "reached").why == "before-version"


def test_a_metric_that_the_version_in_force_has_dropped_pays_nothing_more() -> None:
    book = Book(a_contract(EXAM, HOUSING))
    book.amend(a_contract(HOUSING, version=2, effective_from="2023-01-01", reason="no exam"))
    book.learn(started("P1", "2022-03-01"), passed("2023-05-01"))
    finding = book.finding("2023", "exam", "reached")
    assert (finding.state, finding.why) == ("refused", "not-in-version")
    assert finding.sentence.startswith("the terms version in force on 2023-05-01 does not hold this step")


def test_of_two_reports_of_one_date_the_finding_says_which_stands() -> None:
    book = Book(a_contract(EMPLOYMENT)).learn(
        started("P1", "2022-03-01"),
        employed("P1", "2023-02-20", "flexjob", id="first"),
        employed("P1", "2023-02-20", "ordinary", id="second"),
    )
    finding = book.finding("2023", "employment", "12 months")
    assert finding.value == "ordinary"
    assert finding.sentence.endswith("; second of case-system stands, first of the same date does not")


def test_two_starts_of_one_date_are_a_tie_as_well() -> None:
    contract = a_contract({**EXAM, "eligible": {"cohort": ["north"]}}, attributes={"cohort": ["north", "south"]})
    south = started("P1", "2022-03-01", id="south", attributes={"cohort": "south"})
    north = started("P1", "2022-03-01", id="north", attributes={"cohort": "north"})
    for facts, state in (((south, north), "achieved"), ((north, south), "refused")):
        finding = Book(contract).learn(*facts, passed("2022-05-01")).finding("2022", "exam", "reached")
        assert finding.state == state
        assert "of the same date does not" in finding.sentence


def test_a_future_and_an_unknown_participants_fact_wait_without_harm() -> None:
    book = Book().learn(housed("P9", "2100-01-01"), started("P1", "2030-01-01"), housed("P1", "2022-01-01"))
    findings = book.calculate("2022").findings
    assert {(found.participant, found.state, str(found.why)) for found in findings} == {
        ("P1", "pending", "awaits-duration"),
        ("P9", "pending", "awaits-enrolment"),
    }


def test_nothing_is_achieved_before_the_enrolment() -> None:
    at_new_year = with_rule(EMPLOYMENT, anchor="2021-03-01")
    book = Book(a_contract(at_new_year, effective_from="2021-01-01")).learn(
        started("P1", "2022-06-01"), employed("P1", "2022-01-01", "ordinary"), employed("P1", "2022-03-02", "ordinary")
    )
    finding = book.finding("2023", "employment", "12 months")
    assert (finding.state, finding.why) == ("refused", "before-enrolment")
    assert finding.sentence.startswith("enrolled only on 2022-06-01; ")
