"""What is merely odd in a contract is told as a warning, and never stands in its way."""

from datetime import date
from typing import Any

import pytest

from service.core.terms.checks import oddities
from tests.builders import EMPLOYMENT, EXAM, HBA1C, HOUSING, NO_VISIT, a_contract, read, with_rule
from tests.builders_rules import TIME_HOUSED
from tests.builders_terms import MEAN, SHARE, TIME, everything, with_metrics

SHARES = {
    "payers": [{"party": "city", "weight": 1}],
    "investors": [{"party": "a", "weight": 1, "committed": "100.00"}, {"party": "b", "weight": 1}],
}
DRAWN = [{"party": "a", "on": "2022-01-01", "amount": "150.00"}]
PLAN = {"from": "2022-01-01", "reason": "r", "expected": [{"metric": "housing", "period": "2022", "outcomes": 1}]}
PARTIES = {
    "a": {"name": "Investor A", "roles": ["investor"]},
    "b": {"name": "Investor B", "roles": ["investor"]},
    "c": {"name": "Investor C", "roles": ["investor"]},
    "fund": {"name": "The fund", "roles": ["guarantor"]},
    "city": {"name": "The city", "roles": ["outcome_payer"]},
}
ODD: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "limits below a single price": (
        a_contract(
            {**EXAM, "limits": {"participant": {"amount": "9999.99"}, "metric": {"amount": "10000.00"}}},
            limits={"contract": {"amount": "1.00"}, "period": {"count": 1}, "participant": {"amount": "20000.00"}},
        ),
        [("/metrics/0/limits/participant", "low-limit"), ("/limits/contract", "low-limit")],
    ),
    "a metric without a plan": (a_contract(HOUSING, EXAM, plans=[PLAN]), [("/metrics/1", "no-plan")]),
    "an investor and a guarantor with nothing to do": (
        a_contract(parties=PARTIES),
        [("/parties/c", "idle-party"), ("/parties/fund", "idle-party")],
    ),
    "capital drawn beyond what is committed, and by one alone": (
        a_contract(shares={**SHARES, "by": "drawn"}, drawdowns=DRAWN),
        [("/shares/investors/1", "no-capital"), ("/shares/investors/0/committed", "drawn-more")],
    ),
    "capital drawn and prices indexed when all is over": (
        a_contract(
            indexation=[{"from": "2041-01-01", "factor": "1.02"}],
            drawdowns=[{"party": "a", "on": "2041-07-01", "amount": "1.00"}],
        ),
        [("/indexation/0", "too-late"), ("/drawdowns/0", "too-late")],
    ),
    "no day to report the last outcomes": (a_contract(evidence_until="2040-12-31"), [("/evidence_until", "no-time")]),
    "a cohort that nothing counts": (with_metrics(), [("/cohorts/0", "unused")]),
    "a cohort without a planned number": (
        with_metrics({**EXAM, "deadweight": {"expected_rate": "0.3", "cohorts": ["north"]}}),
        [("/metrics/0/deadweight", "no-planned-number")],
    ),
    "a cohort too small for its level": (
        with_metrics(with_rule(SHARE, at_least={"count": 9}), cohorts=[{"id": "north", "planned": 8}]),
        [("/metrics/0/rule/least_group", "small-cohort"), ("/metrics/0/rule/at_least/count", "small-cohort")],
    ),
    "a cohort judged before it closes": (
        with_metrics(MEAN, cohorts=[{"id": "north", "planned": 80, "closes_on": "2026-02-01"}]),
        [("/metrics/0/rule/evaluated", "early-evaluation")],
    ),
    "a cohort judged after the last day": (
        with_metrics(with_rule(SHARE, evaluated={"months": 300})),
        [("/metrics/0/rule/evaluated", "late-checkpoint")],
    ),
    "a checkpoint beyond the last day": (
        a_contract(with_rule(HBA1C, checkpoints=[{"months": 12}, {"months": 36}]), outcomes_until="2024-12-31"),
        [("/metrics/0/rule", "late-checkpoint")],
    ),
    "a checkpoint of a calendar date beyond the last day": (
        a_contract(with_rule(EMPLOYMENT, anchor="2040-01-01")),
        [("/metrics/0/rule", "late-checkpoint")],
    ),
    "one measurement that could be baseline and follow-up": (
        a_contract(with_rule(HBA1C, checkpoints=[{"months": 2}], tolerance_days=30)),
        [("/metrics/0/rule", "overlap")],
    ),
    "a good exit that is no exit": (
        a_contract(with_rule(TIME, good_exits=["ordinary", "retired"])),
        [("/metrics/0/rule/good_exits", "idle-exit")],
    ),
    "good exits from spells of any length": (
        a_contract(with_rule(TIME_HOUSED, good_exits=["moved"])),
        [("/metrics/0/rule/good_exits", "idle-exit")],
    ),
    "more repeats than fit": (
        a_contract(with_rule(EXAM, repeats={"at_most": 10, "least_gap_days": 900})),
        [("/metrics/0/rule/repeats/at_most", "late-repeats")],
    ),
    "a deadweight of everything": (
        a_contract({**EXAM, "deadweight": {"share": "1"}}),
        [("/metrics/0/deadweight", "pays-nothing")],
    ),
    "a condition on what is for others": (
        a_contract(
            {**EXAM, "eligible": {"area": ["south"]}},
            {**NO_VISIT, "eligible": {"area": ["north"]}, "requires": [{"metric": "exam"}]},
            attributes={"area": ["north", "south"]},
        ),
        [("/metrics/1/requires/0/metric", "never-both")],
    ),
    "a metric without an end of its retention beside one that has it": (
        a_contract(HOUSING, {**EXAM, "retention_months": 12}),
        [("/metrics/0", "no-retention")],
    ),
    "nothing, where every metric agrees an end of its retention": (
        a_contract({**HOUSING, "retention_months": 60}, {**EXAM, "retention_months": 12}),
        [],
    ),
    "a metric that pays nothing": (
        a_contract({**EXAM, "tariff": {"kind": "flat", "price": "0.00"}}),
        [("/metrics/0/tariff", "pays-nothing")],
    ),
    "nothing, where a price depends on a quantity": (
        a_contract(
            {**TIME, "tariff": {"kind": "per_unit", "price": "5.00", "unit": "week"}},
            limits={"contract": {"amount": "1.00"}},
        ),
        [],
    ),
    "nothing, where what pays nothing is a condition of what pays": (
        a_contract(
            {**EXAM, "tariff": {"kind": "flat", "price": "0.00"}}, {**NO_VISIT, "requires": [{"metric": "exam"}]}
        ),
        [],
    ),
}


@pytest.mark.parametrize("name", list(ODD))
def test_a_contract_is_sound_and_odd_for(name: str) -> None:
    document, expected = ODD[name]
    assert [(odd.pointer, odd.code) for odd in oddities(read(document))] == expected


def test_every_warning_of_a_contract_that_says_everything_is_told_in_words() -> None:
    assert all(odd.detail and not odd.detail.endswith(".") for odd in oddities(read(everything())))


def test_an_amendment_is_measured_from_the_first_day_of_the_contract() -> None:
    late = read(a_contract(HBA1C, version=2, effective_from="2024-06-01", outcomes_until="2024-12-31"))
    assert [odd.code for odd in oddities(late)] == ["late-checkpoint"]
    assert oddities(late, date(2022, 1, 1)) == ()
