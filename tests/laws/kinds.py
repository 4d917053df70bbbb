"""Strategies for metrics of the kinds that count time, occurrences and amounts, and of those made of other rules."""

import copy
from typing import Any

from hypothesis import strategies as st

from tests.builders import EXAM, HOUSING, NO_VISIT, with_rule
from tests.builders_rules import EARNINGS, FEWER_VISITS, OWN_COST, TIME_HOUSED, a_composite

Document = dict[str, Any]
Anchors = st.SearchStrategy[Any]

_PRICES = st.sampled_from(["7", "333", "1001"])
_HOURS: Document = {
    "measure": "hours",
    "unit": "h",
    "thresholds": [{"at_least": "40"}, {"at_least": "80", "id": "two"}],
}


def counting_metrics(anchors: Anchors) -> list[st.SearchStrategy[Document]]:
    """One strategy a kind, each with a tariff that fits it."""
    return [time_housed(), fewer_visits(anchors), hours(anchors), own_cost(anchors), composites(anchors)]


@st.composite
def time_housed(draw: st.DrawFn) -> Document:
    """Days, weeks or months at home, perhaps capped, perhaps only of long spells."""
    rule: Document = {
        "unit": draw(st.sampled_from(["days", "weeks", "months"])),
        "good_exits": draw(st.sampled_from([[], ["shelter"]])),
    }
    if draw(st.booleans()):
        rule["at_most"] = draw(st.sampled_from([3, 40]))
    if draw(st.booleans()):
        rule["least_spell"] = draw(st.sampled_from([{"weeks": 6}, {"months": 7}]))
    per_unit = {"kind": "per_unit", "price": draw(st.sampled_from(["12.345", "0.005"])), "unit": "a unit"}
    return {**with_rule(TIME_HOUSED, **rule), "tariff": draw(st.sampled_from([per_unit, _flat("333")]))}


@st.composite
def fewer_visits(draw: st.DrawFn, anchors: Anchors) -> Document:
    """Fewer occurrences than in the months before."""
    rule: Document = {
        "kinds": draw(st.sampled_from([["emergency_visit"], ["emergency_visit", "charge"]])),
        "baseline": {"months": 3},
        "anchor": draw(anchors),
        "windows": {"months": 4, "count": 2},
        "at_most_share": draw(st.sampled_from(["0", "0.5"])),
    }
    return {**with_rule(FEWER_VISITS, **rule), "tariff": _flat(draw(_PRICES))}


@st.composite
def hours(draw: st.DrawFn, anchors: Anchors) -> Document:
    """Hours of work that add up, perhaps in a window."""
    rule = copy.deepcopy(_HOURS)
    if draw(st.booleans()):
        rule["within"] = {"months": 9, "anchor": draw(anchors)}
    price = {"40": draw(_PRICES), "two": draw(_PRICES)}
    return {**with_rule(EARNINGS, **rule), "id": "hours", "tariff": {"kind": "flat", "price": price}}


@st.composite
def own_cost(draw: st.DrawFn, anchors: Anchors) -> Document:
    """A participant's services cost less than before."""
    return with_rule(
        OWN_COST,
        baseline={"before_days": 60, "after_days": 30},
        checkpoints=[{"months": 3}, {"months": 12}],
        tolerance_days=45,
        anchor=draw(anchors),
        counts_losses=draw(st.booleans()),
    )


@st.composite
def composites(draw: st.DrawFn, anchors: Anchors) -> Document:
    """Two or three rules together, or the best of them."""
    rules = [
        EXAM["rule"],
        {**HOUSING["rule"], "steps": [{"months": 1}, {"months": 6}]},
        {**NO_VISIT["rule"], "anchor": draw(anchors), "windows": {"months": 4}},
        draw(fewer_visits(anchors))["rule"],
        draw(hours(anchors))["rule"],
    ]
    chosen = draw(st.permutations(rules))[: draw(st.integers(2, 3))]
    need = draw(st.sampled_from(["all", "any", "at_least", "best"]))
    metric = a_composite(need, *chosen, **({"count": 2} if need == "at_least" else {}))
    if need == "best":
        prices = {member["id"]: draw(_PRICES) for member in metric["rule"]["members"]}
        return {**metric, "tariff": {"kind": "graded", "prices": prices}}
    return {**metric, "tariff": _flat(draw(_PRICES))}


def _flat(price: str) -> Document:
    return {"kind": "flat", "price": price}
