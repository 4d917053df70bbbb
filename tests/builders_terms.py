"""A contract that says everything the language of terms can say, and metrics of the kinds that need the most words."""

import copy
from typing import Any

from service.core.errors import InvalidInput
from service.core.terms import read_terms
from tests.builders import EMPLOYMENT, EXAM, HBA1C, HOUSING, NO_VISIT, ZONES, a_contract, with_rule

A_UNIT = {"kind": "per_unit", "price": "0.80", "unit": "unit of the difference"}


def a_metric(kind: str, **fields: Any) -> dict[str, Any]:
    """A metric with a rule of that kind, flat 1,000, named after it."""
    return {
        "id": kind.replace("_", "-"),
        "title": f"A {kind}",
        "clause": "schedule 2",
        "rule": {"kind": kind, **fields},
        "tariff": {"kind": "flat", "price": "1000.00"},
    }


SUSTAINED = a_metric(
    "sustained_status",
    domain="housing",
    qualifying=["own_tenancy", "dormitory"],
    steps=[{"weeks": 13, "id": "a quarter", "within": {"weeks": 20}}, {"months": 12, "within": {"months": 14}}],
    allowed_gap_days=14,
    on_break="cumulative",
    latest_start={"months": 3},
    days_not_counted=[{"from": "2022-07-01", "through": "2022-08-10"}],
    tolerated_breaches={"count": 2, "days": 20},
    confirmation="reported",
    good_exits=["moved_away"],
)
MILESTONE = a_metric(
    "milestone",
    milestone="control_attended",
    within={"anchor": {"milestone": "referred"}, "months": 18},
    repeats={"at_most": 3, "least_gap_days": 60},
)
TIME = a_metric(
    "time_in_status",
    domain="employment",
    qualifying=["ordinary"],
    unit="weeks",
    at_most=26,
    least_spell={"weeks": 4},
    good_exits=["retired"],
)
REDUCTION = a_metric(
    "event_reduction",
    kinds=["emergency_visit"],
    baseline={"months": 12, "anchor": "enrolled"},
    anchor="completed",
    windows={"months": 6, "count": 2},
    at_most_share="0.4",
)
SUM = a_metric(
    "threshold_sum",
    measure="earnings",
    unit="GBP",
    thresholds=[{"at_least": 768}, {"at_least": 1631, "id": "second"}],
    within={"anchor": "2022-03-01", "months": 12},
)
_HALF_A_YEAR = {**HOUSING["rule"], "steps": [{"months": 6, "id": "half a year"}, {"months": 12}]}
COMPOSITE = a_metric(
    "composite",
    need="at_least",
    count=1,
    members=[
        {"id": "passed", "rule": EXAM["rule"]},
        {"id": "housed", "rule": _HALF_A_YEAR, "step": "half a year"},
    ],
)
SHARE = a_metric(
    "cohort_share",
    cohorts=["north"],
    member={"id": "better", "rule": HBA1C["rule"]},
    of="measured",
    at_least={"fraction": "50/162"},
    least_group=10,
    evaluated={"months": 14},
)
MEAN = a_metric(
    "cohort_mean",
    cohorts=["north"],
    measure="hba1c",
    unit="mmol/mol",
    direction="down",
    baseline={"before_days": 60, "after_days": 30},
    anchor="enrolled",
    checkpoint={"months": 12},
    tolerance_days=45,
    threshold={"absolute": 5},
    of="completed",
    missing="no-change",
    least_group=10,
    evaluated={"on": "2026-01-01"},
)
COMPARISON = a_metric(
    "comparison",
    measure="weeks_on_support",
    unit="weeks",
    group="ungi",
    against="others",
    direction="down",
    per="participant",
    floor="0.5",
    counts_losses=True,
    follow_ups=["first", "second"],
)
SAVING = a_metric(
    "saving",
    measure="cleaning_cost",
    group="cost_now",
    against="cost_before",
    counts_losses=True,
    follow_ups=["2022", "2023"],
)
SAVING_OF_ONE = a_metric(
    "saving",
    measure="care_cost",
    baseline={"before_days": 30, "anchor": "enrolled", "after_days": 10},
    anchor="completed",
    checkpoints=[{"months": 12, "id": "a year on"}],
    tolerance_days=30,
)


def _all_metrics() -> list[dict[str, Any]]:
    bands = [{"up_to": 10, "price": "1000.00"}, {"up_to": 20, "price": "800.00"}, {"price": "500.00"}]
    points = [{"quantity": "0.5", "price": "0.00"}, {"quantity": "1.4", "price": "900.00"}]
    by_payer = [
        {"party": "city", "tariff": {"kind": "flat", "price": "700.00"}},
        {"party": "region", "tariff": {"kind": "per_unit", "price": "0.125", "unit": "week"}},
    ]
    priced: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (MILESTONE, {"tariff": {"kind": "bands", "over": "contract", "how": "marginal", "bands": bands}}),
        (SUSTAINED, {"tariff": {"kind": "by_payer", "payers": by_payer}}),
        (TIME, {"tariff": {"kind": "per_unit", "price": "12.18", "unit": "week in work"}, "indexed": False}),
        (REDUCTION, {"tariff": {"kind": "flat", "price": {"window 1": "100.00", "window 2": "-50.00"}}}),
        (SUM, {"tariff": {"kind": "sliding", "points": points}, "counts_earlier": "on_effective_from"}),
        (COMPOSITE, {"price_basis": "enrolled_on", "each": True, "after_withdrawal": True}),
        (SHARE, {}),
        (MEAN, {"tariff": {"kind": "bands", "over": "quantity", "how": "whole", "lump": True, "bands": bands}}),
        (COMPARISON, {"tariff": A_UNIT, "deadweight": {"share": "0.33"}}),
        (SAVING, {"tariff": A_UNIT, "deductions": [{"name": "Service fee", "clause": "9.1", "share": "0.1"}]}),
        ({**SAVING_OF_ONE, "id": "saving-of-one"}, {"deductions": [{"name": "Fee", "clause": "9", "amount": "5.00"}]}),
        (with_rule(EMPLOYMENT, anchor="completed"), {}),
        (NO_VISIT, {"payers": [{"party": "region", "weight": 3}, {"party": "city", "weight": 1}]}),
        (
            with_rule(HBA1C, anchor={"milestone": "referred"}),
            {"accepts_evidence": ["laboratory", "register"], "eligible": {"area": ["north", "south"]}},
        ),
        ({**EXAM, "id": "conditions"}, _conditions()),
    ]
    return [{**metric, **changes} for metric, changes in copy.deepcopy(priced)]


def _conditions() -> dict[str, Any]:
    return {
        "requires": [{"metric": "housing", "step": "6 months", "gap": {"weeks": 13}, "already": "stated"}],
        "excludes": ["employment", "hba1c"],
        "uplifts": [{"attribute": "area", "values": ["north"], "factor": "1.4"}],
        "deadweight": {"expected_rate": "0.31", "cohorts": ["north"]},
        "limits": {"participant": {"count": 1}, "metric": {"units": 40}},
        "retention_months": 60,
    }


def everything() -> dict[str, Any]:
    """A contract, sound, that uses every field of the format."""
    investors = [{"party": "a", "weight": 2, "committed": "500000.00"}, {"party": "b", "weight": 1}]
    return a_contract(
        with_rule(HOUSING, on_break="restart", confirmation="carried-forward"),
        *_all_metrics(),
        first_statement_period="2023",
        price_basis="enrolled_on",
        rounding="half-even",
        smallest_group=7,
        small_groups="merge",
        floor=0,
        approval="one-person",
        payment_days=45,
        source="the signed contract",
        attributes={"area": ["north", "south", "west"]},
        parties={
            "a": {"name": "Investor A", "roles": ["investor"]},
            "b": {"name": "Investor B", "roles": ["investor", "verifier"]},
            "city": {"name": "The city", "roles": ["outcome_payer", "service_provider"]},
            "region": {"name": "The region", "roles": ["outcome_payer"]},
            "fund": {"name": "The fund", "roles": ["guarantor"]},
        },
        shares={
            "payers": [{"party": "city", "weight": 60}, {"party": "region", "weight": 40}],
            "investors": investors,
            "by": "tranches",
            "tranches": [
                {"id": "senior", "investors": investors, "cap": "100000.00"},
                {"id": "junior", "investors": [{"party": "b", "weight": 1}, {"party": "city", "weight": 1}]},
            ],
            "return_caps": [{"party": "a", "amount": "600000.00", "beyond": "city"}],
        },
        limits={
            "participant": {"amount": "20000.00"},
            "period": {"amount": "900000.00", "counts_in": "stated"},
            "payers": [{"party": "region", "amount": "300000.00", "then": "city"}],
            "contract": {"amount": "2400000.00"},
        },
        indexation=[{"from": "2023-01-01", "factor": "1.02"}, {"from": "2024-01-01", "factor": "1.04"}],
        cohorts=[{"id": "north", "where": {"area": ["north"]}, "planned": 80, "closes_on": "2024-06-30"}],
        guarantee={"party": "fund", "amount": "200000.00"},
        drawdowns=[{"party": "a", "on": "2022-01-15", "amount": "100000.00"}],
        bookkeeping=[
            {"payer": "city", "account": "4010", "cost_centre": "1200", "debt_account": "9500"},
            {"payer": "city", "metric": "housing", "account": "4020", "cost_centre": "1210"},
            {"payer": "fund", "account": "7000"},
        ],
        plans=[
            {
                "from": "2022-01-01",
                "effect": "0.75",
                "reason": "as signed",
                "expected": [
                    {"metric": "housing", "period": "2023", "outcomes": 40, "amount": "600000.00"},
                    {"metric": "hba1c", "period": "2023", "outcomes": 30},
                ],
            }
        ],
    )


Places = list[tuple[str, str]]
NORTH = {"attributes": {"area": ["north"]}, "cohorts": [{"id": "north", "where": {"area": ["north"]}}]}


def places(document: Any) -> Places:
    """Where the faults of a document are, and what they are; each has a remedy."""
    try:
        read_terms(document, ZONES)
    except InvalidInput as refused:
        assert all(fault.detail and fault.code != "not-valid" for fault in refused.faults)
        return [(fault.pointer, fault.code) for fault in refused.faults]
    return []


def with_metrics(*metrics: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Contract W with these metrics and a cohort north."""
    return a_contract(*metrics, **{**NORTH, **changes})


def required(metric: str, **fields: Any) -> dict[str, Any]:
    """A condition on another metric."""
    return {"requires": [{"metric": metric, **fields}]}
