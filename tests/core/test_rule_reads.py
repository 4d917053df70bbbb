"""Which facts a rule reads: every kind by its own facts and those of its anchors and members, and no others."""

from typing import Any

import pytest

from service.core.evaluate.reads import reads
from service.core.events import Fact
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
    read,
    started,
    visit,
    with_rule,
)
from tests.builders_rules import EARNINGS, FEWER_VISITS, OWN_COST, TIME_HOUSED, a_composite, cost, earned

MOVED_IN = a_fact("milestone", "P1", "2022-03-01", name="moved_in")
FACTS: dict[str, Fact] = {
    "enrolment": started("P1", "2022-03-01"),
    "moved_in": MOVED_IN,
    "exam": a_fact("milestone", "P1", "2022-03-01", name="exam_passed"),
    "housing": housed("P1", "2022-03-01"),
    "employment": employed("P1", "2022-03-01", "flexjob"),
    "hba1c": measured("P1", "2022-03-01", "80"),
    "earnings": earned("2022-03-01", "1"),
    "cost": cost("2022-03-01", "1"),
    "visit": visit("P1", "2022-03-01"),
    "coverage": covered(None, "2022-01-01", "2022-03-01"),
    "figure": a_fact(
        "aggregate",
        None,
        "2023-01-01",
        name="weeks",
        group="participants",
        value="41.2",
        unit="weeks",
        n=120,
        delivered_by="the evaluator",
        evidence={"kind": "report", "ref": "report 1"},
    ),
}
AT_MOVING_IN = {"anchor": {"milestone": "moved_in"}}
SHARE = {
    "id": "share",
    "title": "A share of them",
    "clause": "schedule 1, 11",
    "rule": {
        "kind": "cohort_share",
        "member": {"id": "no visit", "rule": NO_VISIT["rule"] | AT_MOVING_IN},
        "of": "enrolled",
        "at_least": {"share": "0.5"},
        "evaluated": {"on": "2024-06-01"},
    },
    "tariff": EXAM["tariff"],
}
MEAN = {
    **SHARE,
    "rule": {
        "kind": "cohort_mean",
        "measure": "hba1c",
        "unit": "mmol/mol",
        "direction": "down",
        "baseline": {"before_days": 60},
        "checkpoint": {"months": 12},
        "tolerance_days": 45,
        "evaluated": {"on": "2024-06-01"},
    },
}
COMPARED = {
    **SHARE,
    "rule": {"kind": "comparison", "measure": "weeks", "unit": "weeks", "direction": "down"},
}
SAVED = {**SHARE, "rule": {"kind": "saving", "measure": "weeks", "group": "participants"}}


@pytest.mark.parametrize(
    ("metric", "read_by"),
    [
        (EXAM, {"exam"}),
        (HOUSING, {"housing"}),
        (TIME_HOUSED, {"housing"}),
        (with_rule(EMPLOYMENT, **AT_MOVING_IN), {"employment", "moved_in"}),
        (NO_VISIT, {"visit", "coverage"}),
        (FEWER_VISITS, {"visit", "coverage"}),
        (with_rule(FEWER_VISITS, baseline={"months": 6, **AT_MOVING_IN}), {"visit", "coverage", "moved_in"}),
        (HBA1C, {"hba1c"}),
        (EARNINGS, {"earnings"}),
        (with_rule(EARNINGS, within={"months": 6, **AT_MOVING_IN}), {"earnings", "moved_in"}),
        (with_rule(OWN_COST, **AT_MOVING_IN), {"cost", "moved_in"}),
        (a_composite("any", EXAM["rule"], EARNINGS["rule"]), {"exam", "earnings"}),
        (SHARE, {"visit", "coverage", "moved_in"}),
        (MEAN, {"hba1c"}),
        (COMPARED, {"figure"}),
        (SAVED, {"figure"}),
    ],
)
def test_a_rule_reads_enrolments_its_own_facts_and_those_of_its_anchors(
    metric: dict[str, Any], read_by: set[str]
) -> None:
    rule = read(a_contract(metric)).metrics[0].rule
    assert {name for name, fact in FACTS.items() if reads(rule, fact)} == {"enrolment", *read_by}


def test_a_figure_for_another_group_or_follow_up_is_not_read() -> None:
    one = read(a_contract(COMPARED)).metrics[0].rule
    rule = read(a_contract({**COMPARED, "rule": {**COMPARED["rule"], "follow_ups": ["year 1"]}})).metrics[0].rule
    figure = FACTS["figure"]
    of_year_1, of_year_2 = (figure.model_copy(update={"follow_up": name}) for name in ("year 1", "year 2"))
    assert reads(rule, of_year_1)
    assert not reads(rule, of_year_2)
    assert not reads(rule, figure)
    assert reads(rule, figure.model_copy(update={"group": "comparison"}))
    assert not reads(one, of_year_1)
    assert not reads(one, figure.model_copy(update={"group": "actual"}))
