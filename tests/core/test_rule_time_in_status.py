"""`time_in_status`: days, weeks and months in a status, period by period (P9-P11)."""

from fractions import Fraction
from typing import Any

import pytest

from service.core.evaluate import Finding
from tests.book import Book, amounts
from tests.builders import a_contract, completed, housed, retraction, started, visit, with_rule, withdrew
from tests.builders_rules import TIME_HOUSED

HOME, TEMPORARY = "own_tenancy", "temporary"
Report = tuple[str, str]


def book(statuses: list[Report], contract: dict[str, Any] | None = None, **rule: Any) -> Book:
    """One who enrolled on 2022-01-10 with these reports of housing."""
    metric = with_rule(TIME_HOUSED, **rule)
    opened = Book(a_contract(metric, **(contract or {}))).learn(started("P1", "2022-01-10"))
    return opened.learn(*(housed("P1", on, value) for on, value in statuses))


def found(statuses: list[Report], label: str = "2022", period: str | None = None, **rule: Any) -> Finding:
    return book(statuses, **rule).finding(label, "time-housed", period or label)


def told(finding: Finding) -> tuple[str, int | str]:
    return finding.state, int(finding.quantity) if finding.state == "achieved" else str(finding.why)


def test_p9_days_count_from_enrolment_to_the_end_of_the_period_on_whose_last_day_they_are_achieved() -> None:
    finding = found([("2021-06-01", HOME), ("2023-02-01", HOME)])
    assert told(finding) == ("achieved", 356)
    assert str(finding.on) == "2022-12-31"
    assert finding.sentence == "own_tenancy 356 days: 2022-01-10 to 2023-01-01"


def test_p9_the_tariff_pays_every_day_of_every_period() -> None:
    opened = book([("2022-12-30", HOME), ("2023-01-03", TEMPORARY)])
    assert amounts(opened.issue("2022")["a"]) == [("new", "2022", "P1", "2022-12-31", "15.12")]
    assert amounts(opened.issue("2023")["a"]) == [("new", "2023", "P1", "2023-12-31", "15.12")]


def test_time_counts_to_the_latest_report_and_a_later_one_changes_the_line() -> None:
    opened = book([("2022-03-01", HOME), ("2022-03-11", HOME)])
    finding = opened.finding("2022", "time-housed", "2022")
    assert told(finding) == ("achieved", 10)
    assert finding.sentence.endswith("2022-03-01 to 2022-03-11; known up to 2022-03-11")
    opened.issue("2022")
    opened.learn(housed("P1", "2022-03-21", TEMPORARY))
    assert amounts(opened.issue("2023")["a"]) == [("change", "2022", "P1", "2022-12-31", "75.60")]


def test_a_broken_spell_counts_on_both_sides_and_two_qualifying_values_are_one() -> None:
    statuses = [("2022-02-01", HOME), ("2022-02-04", TEMPORARY), ("2022-03-01", HOME), ("2022-03-03", TEMPORARY)]
    assert told(found(statuses)) == ("achieved", 5)
    assert told(found(statuses, unit="weeks")) == ("refused", "no-time-in-status")
    both = [("2022-02-01", HOME), ("2022-02-05", "shared_flat"), ("2022-02-08", TEMPORARY)]
    assert told(found(both, unit="weeks", qualifying=[HOME, "shared_flat"])) == ("achieved", 1)


@pytest.mark.parametrize(
    ("unit", "through", "units"),
    [
        ("weeks", "2022-02-14", 1),
        ("weeks", "2022-02-15", 2),
        ("months", "2022-02-28", ""),
        ("months", "2022-03-01", 1),
        ("months", "2022-12-31", 10),
    ],
)
def test_p9_weeks_and_months_count_when_they_are_whole(unit: str, through: str, units: int | str) -> None:
    finding = found([("2022-02-01", HOME), (through, TEMPORARY)], unit=unit)
    assert told(finding) == (("achieved", units) if units else ("refused", "no-time-in-status"))


def test_a_week_over_the_end_of_a_period_belongs_to_the_period_of_its_last_day() -> None:
    statuses = [("2022-12-19", HOME), ("2023-01-09", TEMPORARY)]
    assert told(found(statuses, unit="weeks")) == ("achieved", 1)
    assert told(found(statuses, "2023", unit="weeks")) == ("achieved", 2)
    to_the_day = [("2022-12-18", HOME), ("2023-01-08", TEMPORARY)]
    assert told(found(to_the_day, unit="weeks")) == ("achieved", 2)


def test_months_are_clamped_to_the_length_of_the_month_and_never_drift() -> None:
    statuses = [("2022-01-31", HOME), ("2022-03-31", TEMPORARY)]
    months = book(statuses, {"periods": "month"}, unit="months")
    assert [told(months.finding("2022-04", "time-housed", label)) for label in ("2022-02", "2022-03")] == [
        ("achieved", 1),
        ("achieved", 1),
    ]
    assert told(months.finding("2022-04", "time-housed", "2022-01")) == ("refused", "no-time-in-status")


def test_p9_no_more_units_are_counted_than_agreed_over_all_periods_in_their_order() -> None:
    statuses = [("2022-12-01", HOME), ("2024-02-01", HOME)]
    opened = book(statuses, at_most=100)
    assert [told(opened.finding("2024", "time-housed", label)) for label in ("2022", "2023", "2024")] == [
        ("achieved", 31),
        ("achieved", 69),
        ("refused", "all-counted"),
    ]
    sentence = opened.finding("2024", "time-housed", "2023").sentence
    assert sentence.endswith("; 100 days count at most, 31 counted before 2023-01-01")


def test_time_that_becomes_known_of_an_earlier_period_takes_its_place_before_the_later_ones() -> None:
    statuses = [("2022-12-01", HOME), ("2022-12-03", TEMPORARY), ("2023-06-01", HOME), ("2023-08-01", TEMPORARY)]
    opened = book(statuses, at_most=10)
    opened.issue("2022")
    assert amounts(opened.issue("2023")["a"]) == [("new", "2023", "P1", "2023-12-31", "60.48")]
    opened.learn(housed("P1", "2022-11-29"))
    assert amounts(opened.issue("2024")["a"]) == [
        ("change", "2022", "P1", "2022-12-31", "15.12"),
        ("change", "2023", "P1", "2023-12-31", "-15.12"),
    ]


def test_p10_a_spell_counts_from_its_start_once_it_is_long_enough_and_earlier_days_become_late_lines() -> None:
    opened = book([("2022-12-30", HOME), ("2023-01-05", HOME)], least_spell={"weeks": 13})
    waiting = opened.finding("2022", "time-housed", "2022")
    assert told(waiting) == ("pending", "awaits-duration")
    assert (
        waiting.sentence == "own_tenancy since 2022-12-30, known up to 2023-01-05; counts once it lasts to 2023-03-31"
    )
    assert amounts(opened.issue("2022")["a"]) == []
    opened.learn(housed("P1", "2023-03-31", TEMPORARY))
    (late, new) = amounts(opened.issue("2023")["a"])
    assert late == ("late", "2022", "P1", "2022-12-31", "15.12")
    assert new[:4] == ("new", "2023", "P1", "2023-12-31")


@pytest.mark.parametrize(("end", "state"), [("2022-03-31", "refused"), ("2022-04-01", "achieved")])
def test_p10_a_spell_that_ended_a_day_too_early_never_counts(end: str, state: str) -> None:
    assert found([("2022-02-01", HOME), (end, TEMPORARY)], least_spell={"months": 2}).state == state


def test_p11_a_good_exit_needs_no_least_spell() -> None:
    moved = [("2022-02-01", HOME), ("2022-02-11", "bought_a_home")]
    assert told(found(moved, least_spell={"months": 2})) == ("refused", "no-time-in-status")
    finding = found(moved, least_spell={"months": 2}, good_exits=["bought_a_home"])
    assert told(finding) == ("achieved", 10)


@pytest.mark.parametrize(
    ("statuses", "label", "state"),
    [
        ([], "2022", ("pending", "awaits-status")),
        ([("2023-05-01", HOME)], "2022", ("pending", "awaits-status")),
        ([("2022-01-10", HOME)], "2022", ("pending", "awaits-confirmation")),
        ([("2022-01-10", TEMPORARY)], "2022", ("pending", "awaits-confirmation")),
        ([("2022-01-10", TEMPORARY), ("2022-06-01", TEMPORARY)], "2022", ("refused", "no-time-in-status")),
        ([("2022-03-01", HOME), ("2022-08-01", HOME)], "2023", ("pending", "awaits-confirmation")),
        ([("2022-03-01", TEMPORARY), ("2023-03-01", TEMPORARY)], "2022", ("refused", "no-time-in-status")),
    ],
)
def test_silence_about_a_period_leaves_it_pending_and_a_report_of_another_status_refuses(
    statuses: list[Report], label: str, state: tuple[str, str]
) -> None:
    assert told(found(statuses, label)) == state


def test_an_unfinished_period_may_still_bring_time() -> None:
    opened = Book(a_contract(TIME_HOUSED)).learn(started("P1", "2023-02-01"), housed("P1", "2023-03-01", TEMPORARY))
    assert told(opened.finding("2022", "time-housed", "2023")) == ("pending", "awaits-window")
    assert told(opened.finding("2023", "time-housed", "2023")) == ("refused", "no-time-in-status")


def test_time_stops_at_the_withdrawal_and_at_the_last_day_and_what_was_spent_before_is_paid() -> None:
    statuses = [("2022-02-01", HOME), ("2024-01-01", HOME)]
    left = book(statuses).learn(withdrew("P1", "2022-03-01"))
    assert told(left.finding("2023", "time-housed", "2022")) == ("achieved", 28)
    after = left.finding("2023", "time-housed", "2023")
    assert told(after) == ("refused", "withdrew")
    assert after.sentence == "withdrew on 2022-03-01, nothing is achieved after that"
    ended = book(statuses, {"outcomes_until": "2022-02-10"})
    assert told(ended.finding("2023", "time-housed", "2022")) == ("achieved", 10)
    assert told(ended.finding("2023", "time-housed", "2023")) == ("refused", "after-last-day")


def test_after_withdrawal_time_goes_on_where_the_metric_says_so_and_after_completion_always() -> None:
    statuses = [("2022-02-01", HOME), ("2022-04-01", TEMPORARY)]
    metric = {**TIME_HOUSED, "after_withdrawal": True}
    left = Book(a_contract(metric)).learn(started("P1", "2022-01-10"), withdrew("P1", "2022-03-01"))
    left.learn(*(housed("P1", on, value) for on, value in statuses))
    assert told(left.finding("2022", "time-housed", "2022")) == ("achieved", 59)
    done = book(statuses).learn(completed("P1", "2022-03-01"))
    assert told(done.finding("2022", "time-housed", "2022")) == ("achieved", 59)


def test_with_each_the_enrolments_add_up_and_no_day_counts_twice() -> None:
    facts = [
        started("P1", "2022-01-10"),
        completed("P1", "2022-02-01"),
        started("P1", "2022-03-01"),
        withdrew("P1", "2022-03-11"),
        housed("P1", "2022-01-10"),
        housed("P1", "2022-12-31"),
    ]
    once = Book(a_contract(TIME_HOUSED)).learn(*facts)
    each = Book(a_contract({**TIME_HOUSED, "each": True})).learn(*facts)
    assert told(once.finding("2022", "time-housed", "2022")) == ("achieved", 355)
    assert told(each.finding("2022", "time-housed", "2022")) == ("achieved", 60)


def test_with_each_only_the_enrolments_that_the_metric_is_for_count() -> None:
    metric = {**TIME_HOUSED, "each": True, "eligible": {"cohort": ["north"]}}
    contract = a_contract(metric, attributes={"cohort": ["north", "south"]})
    south = started("P1", "2022-01-10", attributes={"cohort": "south"})
    north = started("P1", "2023-02-01", attributes={"cohort": "north"})
    facts = (withdrew("P1", "2022-02-01"), housed("P1", "2022-01-10"), housed("P1", "2023-02-11", TEMPORARY))
    opened = Book(contract).learn(south, *facts)
    assert told(opened.finding("2023", "time-housed", "2022")) == ("refused", "not-eligible")
    opened.learn(north)
    assert told(opened.finding("2023", "time-housed", "2022")) == ("refused", "before-enrolment")
    assert told(opened.finding("2023", "time-housed", "2023")) == ("achieved", 10)


def test_one_finding_a_period_from_the_enrolment_to_the_period_that_is_stated() -> None:
    opened = book([("2022-02-01", HOME), ("2024-06-01", HOME)])
    assert [finding.step for finding in opened.calculate("2023").findings] == ["2022", "2023"]
    nobody = Book(a_contract(TIME_HOUSED)).learn(housed("P1", "2022-02-01"))
    assert nobody.finding("2022", "time-housed", "time").why == "awaits-enrolment"


def test_a_retracted_report_takes_its_time_back() -> None:
    end = housed("P1", "2022-03-01", TEMPORARY)
    opened = book([("2022-02-01", HOME)]).learn(end)
    assert amounts(opened.issue("2022")["a"]) == [("new", "2022", "P1", "2022-12-31", "211.68")]
    opened.learn(retraction(end))
    assert amounts(opened.issue("2023")["a"]) == [("reversal", "2022", "P1", "2022-12-31", "-211.68")]


def test_the_finding_cites_the_enrolment_the_changes_and_what_shows_the_end() -> None:
    finding = found([("2022-01-20", TEMPORARY), ("2022-02-01", HOME), ("2022-05-01", HOME), ("2023-02-01", HOME)])
    assert [ref.id for ref in finding.facts] == [
        "P1-2022-01-10-started",
        "P1-2022-01-20-housing-temporary",
        "P1-2022-02-01-housing-own_tenancy",
        "P1-2023-02-01-housing-own_tenancy",
    ]
    assert finding.quantity == Fraction(334)


def test_other_facts_do_not_touch_it() -> None:
    opened = book([("2022-02-01", HOME), ("2022-02-03", TEMPORARY)]).learn(visit("P1", "2022-02-02"))
    assert told(opened.finding("2022", "time-housed", "2022")) == ("achieved", 2)


def test_p11_a_good_exit_after_the_last_day_is_none() -> None:
    statuses = [("2022-02-01", HOME), ("2022-02-20", "bought_a_home")]
    rule: dict[str, Any] = {"least_spell": {"months": 2}, "good_exits": ["bought_a_home"]}
    ended = book(statuses, {"outcomes_until": "2022-04-10"}, **rule)
    assert told(ended.finding("2023", "time-housed", "2022")) == ("achieved", 19)
    early = book([statuses[0], ("2022-03-20", "bought_a_home")], {"outcomes_until": "2022-03-10"}, **rule)
    assert told(early.finding("2023", "time-housed", "2022")) == ("refused", "no-time-in-status")


def test_a_spell_that_is_not_long_enough_yet_leaves_a_period_of_which_nothing_is_known_unconfirmed() -> None:
    opened = book([("2022-11-01", HOME), ("2022-12-01", HOME)], least_spell={"months": 3})
    assert told(opened.finding("2023", "time-housed", "2022")) == ("pending", "awaits-duration")
    assert told(opened.finding("2023", "time-housed", "2023")) == ("pending", "awaits-confirmation")
