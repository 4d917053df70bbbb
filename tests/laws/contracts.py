"""Strategies for contracts: every rule kind, tariff and limit, one version or two."""

import copy
from typing import Any

from hypothesis import strategies as st

from tests.builders import EMPLOYMENT, EXAM, HBA1C, HOUSING, NO_VISIT, a_contract, with_rule
from tests.laws.kinds import counting_metrics
from tests.laws.prices import limits_of_periods_and_payers, other_price, price_terms, priced, with_payers_that_owe

Document = dict[str, Any]

# Small numbers that do not divide evenly, so that rounding and splitting have work to do.
_AMOUNTS = st.sampled_from(["0", "1", "7", "100", "333", "1001", "15000"])
_WEIGHTS = st.sampled_from([1, 2, 3, "0.5", "33.3"])
ANCHORS = st.sampled_from(
    ["enrolled", "enrolled", "enrolled", "completed", "withdrew", "2022-03-01", {"milestone": "moved_in"}]
)
_PARTIES = {
    **{name: {"name": name.title(), "roles": ["investor"]} for name in ("inv-a", "inv-b", "inv-c")},
    **{name: {"name": name.title(), "roles": ["outcome_payer"]} for name in ("pay-a", "pay-b", "pay-c")},
}
_LIMITS = st.one_of(
    st.none(),
    st.none(),
    st.none(),
    st.fixed_dictionaries({"amount": st.sampled_from(["500", "1500", "20000"])}),
    st.fixed_dictionaries({"count": st.integers(1, 3)}),
    st.fixed_dictionaries({"units": st.sampled_from(["1", "2.5", "8"])}),
)


def _flat(steps: list[str]) -> st.SearchStrategy[Document]:
    by_step = st.fixed_dictionaries({step: _AMOUNTS for step in steps})
    return st.fixed_dictionaries({"kind": st.just("flat"), "price": st.one_of(_AMOUNTS, by_step)})


_PER_UNIT = st.fixed_dictionaries(
    {"kind": st.just("per_unit"), "price": st.sampled_from(["12.345", "100", "0.005"]), "unit": st.just("a unit")}
)


@st.composite
def housing_metrics(draw: st.DrawFn) -> Document:
    """Stable housing in three steps, each longer than the one before."""
    cumulative = draw(st.booleans())
    within = {"within": {"months": 12}} if cumulative and draw(st.booleans()) else {}
    rule: Document = {
        "steps": [{"months": 1}, {"weeks": 13, "id": "quarter", **within}, {"days": 200, **within}],
        "qualifying": draw(st.sampled_from([["own_tenancy"], ["own_tenancy", "shared_flat"]])),
        "on_break": "cumulative" if cumulative else "restart",
        "allowed_gap_days": draw(st.sampled_from([0, 14])),
        "confirmation": draw(st.sampled_from(["reported", "carried-forward"])),
        "good_exits": draw(st.sampled_from([[], [], ["shelter"]])),
    }
    if draw(st.booleans()):
        rule["tolerated_breaches"] = {"count": 1, "days": 40}
    if draw(st.booleans()):
        rule["latest_start"] = {"months": 4}
    if draw(st.booleans()):
        rule["days_not_counted"] = [{"from": "2022-07-01", "through": "2022-07-31"}]
    return {**with_rule(HOUSING, **rule), "tariff": draw(_flat(["1 month", "quarter", "200 days"]))}


@st.composite
def _hba1c(draw: st.DrawFn) -> Document:
    threshold = draw(st.sampled_from([{"relative": "0.085"}, {"absolute": "5"}, {"target": "53"}]))
    changed = with_rule(
        HBA1C,
        threshold=threshold,
        direction=draw(st.sampled_from(["up", "down"])),
        checkpoints=[{"months": 3}, {"months": 12}],
        anchor=draw(ANCHORS),
    )
    return {**changed, "tariff": draw(st.one_of(_PER_UNIT, _flat(["3 months", "12 months"])))}


@st.composite
def _no_visit(draw: st.DrawFn) -> Document:
    kinds = draw(st.sampled_from([["emergency_visit"], ["emergency_visit", "charge"]]))
    changed = with_rule(NO_VISIT, kinds=kinds, anchor=draw(ANCHORS), windows={"months": 4, "count": 2})
    return {**changed, "tariff": draw(_flat(["window 1", "window 2"]))}


@st.composite
def _employment(draw: st.DrawFn) -> Document:
    changed = with_rule(EMPLOYMENT, checkpoints=[{"months": 6}, {"months": 12}], anchor=draw(ANCHORS))
    prices = {value: draw(_AMOUNTS) for value in ("ordinary", "flexjob", "small_job")}
    return {**changed, "tariff": {"kind": "graded", "prices": prices}}


@st.composite
def _exam(draw: st.DrawFn) -> Document:
    rule: Document = {"milestone": "exam_passed"}
    if draw(st.booleans()):
        rule["within"] = {"months": 9, "anchor": draw(ANCHORS)}
    if draw(st.booleans()):
        rule["repeats"] = {"at_most": 3, "least_gap_days": draw(st.sampled_from([0, 30]))}
    return {**with_rule(EXAM, **rule), "tariff": draw(st.one_of(_PER_UNIT, _AMOUNTS.map(_one_price)))}


def _one_price(price: str) -> Document:
    return {"kind": "flat", "price": price}


@st.composite
def _metric(draw: st.DrawFn, shape: st.SearchStrategy[Document]) -> Document:
    metric = draw(shape)
    limits = {scope: draw(_LIMITS) for scope in ("participant", "metric")}
    metric["limits"] = {scope: limit for scope, limit in limits.items() if limit}
    metric["each"], metric["after_withdrawal"] = draw(st.booleans()), draw(st.booleans())
    metric["after_withdrawal"] |= metric["rule"].get("anchor") == "withdrew"  # else nobody could ever achieve it
    if draw(st.integers(0, 3)) == 0:
        metric["accepts_evidence"] = ["register"]
    if draw(st.integers(0, 5)) == 0:
        metric["eligible"] = {"cohort": ["north"]}
    if draw(st.integers(0, 3)) == 0:
        metric["price_basis"] = draw(st.sampled_from(["achieved_on", "enrolled_on"]))
    if draw(st.integers(0, 3)) == 0:
        metric["counts_earlier"] = "on_effective_from"
    if draw(st.integers(0, 3)) == 0:
        metric["payers"] = draw(_shares("pay"))
    return _with_losses_by_the_unit(draw(priced(metric)))


def _with_losses_by_the_unit(metric: Document) -> Document:
    """A loss counts where a unit has a price; a price an achievement would pay for it."""
    if metric["tariff"]["kind"] == "per_unit" or "counts_losses" not in metric["rule"]:
        return metric
    return with_rule(metric, counts_losses=False)


@st.composite
def _shares(draw: st.DrawFn, role: str) -> list[Document]:
    names = draw(st.permutations([f"{role}-{letter}" for letter in "abc"]))[: draw(st.integers(1, 3))]
    return [{"party": name, "weight": draw(_WEIGHTS)} for name in names]


@st.composite
def _metrics(draw: st.DrawFn) -> list[Document]:
    shapes = draw(
        st.permutations([housing_metrics(), _hba1c(), _no_visit(), _employment(), _exam(), *counting_metrics(ANCHORS)])
    )
    return [draw(_metric(shape)) for shape in shapes[: draw(st.integers(1, 3))]]


@st.composite
def contracts(draw: st.DrawFn) -> Document:
    """A contract as a document, at its first version."""
    limits = {scope: draw(_LIMITS) for scope in ("participant", "contract")}
    document = a_contract(
        *draw(_metrics()),
        parties=_PARTIES,
        shares={"payers": draw(_shares("pay")), "investors": draw(_shares("inv"))},
        limits={
            **{scope: limit for scope, limit in limits.items() if limit},
            **draw(limits_of_periods_and_payers()),
        },
        attributes={"cohort": ["north", "south"]},
        rounding=draw(st.sampled_from(["half-up", "half-even", "up", "down"])),
        price_basis=draw(st.sampled_from(["achieved_on", "enrolled_on"])),
        currency=draw(st.sampled_from(["DKK", "JPY", "KWD"])),
        smallest_group=3,
        outcomes_until=draw(st.sampled_from(["2040-12-31", "2040-12-31", "2023-06-30"])),
        **draw(price_terms()),
    )
    return with_payers_that_owe(document)


@st.composite
def amendments(draw: st.DrawFn, first: Document) -> Document:
    """The second version of a contract: other prices, shares, limits and metrics from some date on."""
    amended = copy.deepcopy(first)
    other = draw(contracts())
    for part in draw(st.sets(st.sampled_from(["shares", "limits", "price_basis", "rounding", "metrics"]))):
        amended[part] = other[part]
    for metric in amended["metrics"]:
        if draw(st.booleans()):
            other_price(metric["tariff"])
    amended |= {"version": 2, "reason": "as agreed"}
    amended["effective_from"] = draw(st.sampled_from(["2022-04-15", "2022-10-01", "2023-01-01", "2024-02-29"]))
    amended["outcomes_until"] = max(amended["outcomes_until"], amended["effective_from"])
    return with_payers_that_owe({**amended, "parties": _PARTIES})
