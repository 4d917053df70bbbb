"""What nobody could ever achieve is refused with the file, and what somebody can is not."""

from typing import Any

import pytest

from service.core.terms.describe import describe
from tests.builders import EXAM, HBA1C, HOUSING, a_contract, read, with_rule
from tests.builders_groups import group_metric, share_of
from tests.builders_rules import FEWER_VISITS, TIME_HOUSED
from tests.builders_terms import MEAN, Places, a_metric, places
from tests.core.test_conditions import reached

ABSENCE = a_metric("absence", kinds=["visit"], anchor="withdrew", windows={"months": 3})
AT = a_metric(
    "status_at", domain="housing", qualifying=["own"], anchor="withdrew", checkpoints=[{"months": 6}], tolerance_days=9
)
A_YEAR = {"id": "a-year", "rule": {**HOUSING["rule"], "steps": [{"months": 3}, {"months": 12}]}}
HALF_A_YEAR_ON = {"evaluated": {"on": "2022-06-30"}}
B, C = reached("b"), reached("c", excludes=["b"])


def judged_early(**rule: Any) -> dict[str, Any]:
    member = {"member": A_YEAR, **HALF_A_YEAR_ON}
    return a_contract(group_metric(share_of("enrolled", {"share": "0.5"}, **{**member, **rule})))


def mean(**changes: Any) -> dict[str, Any]:
    rule = {**MEAN["rule"], **HALF_A_YEAR_ON, "missing": "left-out", **changes}
    rule.pop("cohorts")
    return a_contract(group_metric(rule))


EARLY = [("/metrics/0/rule/evaluated/on", "never-achieved")]
REACH: dict[str, tuple[dict[str, Any], Places]] = {
    "an absence after a withdrawal": (a_contract(ABSENCE), [("/metrics/0/rule/anchor", "never-achieved")]),
    "a status after a withdrawal": (a_contract(AT), [("/metrics/0/rule/anchor", "never-achieved")]),
    "none, where what comes after a withdrawal counts": (a_contract({**ABSENCE, "after_withdrawal": True}), []),
    "a gap longer than the contract": (
        a_contract(B, reached("a", requires=[{"metric": "b", "gap": {"months": 240}}])),
        [("/metrics/1/requires/0/gap", "never-achieved")],
    ),
    "requirements that exclude each other": (
        a_contract(B, C, reached("a", requires=[{"metric": "b"}, {"metric": "c"}])),
        [("/metrics/2/requires", "never-achieved")],
    ),
    "an exclusion of what a requirement requires": (
        a_contract(
            B, reached("c", requires=[{"metric": "b"}]), reached("a", requires=[{"metric": "c"}], excludes=["b"])
        ),
        [("/metrics/2/excludes/0", "never-achieved")],
    ),
    "a mean judged before its follow-up": (mean(), EARLY),
    "none, where who is missing counts as unchanged": (mean(missing="no-change"), []),
    "a share judged before its member": (judged_early(), EARLY),
    "none, where the step that counts comes before it": (judged_early(member={**A_YEAR, "step": "3 months"}), []),
    "kinds that stand twice": (
        a_contract(with_rule(FEWER_VISITS, kinds=["visit", "visit"])),
        [("/metrics/0/rule/kinds", "repeated")],
    ),
}
SUM = a_metric("threshold_sum", measure="earnings", unit="DKK", thresholds=[{"at_least": "768.50"}, {"at_least": 1631}])
LONG = "c" * 60
POSSIBLE: dict[str, dict[str, Any]] = {
    "a price for a threshold with decimals": a_contract(
        {**SUM, "tariff": {"kind": "flat", "price": {"768.50": "10.00", "1631": "20.00"}}}
    ),
    "a condition on a threshold with decimals": a_contract(
        SUM, reached("b", requires=[{"metric": "threshold-sum", "step": "768.50"}])
    ),
    "a level of zero to reach": a_contract(with_rule(HBA1C, threshold={"target": "0"})),
    "an alternative that lasts longer than the contract": a_contract(
        a_metric(
            "composite",
            need="any",
            members=[
                {"id": "passed", "rule": EXAM["rule"]},
                {"id": "housed", "rule": {**HOUSING["rule"], "steps": [{"months": 120}]}},
            ],
        ),
        outcomes_until="2024-12-31",
    ),
    "a price for a cohort with a long id": a_contract(
        {
            **group_metric(share_of("enrolled", {"share": "0.5"}, cohorts=[LONG])),
            "tariff": {"kind": "flat", "price": {LONG: "5.00"}},
        },
        cohorts=[{"id": LONG}],
    ),
}


@pytest.mark.parametrize("name", list(REACH))
def test_a_contract_is_refused_for(name: str) -> None:
    document, expected = REACH[name]
    assert places(document) == expected


@pytest.mark.parametrize("name", list(POSSIBLE))
def test_a_contract_may_have(name: str) -> None:
    assert places(POSSIBLE[name]) == []


def told(about: str, *metrics: dict[str, Any]) -> list[str]:
    clauses = describe(read(a_contract(*metrics)))
    return [one.sentence for clause in clauses for one in clause.told if one.about.startswith(about)]


def test_of_required_time_one_period_is_told_and_a_level_is_told_as_a_level() -> None:
    staying = reached("staying", requires=[{"metric": "time-housed"}])
    assert told("condition", TIME_HOUSED, staying) == ["The same person must have achieved a period of time-housed."]
    level = with_rule(HBA1C, threshold={"target": "48"})
    assert told("rule", level) == ["Achieved when the hba1c of a person, in mmol/mol, is 48 mmol/mol or less."]
