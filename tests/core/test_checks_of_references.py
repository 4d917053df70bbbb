"""References to nothing, parties where they cannot stand and prices that are missing are refused with a remedy."""

from typing import Any

import pytest

from tests.builders import EXAM, HBA1C, HOUSING, a_contract, read, with_rule
from tests.builders_terms import COMPARISON, COMPOSITE, MEAN, MILESTONE, SHARE, Places, places, required, with_metrics

PARTIES = {
    "a": {"name": "Investor A", "roles": ["investor"]},
    "b": {"name": "Investor B", "roles": ["investor"]},
    "provider": {"name": "The provider", "roles": ["service_provider"]},
    "city": {"name": "The city", "roles": ["outcome_payer"]},
    "region": {"name": "The region", "roles": ["outcome_payer"]},
}
BOTH = [{"party": "city", "weight": 1}, {"party": "region", "weight": 1}]
BANDS = {"kind": "bands", "over": "contract", "how": "marginal", "bands": [{"up_to": 10, "price": "2"}, {"price": "1"}]}


def with_shares(**shares: Any) -> dict[str, Any]:
    """Contract W with a provider, two payers and these shares."""
    investors = [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}]
    return a_contract(parties=PARTIES, shares={"payers": BOTH, "investors": investors, **shares})


def tranche(name: str, party: str = "a", **fields: Any) -> dict[str, Any]:
    """A tranche of one investor."""
    return {"id": name, "investors": [{"party": party, "weight": 1}], **fields}


UNKNOWN: dict[str, tuple[dict[str, Any], Places]] = {
    "a required metric": (
        with_metrics({**EXAM, **required("x")}),
        [("/metrics/0/requires/0/metric", "unknown-metric")],
    ),
    "a metric that requires itself": (
        with_metrics({**EXAM, **required("exam")}),
        [("/metrics/0/requires/0/metric", "unknown-metric")],
    ),
    "a required step": (
        with_metrics(HOUSING, {**EXAM, **required("housing", step="9 months")}),
        [("/metrics/1/requires/0/step", "unknown-step")],
    ),
    "a required metric of a group": (
        with_metrics(SHARE, {**EXAM, **required("cohort-share")}),
        [("/metrics/1/requires/0/metric", "not-allowed")],
    ),
    "an excluded metric": (with_metrics({**EXAM, "excludes": ["x"]}), [("/metrics/0/excludes/0", "unknown-metric")]),
    "a planned metric and its period": (
        with_metrics(
            plans=[
                {"from": "2022-01-01", "reason": "r", "expected": [{"metric": "x", "period": "2022-Q1", "outcomes": 1}]}
            ]
        ),
        [("/plans/0/expected/0/metric", "unknown-metric"), ("/plans/0/expected/0/period", "wrong-form")],
    ),
    "one expectation told twice": (
        with_metrics(
            plans=[
                {
                    "from": "2022-01-01",
                    "reason": "r",
                    "expected": [{"metric": "housing", "period": "2022", "outcomes": n} for n in (1, 2)],
                }
            ]
        ),
        [("/plans/0/expected/1", "repeated")],
    ),
    "a cohort of a rule": (
        with_metrics(with_rule(SHARE, cohorts=["x"])),
        [("/metrics/0/rule/cohorts/0", "unknown-cohort")],
    ),
    "a cohort of deadweight": (
        with_metrics({**EXAM, "deadweight": {"expected_rate": "0.3", "cohorts": ["x"]}}),
        [("/metrics/0/deadweight/cohorts/0", "unknown-cohort")],
    ),
    "an attribute of a cohort": (
        with_metrics(cohorts=[{"id": "c", "where": {"sex": ["female"]}}]),
        [("/cohorts/0/where/sex", "unknown-attribute")],
    ),
    "an attribute of an uplift": (
        with_metrics({**EXAM, "uplifts": [{"attribute": "sex", "values": ["female"], "factor": "1.4"}]}),
        [("/metrics/0/uplifts/0/attribute", "unknown-attribute")],
    ),
    "a value of an uplift": (
        with_metrics({**EXAM, "uplifts": [{"attribute": "area", "values": ["east"], "factor": "1.4"}]}),
        [("/metrics/0/uplifts/0/values", "unknown-value")],
    ),
    "a value with two uplifts": (
        with_metrics({**EXAM, "uplifts": [{"attribute": "area", "values": ["north"], "factor": "1.4"}] * 2}),
        [("/metrics/0/uplifts/1/values", "repeated")],
    ),
    "two cohorts of one id": (
        with_metrics(cohorts=[{"id": "c"}, {"id": "c"}]),
        [("/cohorts/0/id", "repeated"), ("/cohorts/1/id", "repeated")],
    ),
    "a unit of a cohort's measure": (
        with_metrics(with_rule(MEAN, unit="mg/dl")),
        [("/metrics/0/rule/unit", "unknown-unit")],
    ),
    "a unit inside a cohort": (
        with_metrics(with_rule(SHARE, member={"id": "m", "rule": {**HBA1C["rule"], "unit": "mg/dl"}})),
        [("/metrics/0/rule/member/rule/unit", "unknown-unit")],
    ),
}
CIRCLES: dict[str, tuple[dict[str, Any], Places]] = {
    "two metrics that require one another": (
        with_metrics({**HOUSING, **required("exam")}, {**EXAM, **required("housing")}),
        [("/metrics/0/requires", "circle"), ("/metrics/1/requires", "circle")],
    ),
    "metrics that exclude one another": (
        with_metrics({**HOUSING, "excludes": ["exam"]}, {**EXAM, "excludes": ["housing"]}),
        [("/metrics/0/excludes", "circle"), ("/metrics/1/excludes", "circle")],
    ),
}
PARTY_FAULTS: dict[str, tuple[dict[str, Any], Places]] = {
    "a payer without a share, though it has a limit": (
        a_contract(parties=PARTIES, limits={"payers": [{"party": "region", "amount": "1"}]}),
        [("/parties/region/roles", "no-share")],
    ),
    "a payer among the recipients": (
        with_shares(investors=[{"party": "city", "weight": 1}]),
        [("/shares/investors/0/party", "wrong-role")],
    ),
    "tranches that are not there": (with_shares(by="tranches"), [("/shares/by", "required")]),
    "tranches that nobody shares by": (with_shares(tranches=[tranche("t")]), [("/shares/tranches", "not-allowed")]),
    "a tranche that is never reached": (
        with_shares(by="tranches", tranches=[tranche("t"), tranche("u")]),
        [("/shares/tranches/0/cap", "required")],
    ),
    "two tranches of one id": (
        with_shares(by="tranches", tranches=[tranche("t", cap="1"), tranche("t")]),
        [("/shares/tranches/0/id", "repeated"), ("/shares/tranches/1/id", "repeated")],
    ),
    "an unknown investor of a tranche": (
        with_shares(by="tranches", tranches=[tranche("t", "x")]),
        [("/shares/tranches/0/investors/0/party", "unknown-party")],
    ),
    "capital that nobody draws": (with_shares(by="drawn"), [("/shares/by", "required")]),
    "a return cap of who is due nothing": (
        with_shares(return_caps=[{"party": "provider", "amount": "1"}]),
        [("/shares/return_caps/0/party", "no-share")],
    ),
    "what lies beyond a return cap for nobody known": (
        with_shares(return_caps=[{"party": "a", "amount": "1", "beyond": "x"}]),
        [("/shares/return_caps/0/beyond", "unknown-party")],
    ),
    "return caps in a circle": (
        with_shares(
            return_caps=[{"party": "a", "amount": "1", "beyond": "b"}, {"party": "b", "amount": "1", "beyond": "a"}]
        ),
        [("/shares/return_caps/0/beyond", "circle"), ("/shares/return_caps/1/beyond", "circle")],
    ),
    "a limit of a party that pays nothing": (
        with_shares() | {"limits": {"payers": [{"party": "a", "amount": "1"}]}},
        [("/limits/payers/0/party", "wrong-role")],
    ),
    "nobody to take over": (
        with_shares() | {"limits": {"payers": [{"party": "city", "amount": "1", "then": "x"}]}},
        [("/limits/payers/0/then", "unknown-party")],
    ),
    "a payer that takes over from itself": (
        with_shares() | {"limits": {"payers": [{"party": "city", "amount": "1", "then": "city"}]}},
        [("/limits/payers/0/then", "circle")],
    ),
    "a guarantee of somebody who does not guarantee": (
        a_contract(guarantee={"party": "a", "amount": "1"}),
        [("/guarantee/party", "wrong-role")],
    ),
    "capital drawn from nobody known": (
        a_contract(drawdowns=[{"party": "x", "on": "2022-01-01", "amount": "1"}]),
        [("/drawdowns/0/party", "unknown-party")],
    ),
    "a price owed by nobody known": (
        a_contract({**EXAM, "tariff": {"kind": "by_payer", "payers": [{"party": "x", "tariff": EXAM["tariff"]}]}}),
        [("/metrics/0/tariff/payers/0/party", "unknown-party")],
    ),
    "payers beside prices by payer": (
        a_contract(
            {
                **EXAM,
                "payers": [{"party": "city", "weight": 1}],
                "tariff": {"kind": "by_payer", "payers": [{"party": "city", "tariff": EXAM["tariff"]}]},
            }
        ),
        [("/metrics/0/payers", "not-allowed")],
    ),
}
TARIFFS: dict[str, tuple[dict[str, Any], Places]] = {
    "a metric without a tariff": (
        a_contract({key: value for key, value in EXAM.items() if key != "tariff"}),
        [("/metrics/0/tariff", "required")],
    ),
    "bands with a hole": (
        a_contract({**EXAM, "tariff": {**BANDS, "bands": [{"price": "2"}, {"price": "1"}]}}),
        [("/metrics/0/tariff", "hole")],
    ),
    "bands that end": (
        a_contract({**EXAM, "tariff": {**BANDS, "bands": [{"up_to": 1, "price": "2"}, {"up_to": 2, "price": "1"}]}}),
        [("/metrics/0/tariff", "hole")],
    ),
    "bands out of order": (
        a_contract(
            {
                **EXAM,
                "tariff": {
                    **BANDS,
                    "bands": [{"up_to": 9, "price": "2"}, {"up_to": 5, "price": "1"}, {"price": "1"}],
                },
            }
        ),
        [("/metrics/0/tariff", "wrong-order")],
    ),
    "a member of the best of some without a price": (
        a_contract(
            {
                **with_rule(COMPOSITE, need="best", count=None),
                "tariff": {"kind": "graded", "prices": {"passed": "1"}},
            }
        ),
        [("/metrics/0/tariff/prices", "values-differ")],
    ),
    "grades of a composite that is not the best of some": (
        a_contract({**COMPOSITE, "tariff": {"kind": "graded", "prices": {"passed": "1", "housed": "2"}}}),
        [("/metrics/0/tariff", "not-allowed")],
    ),
    "a payer's tariff without a step's price": (
        a_contract(
            {
                **HOUSING,
                "tariff": {
                    "kind": "by_payer",
                    "payers": [{"party": "city", "tariff": {"kind": "flat", "price": {"3 months": "1"}}}],
                },
            }
        ),
        [("/metrics/0/tariff/payers/0/tariff/price", "steps-differ")],
    ),
}
FAULTS = UNKNOWN | CIRCLES | PARTY_FAULTS | TARIFFS


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_contract_is_refused_for(name: str) -> None:
    document, expected = FAULTS[name]
    assert places(document) == expected


TOO_FINE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"limits": {"period": {"amount": "0.001"}}}, "/limits/period/amount"),
    ({"limits": {"payers": [{"party": "city", "amount": "0.001"}]}}, "/limits/payers/0/amount"),
    ({"drawdowns": [{"party": "a", "on": "2022-01-01", "amount": "0.001"}]}, "/drawdowns/0/amount"),
    (
        {
            "plans": [
                {
                    "from": "2022-01-01",
                    "reason": "r",
                    "expected": [{"metric": "housing", "period": "2022", "outcomes": 1, "amount": "0.001"}],
                }
            ]
        },
        "/plans/0/expected/0/amount",
    ),
)


@pytest.mark.parametrize(("changes", "pointer"), TOO_FINE)
def test_no_amount_is_finer_than_the_currency(changes: dict[str, Any], pointer: str) -> None:
    assert places(a_contract(**changes)) == [(pointer, "too-precise")]


@pytest.mark.parametrize(
    ("metric", "place"),
    [
        (
            {**EXAM, "tariff": {**BANDS, "bands": [{"up_to": 1, "price": "0.001"}, {"price": "1"}]}},
            "tariff/bands/0/price",
        ),
        ({**EXAM, "deductions": [{"name": "n", "clause": "c", "amount": "0.001"}]}, "deductions/0/amount"),
        (
            {
                **MILESTONE,
                "tariff": {
                    "kind": "sliding",
                    "points": [{"quantity": 0, "price": "0.001"}, {"quantity": 1, "price": "1"}],
                },
            },
            "tariff/points/0/price",
        ),
    ],
)
def test_no_price_is_finer_than_the_currency(metric: dict[str, Any], place: str) -> None:
    assert places(a_contract(metric)) == [(f"/metrics/0/{place}", "too-precise")]


def test_a_price_by_quantity_may_be_finer_than_the_currency() -> None:
    finer = {**BANDS, "over": "quantity", "bands": [{"up_to": 1, "price": "0.001"}, {"price": "0.0005"}]}
    assert read(a_contract({**COMPARISON, "tariff": finer})).metrics[0].tariff.kind == "bands"
