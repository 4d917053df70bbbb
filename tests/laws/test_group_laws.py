"""What holds of groups and conditions whatever the facts: a group is its members, and what is required comes first."""

import copy
from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book, day
from tests.builders import EXAM, HBA1C, HOUSING, NO_VISIT, a_contract
from tests.builders_groups import figure, group_metric
from tests.builders_rules import FEWER_VISITS, OWN_COST
from tests.laws.facts import facts, shuffled

Document = dict[str, Any]
BEGINS = {"effective_from": "2021-01-01", "attributes": {"cohort": ["north", "south"]}}
COHORTS = [{"id": "north", "where": {"cohort": ["north"]}}, {"id": "south", "where": {"cohort": ["south"]}}]
_LAST_DAY = "2025-06-30"
_MEMBERS = st.sampled_from([HOUSING, HBA1C, NO_VISIT, EXAM, FEWER_VISITS])
_LEVELS = st.sampled_from([{"share": "0.5"}, {"fraction": "1/3"}, {"count": 2}])
_TARIFF = {"kind": "flat", "price": "1001"}


@st.composite
def shares(draw: st.DrawFn) -> Document:
    """Enough of a cohort achieved one of the usual metrics, by a day on which everything is known."""
    member = copy.deepcopy(draw(_MEMBERS)["rule"])
    counted = ["enrolled", "completed", *(["measured"] if member["kind"] != "milestone" else [])]
    rule: Document = {
        "kind": "cohort_share",
        "member": {"id": "member", "rule": member},
        "of": draw(st.sampled_from(counted)),
        "at_least": draw(_LEVELS),
        "evaluated": {"on": _LAST_DAY},
    }
    if draw(st.booleans()):
        rule["cohorts"] = ["north", "south"]
    return group_metric(rule)


@st.composite
def means(draw: st.DrawFn) -> Document:
    """The mean change of what the participants' services cost."""
    rule = OWN_COST["rule"]
    return group_metric(
        {
            "kind": "cohort_mean",
            "measure": "service_cost",
            "unit": "DKK",
            "direction": draw(st.sampled_from(["up", "down"])),
            "baseline": rule["baseline"],
            "checkpoint": {"months": 3},
            "tolerance_days": 45,
            "missing": draw(st.sampled_from(["left-out", "no-change"])),
            "evaluated": {"on": _LAST_DAY},
        }
    )


def judged(told: list[Fact], *metrics: Document, label: str = "2025", **changes: Any) -> tuple[Finding, ...]:
    book = Book(a_contract(*metrics, **{**BEGINS, "cohorts": COHORTS, **changes})).learn(*told)
    return book.calculate(label).findings


@given(shares(), facts(people=6), st.data())
def test_a_group_is_the_same_whatever_the_order_in_which_its_facts_came(
    metric: Document, told: list[Fact], data: st.DataObject
) -> None:
    figures = [figure(name, value, 9, on) for name, value, on in _FIGURES]
    weeks = {**group_metric(_WEEKS), "id": "weeks"}
    everything = [*told, *figures]
    assert judged(everything, metric, weeks) == judged(data.draw(shuffled(everything)), metric, weeks)


_WEEKS = {"kind": "comparison", "measure": "weeks", "unit": "weeks", "direction": "down", "per": "participant"}
_FIGURES = (
    ("participants", "41.2", "2023-06-30"),
    ("participants", "40", "2023-12-31"),
    ("comparison", "46", "2022-01-01"),
)


@given(shares(), facts(people=6))
def test_a_share_counts_who_achieved_alone(metric: Document, told: list[Fact]) -> None:
    alone = {**copy.deepcopy(EXAM), "id": "alone", "rule": copy.deepcopy(metric["rule"]["member"]["rule"])}
    found = judged(told, metric, {**alone, "tariff": _TARIFF})
    steps: dict[str, list[Finding]] = {}
    for one in found:
        if one.metric == "alone" and one.why != "awaits-enrolment":
            steps.setdefault(one.participant, []).append(one)
    reached = {who for who, mine in steps.items() if all(one.state == "achieved" for one in mine)}
    for group in (one for one in found if one.metric == "group"):
        if group.step == "everybody" and metric["rule"]["of"] == "enrolled":
            assert group.people == len(steps)
            assert group.state != "achieved" or group.quantity == Fraction(len(reached), len(steps))
        if group.state == "achieved":
            assert (0 < group.quantity <= 1, str(group.on), group.participant) == (True, _LAST_DAY, "")
            assert group.quantity * group.people <= len(reached)


@given(means(), facts(people=6))
def test_a_mean_is_the_mean_of_what_each_participant_shows_alone(metric: Document, told: list[Fact]) -> None:
    alone = copy.deepcopy(OWN_COST)
    alone["rule"] |= {"checkpoints": [{"months": 3}], "tolerance_days": 45, "counts_losses": True}
    found = judged(told, metric, {**alone, "after_withdrawal": True})
    own = [one for one in found if one.metric == "own-cost" and len(one.facts) == 3]
    saved = [one.quantity if one.state == "achieved" else Fraction(0) for one in own]
    (group,) = (one for one in found if one.metric == "group")
    if metric["rule"]["missing"] == "left-out":
        assert group.people == len(saved)
    if group.state == "achieved":
        mean = sum(saved, Fraction(0)) / group.people
        assert group.quantity == (mean if metric["rule"]["direction"] == "down" else -mean)


@given(shares(), facts(people=6))
def test_a_milder_level_is_met_wherever_a_stricter_one_is(metric: Document, told: list[Fact]) -> None:
    strict, mild = copy.deepcopy(metric), copy.deepcopy(metric)
    strict["rule"]["at_least"], mild["rule"]["at_least"] = {"share": "0.6"}, {"share": "0.4"}
    for one, other in zip(judged(told, strict), judged(told, mild), strict=True):
        assert one.state != "achieved" or other.state == "achieved"


@given(shares(), facts(people=4))
def test_before_its_day_a_group_waits(metric: Document, told: list[Fact]) -> None:
    assert {one.state for one in judged(told, metric, label="2024")} == {"pending"}


_GAPS = st.sampled_from([None, {"months": 1}, {"weeks": 13}])


@given(facts(), _GAPS, st.sampled_from([None, "3 months"]), st.permutations(["housing", "exam"]))
def test_what_is_achieved_under_a_condition_comes_after_what_it_requires(
    told: list[Fact], gap: Document | None, step: str | None, order: list[str]
) -> None:
    requirement = {"metric": "housing", **({"gap": gap} if gap else {}), **({"step": step} if step else {})}
    metrics = {"housing": HOUSING, "exam": {**EXAM, "requires": [requirement]}}
    findings = judged(told, *(metrics[name] for name in order))
    free = judged(told, HOUSING, EXAM)
    for exam in (one for one in findings if one.metric == "exam" and one.state == "achieved"):
        mine = [one for one in findings if (one.metric, one.participant) == ("housing", exam.participant)]
        asked = [one for one in mine if step in (None, one.step)]
        least = timedelta(days=28 if gap else 0)
        assert all(one.state == "achieved" and one.achieved_on + least <= exam.achieved_on for one in asked)
        (before,) = (one for one in free if (one.metric, one.participant) == ("exam", exam.participant))
        assert before.state == "achieved" and before.achieved_on <= exam.achieved_on
    assert [one for one in findings if one.metric == "housing"] == [
        one._replace(order=(order.index("housing"), one.order[1])) for one in free if one.metric == "housing"
    ]


@given(facts())
def test_of_two_metrics_one_excludes_never_both_are_achieved(told: list[Fact]) -> None:
    findings = judged(told, {**EXAM, "excludes": ["housing"]}, HOUSING)
    achieved = {(one.participant, one.metric) for one in findings if one.state == "achieved"}
    assert not any((who, "housing") in achieved for who, metric in achieved if metric == "exam")
    assert all(one.on is None or one.on >= day("2021-01-01") for one in findings)
