"""`composite`: all, any or so many of other rules, or the best of exclusive alternatives (P15, P17)."""

from typing import Any

import pytest

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book, amounts
from tests.builders import (
    EMPLOYMENT,
    EXAM,
    HBA1C,
    HOUSING,
    NO_VISIT,
    a_contract,
    a_fact,
    covered,
    employed,
    housed,
    measured,
    started,
    visit,
    withdrew,
)
from tests.builders_rules import FEWER_VISITS, a_composite, found

EXAM_RULE, HOUSING_RULE = EXAM["rule"], {**HOUSING["rule"], "steps": [{"months": 3}]}
NO_VISIT_RULE = {**NO_VISIT["rule"], "anchor": "enrolled", "windows": {"months": 6}}
TRIAD = (EXAM_RULE, HOUSING_RULE, NO_VISIT_RULE)

PASSED = a_fact("milestone", "P1", "2022-08-01", name="exam_passed")
HOUSED = (housed("P1", "2022-03-01"), housed("P1", "2022-07-01"))
CHECKED = covered("P1", "2022-03-01", "2022-10-01")
START = started("P1", "2022-03-01")


def told(finding: Finding) -> tuple[str, str]:
    return finding.state, str(finding.why or finding.on)


def judged(metric: dict[str, Any], *facts: Fact, label: str = "2022", **contract: Any) -> Finding:
    return found(metric, "reached", START, *facts, label=label, **contract)


def test_p15_all_is_achieved_with_the_latest_member() -> None:
    finding = judged(a_composite("all", *TRIAD), PASSED, *HOUSED, CHECKED)
    assert told(finding) == ("achieved", "2022-09-01")
    assert finding.sentence == (
        "3 of 3, 3 needed: b: own_tenancy 2022-03-01 to 2022-06-01, 3 months; confirmed 2022-07-01; "
        "a: exam_passed on 2022-08-01; c: no emergency_visit from 2022-03-01 to 2022-09-01; "
        "case-system checked from 2022-03-01 through 2022-10-01"
    )
    assert {PASSED.ref, CHECKED.ref, HOUSED[0].ref, HOUSED[1].ref, START.ref} == set(finding.facts)


def test_p15_all_is_refused_by_one_and_pending_while_one_is() -> None:
    metric = a_composite("all", *TRIAD)
    assert told(judged(metric, PASSED, *HOUSED)) == ("pending", "awaits-parts")
    refused = judged(metric, PASSED, *HOUSED, visit("P1", "2022-04-01"))
    assert told(refused) == ("refused", "too-few-parts")
    assert refused.sentence.startswith("2 of 3, 3 needed: c: emergency_visit on 2022-04-01")


def test_p15_any_is_achieved_with_the_earliest_member() -> None:
    metric = a_composite("any", *TRIAD)
    assert told(judged(metric, PASSED, *HOUSED, CHECKED)) == ("achieved", "2022-06-01")
    assert told(judged(metric, PASSED, visit("P1", "2022-04-01"))) == ("achieved", "2022-08-01")
    assert told(judged(metric, visit("P1", "2022-04-01"))) == ("pending", "awaits-parts")


@pytest.mark.parametrize(("count", "on"), [(1, "2022-06-01"), (2, "2022-08-01"), (3, "2022-09-01")])
def test_p15_so_many_are_achieved_with_the_latest_of_those_needed(count: int, on: str) -> None:
    metric = a_composite("at_least", *TRIAD, count=count)
    assert told(judged(metric, PASSED, *HOUSED, CHECKED)) == ("achieved", on)


def test_p15_so_many_are_refused_when_too_few_are_left() -> None:
    metric = a_composite("at_least", *TRIAD, count=2)
    withdrawn = (visit("P1", "2022-03-02"), withdrew("P1", "2022-03-10"))
    assert told(judged(metric, visit("P1", "2022-03-02"))) == ("pending", "awaits-parts")
    assert told(judged(metric, *withdrawn)) == ("refused", "too-few-parts")


def jobs(hours: str) -> dict[str, Any]:
    return {**EMPLOYMENT["rule"], "qualifying": [hours]}


def test_p17_best_pays_the_first_listed_alternative_that_is_achieved_by_its_id() -> None:
    metric = a_composite("best", jobs("ordinary"), jobs("flexjob"), EXAM_RULE)
    metric["tariff"] = {"kind": "graded", "prices": {"a": "60000.00", "b": "45000.00", "c": "1000.00"}}
    job = (employed("P1", "2022-05-01", "flexjob"), employed("P1", "2023-03-01", "flexjob"))
    finding = judged(metric, PASSED, *job, label="2023")
    assert told(finding) == ("achieved", "2023-03-01")
    assert finding.value == "b"
    book = Book(a_contract(metric)).learn(START, PASSED)
    assert amounts(book.issue("2022")["a"]) == [("new", "reached", "P1", "2022-08-01", "500.00")]
    assert amounts(book.learn(*job).issue("2023")["a"]) == [
        ("reversal", "reached", "P1", "2022-08-01", "-500.00"),
        ("new", "reached", "P1", "2023-03-01", "22500.00"),
    ]


def test_p17_best_is_pending_while_an_alternative_is_and_refused_when_none_is_left() -> None:
    metric = a_composite("best", jobs("ordinary"), jobs("flexjob"))
    metric["tariff"] = {"kind": "graded", "prices": {"a": "60000.00", "b": "45000.00"}}
    assert told(judged(metric)) == ("pending", "awaits-parts")
    none = judged(metric, employed("P1", "2023-03-01", "public_support"), label="2023")
    assert told(none) == ("refused", "too-few-parts")
    assert none.sentence.startswith("none of 2: a: public_support reported 2023-03-01")


def test_a_member_of_several_steps_needs_all_of_them_or_the_one_it_names() -> None:
    steps = {**HOUSING["rule"], "steps": [{"months": 3}, {"months": 6}]}
    whole = a_composite("all", steps, EXAM_RULE)
    named = a_composite("all", steps, EXAM_RULE)
    named["rule"]["members"][0]["step"] = "3 months"
    assert told(judged(whole, PASSED, *HOUSED)) == ("pending", "awaits-parts")
    assert told(judged(named, PASSED, *HOUSED)) == ("achieved", "2022-08-01")
    later = housed("P1", "2022-09-02")
    assert told(judged(whole, PASSED, *HOUSED, later)) == ("achieved", "2022-09-01")


def test_every_kind_that_can_be_a_member_is_judged_as_it_is_alone() -> None:
    reduction = FEWER_VISITS["rule"]
    metric = a_composite("all", HBA1C["rule"], reduction)
    facts = (
        measured("P1", "2022-03-01", "80"),
        measured("P1", "2023-03-01", "70"),
        visit("P1", "2021-10-01"),
        covered("P1", "2021-09-01", "2022-09-01"),
    )
    assert told(judged(metric, *facts, label="2023")) == ("achieved", "2023-03-01")


def test_each_member_lies_within_the_bounds_of_the_metric() -> None:
    metric = a_composite("any", {**EMPLOYMENT["rule"], "anchor": "2021-02-01"}, EXAM_RULE)
    early = (employed("P1", "2021-06-01", "ordinary"), employed("P1", "2022-02-01", "ordinary"))
    assert told(judged(metric, *early)) == ("pending", "awaits-parts")
    assert told(judged(metric, *early, PASSED)) == ("achieved", "2022-08-01")
    assert told(judged(metric, *early, PASSED, outcomes_until="2022-07-31")) == ("refused", "too-few-parts")


def test_a_member_whose_checkpoint_lies_beyond_the_contract_is_lost_from_the_start() -> None:
    metric = a_composite("all", EXAM_RULE, {**HBA1C["rule"], "tolerance_days": 0})
    beyond = judged(metric, PASSED, measured("P1", "2022-03-01", "80"), outcomes_until="2022-12-31")
    assert told(beyond) == ("refused", "too-few-parts")
    assert "b: outcomes count until 2022-12-31; no measurement within 0 days of 2023-03-01" in beyond.sentence


def test_the_last_day_of_the_contract_ends_what_a_member_may_still_reach() -> None:
    metric = a_composite("all", EXAM_RULE, HOUSING_RULE)
    assert told(judged(metric, *HOUSED, outcomes_until="2023-01-31")) == ("pending", "awaits-parts")
    after = judged(metric, *HOUSED, outcomes_until="2023-01-31", label="2023")
    assert told(after) == ("refused", "too-few-parts")


def test_unaccepted_evidence_for_a_member_leaves_the_whole_pending() -> None:
    metric = {**a_composite("any", EXAM_RULE, HOUSING_RULE), "accepts_evidence": ["register"]}
    assert told(judged(metric, PASSED)) == ("pending", "awaits-evidence")


@pytest.mark.parametrize(("need", "on"), [("any", "2022-06-01"), ("all", "2022-09-01")])
def test_a_pending_whole_says_on_what_date_it_could_be_reached(need: str, on: str) -> None:
    finding = judged(a_composite(need, HOUSING_RULE, NO_VISIT_RULE), HOUSED[0])
    assert (finding.state, str(finding.on)) == ("pending", on)
