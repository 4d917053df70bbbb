"""Strategies for prices: bands, sliding, by payer, what adjusts them, and limits of periods and payers."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

_PAYERS = ("pay-a", "pay-b", "pay-c")
_PRICE = st.sampled_from(["0", "7", "100", "333", "1001"])
_ENDS: st.SearchStrategy[list[str]] = st.sampled_from([["1"], ["1", "2"], ["2", "5"], ["2.5", "8"]])
_ONE_FOR_ALL = ("flat", "per_unit")  # a tariff of these kinds can be exchanged for one that asks for no step or value


@st.composite
def _bands(draw: st.DrawFn) -> Document:
    over: str = draw(st.sampled_from(["contract", "period", "quantity"]))
    how: str = draw(st.sampled_from(["marginal", "whole"]))
    bands = [{"up_to": end, "price": draw(_PRICE)} for end in draw(_ENDS)]
    tariff: Document = {"kind": "bands", "over": over, "how": how, "bands": [*bands, {"price": draw(_PRICE)}]}
    if (over, how) == ("quantity", "whole"):
        tariff["lump"] = draw(st.booleans())
    return tariff


@st.composite
def _sliding(draw: st.DrawFn) -> Document:
    quantities = draw(st.sampled_from([["0", "10"], ["1", "3"], ["5", "6.5", "40"]]))
    return {"kind": "sliding", "points": [{"quantity": quantity, "price": draw(_PRICE)} for quantity in quantities]}


def _flat() -> st.SearchStrategy[Document]:
    return st.sampled_from(["7", "333", "-100"]).map(lambda price: {"kind": "flat", "price": price})


@st.composite
def _by_payer(draw: st.DrawFn) -> Document:
    parties = draw(st.permutations(_PAYERS))[: draw(st.integers(1, 3))]
    own = st.one_of(_flat(), _bands(), _sliding())
    return {"kind": "by_payer", "payers": [{"party": party, "tariff": draw(own)} for party in parties]}


@st.composite
def priced(draw: st.DrawFn, metric: Document) -> Document:
    """The metric, sometimes with another price, and sometimes with adjustments of it."""
    metric = dict(metric)
    if metric["tariff"]["kind"] in _ONE_FOR_ALL and draw(st.integers(0, 2)) == 0:
        metric["tariff"] = draw(st.one_of(_bands(), _sliding(), _flat(), _by_payer()))
        if metric["tariff"]["kind"] == "by_payer":
            metric.pop("payers", None)
    if draw(st.integers(0, 4)) == 0:
        metric["uplifts"] = [{"attribute": "cohort", "values": ["north"], "factor": "1.4"}]
    if draw(st.integers(0, 4)) == 0:
        share: Document = {"share": "0.33"}
        rate: Document = {"expected_rate": draw(st.sampled_from(["0.34", "0.5"]))}
        metric["deadweight"] = draw(st.sampled_from([share, rate, {**rate, "cohorts": ["north"]}]))
    if draw(st.integers(0, 4)) == 0:
        taken = draw(st.sampled_from([{"share": "0.1"}, {"amount": "50"}]))
        metric["deductions"] = [{"name": "a grant", "clause": "section 9", **taken}]
    return metric


def price_terms() -> st.SearchStrategy[Document]:
    """What prices need of the contract as a whole: indexation and cohorts."""
    index = [{"from": "2022-06-01", "factor": "1.021"}, {"from": "2023-01-01", "factor": "1.05"}]
    cohorts = [{"id": "north", "where": {"cohort": ["north"]}, "planned": 4, "closes_on": "2022-12-31"}]
    return st.sampled_from([[], [], index]).map(lambda indexation: {"indexation": indexation, "cohorts": cohorts})


@st.composite
def limits_of_periods_and_payers(draw: st.DrawFn) -> Document:
    """Limits of the period and of some payers, most often none."""
    limits: Document = {}
    if draw(st.integers(0, 3)) == 0:
        limit: Document = draw(st.sampled_from([{"amount": "700"}, {"count": 2}, {"units": "2.5"}]))
        limits["period"] = {**limit, "counts_in": draw(st.sampled_from(["achieved", "stated"]))}
    if draw(st.integers(0, 3)) == 0:
        chain = draw(st.permutations(_PAYERS))[: draw(st.integers(1, 3))]
        amounts = st.sampled_from(["0", "150", "1000"])
        payers = [{"party": party, "amount": draw(amounts)} for party in chain]
        if len(chain) > 1 and draw(st.integers(0, 3)):
            followed = [{**limit, "then": after["party"]} for limit, after in pairwise(payers)]
            payers = [*followed, payers[-1]]
        limits["payers"] = payers
    return limits


def with_payers_that_owe(document: Document) -> Document:
    """The contract with those parties as payers that owe something: by a share, a price of its own, or in another's
    place; a limit of anybody else falls away."""
    owing = {share["party"] for share in document["shares"]["payers"]}
    for metric in document["metrics"]:
        own = metric["tariff"]["payers"] if metric["tariff"]["kind"] == "by_payer" else ()
        owing |= {share["party"] for share in (*metric.get("payers", ()), *own)}
    kept = []
    for limit in document["limits"].get("payers", ()):
        if limit["party"] in owing:
            kept.append(limit)
            owing |= {limit["then"]} if "then" in limit else set()
    parties = document["parties"]
    idle = {name for name, party in parties.items() if "outcome_payer" in party["roles"]} - owing
    return {
        **document,
        "parties": {name: party for name, party in parties.items() if name not in idle},
        "limits": {**document["limits"], "payers": kept},
    }


def other_price(tariff: Document) -> None:
    """Another price of the same shape, in place."""
    match tariff["kind"]:
        case "bands":
            tariff["bands"][0]["price"] = "777"
        case "sliding":
            tariff["points"][-1]["price"] = "777"
        case "by_payer":
            for price in tariff["payers"]:
                other_price(price["tariff"])
        case "graded":
            tariff["prices"].update({name: "777" for name in tariff["prices"]})
        case _:
            by_step = tariff["price"] if isinstance(tariff["price"], dict) else None
            tariff["price"] = {step: "777" for step in by_step} if by_step else "777"
