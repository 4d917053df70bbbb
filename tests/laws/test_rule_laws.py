"""What holds of each rule kind whatever the facts: later steps come later, time adds up, wholes match their parts."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.core.evaluate import Finding
from service.core.events import Fact
from service.core.terms.rules import CompositeRule
from tests.book import Book
from tests.builders import EXAM, a_contract
from tests.laws.contracts import ANCHORS, housing_metrics
from tests.laws.facts import facts
from tests.laws.kinds import composites, fewer_visits, hours, time_housed

Document = dict[str, Any]
# Before every generated fact, so that no outcome is lost to the day on which the contract begins.
_BEGINS = {"effective_from": "2021-01-01"}
_METRICS = st.fixed_dictionaries({"each": st.booleans(), "after_withdrawal": st.booleans()})


def judged(told: list[Fact], *metrics: Document, label: str = "2024", **contract: Any) -> tuple[Finding, ...]:
    return Book(a_contract(*metrics, **_BEGINS, **contract)).learn(*told).calculate(label).findings


def by_participant(findings: tuple[Finding, ...], metric: str) -> dict[str, list[Finding]]:
    mine: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.metric == metric:
            mine.setdefault(finding.participant, []).append(finding)
    return mine


@given(housing_metrics(), _METRICS, facts())
def test_a_longer_step_is_never_reached_without_the_shorter_ones_nor_before_them(
    metric: Document, more: Document, told: list[Fact]
) -> None:
    for steps in by_participant(judged(told, metric | more), "housing").values():
        reached = [step.state == "achieved" for step in steps]
        assert reached == sorted(reached, reverse=True)
        dates = [step.achieved_on for step in steps if step.state == "achieved"]
        assert dates == sorted(dates)


@given(hours(ANCHORS), _METRICS, facts())
def test_a_higher_threshold_is_never_reached_without_the_lower_ones_nor_before_them(
    metric: Document, more: Document, told: list[Fact]
) -> None:
    for low, high in by_participant(judged(told, metric | more), "hours").values():
        if high.state == "achieved":
            assert low.state == "achieved"
            assert low.achieved_on <= high.achieved_on


@given(time_housed(), _METRICS, facts())
def test_time_by_the_month_or_the_quarter_adds_up_to_time_by_the_year(
    metric: Document, more: Document, told: list[Fact]
) -> None:
    totals = [
        _units(judged(told, metric | more, label=label, periods=periods))
        for periods, label in (("year", "2024"), ("half-year", "2024-H2"), ("quarter", "2024-Q4"), ("month", "2024-12"))
    ]
    assert totals[1:] == totals[:-1]
    most = metric["rule"].get("at_most")
    assert most is None or all(total <= most for total in totals[0].values())


def _units(findings: tuple[Finding, ...]) -> dict[str, int]:
    by_person = by_participant(findings, "time-housed")
    return {
        participant: sum(int(one.quantity) for one in periods if one.state == "achieved")
        for participant, periods in by_person.items()
    }


@given(composites(ANCHORS), _METRICS, facts())
def test_a_composite_says_what_its_members_say_alone(metric: Document, more: Document, told: list[Fact]) -> None:
    metric |= {**more, "each": False}
    metric["after_withdrawal"] |= any(one["rule"].get("anchor") == "withdrew" for one in metric["rule"]["members"])
    members = [_alone(member, metric) for member in metric["rule"]["members"]]
    findings = judged(told, metric, *members)
    rule = Book(a_contract(metric)).terms.latest.metrics[0].rule
    assert isinstance(rule, CompositeRule)
    for participant, (whole,) in by_participant(findings, "triad").items():
        alone = [by_participant(findings, member["id"])[participant] for member in members]
        _check_whole(rule, whole, alone)


def _alone(member: Document, metric: Document) -> Document:
    alone = {**copy.deepcopy(EXAM), "id": f"alone-{member['id']}", "rule": copy.deepcopy(member["rule"])}
    return {**alone, "after_withdrawal": metric["after_withdrawal"]}


def _check_whole(rule: CompositeRule, whole: Finding, alone: list[list[Finding]]) -> None:
    """A member is reached when all its steps are, on the last of their dates."""
    reached = {
        member.id: max(step.achieved_on for step in steps)
        for member, steps in zip(rule.members, alone, strict=True)
        if all(step.state == "achieved" for step in steps)
    }
    lost = sum(any(step.state == "refused" for step in steps) for steps in alone)
    needed = {"all": len(alone), "any": 1, "best": 1, "at_least": rule.count or 0}[rule.need]
    assert (whole.state == "achieved") == (len(reached) >= needed)
    assert (whole.state == "refused") == (len(alone) - lost < needed)
    if whole.state == "achieved" and rule.need == "best":
        assert (whole.value, whole.on) == next(iter(reached.items()))
    elif whole.state == "achieved":
        assert whole.on == sorted(reached.values())[needed - 1]


@given(fewer_visits(ANCHORS), facts())
def test_a_stricter_share_is_never_met_where_a_milder_one_is_not(metric: Document, told: list[Fact]) -> None:
    metric["after_withdrawal"] = metric["rule"]["anchor"] == "withdrew"
    milder = copy.deepcopy(metric)
    milder["rule"]["at_most_share"] = "1"
    strict, mild = judged(told, metric), judged(told, milder)
    for one, other in zip(strict, mild, strict=True):
        assert one.state != "achieved" or other.state == "achieved"
