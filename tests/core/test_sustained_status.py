"""`sustained_status`: spells, gaps, breaches, days that do not count, and what confirms them."""

from typing import Any

import pytest

from service.core.evaluate import Finding
from tests.book import Book
from tests.builders import EXAM, HOUSING, a_contract, housed, started, with_rule

Report = tuple[str, str]


def found(statuses: list[Report], step: str = "3 months", label: str = "2022", **rule: Any) -> Finding:
    """The finding of one who enrolled on 2022-01-10, as of the end of 2022."""
    metric = {**with_rule(HOUSING, **rule), "tariff": EXAM["tariff"]}
    book = Book(a_contract(metric)).learn(started("P1", "2022-01-10"))
    return book.learn(*(housed("P1", on, value) for on, value in statuses)).finding(label, "housing", step)


def told(finding: Finding) -> tuple[str, str | None]:
    return finding.state, str(finding.on) if finding.on else None


HOME, TEMPORARY = "own_tenancy", "temporary"


def test_a_spell_starts_at_the_later_of_status_and_enrolment() -> None:
    assert told(found([("2021-06-01", HOME), ("2022-05-01", HOME)])) == ("achieved", "2022-04-10")
    assert told(found([("2022-02-01", HOME), ("2022-05-01", HOME)])) == ("achieved", "2022-05-01")


@pytest.mark.parametrize(("proof", "state"), [("2022-04-09", "pending"), ("2022-04-10", "achieved")])
def test_a_report_on_the_day_of_completion_confirms_and_one_before_does_not(proof: str, state: str) -> None:
    assert found([("2022-01-10", HOME), (proof, HOME)]).state == state


def test_another_status_on_the_day_of_completion_ends_the_spell_and_the_step_stands() -> None:
    finding = found([("2022-01-10", HOME), ("2022-04-10", TEMPORARY)])
    assert told(finding) == ("achieved", "2022-04-10")
    assert finding.sentence.endswith("proved by temporary on 2022-04-10")
    assert found([("2022-01-10", HOME), ("2022-04-09", TEMPORARY)]).state == "pending"


def test_two_qualifying_values_make_one_spell() -> None:
    finding = found(
        [("2022-01-10", HOME), ("2022-03-01", "shared_flat"), ("2022-05-01", HOME)], qualifying=[HOME, "shared_flat"]
    )
    assert told(finding) == ("achieved", "2022-04-10")
    assert finding.sentence.startswith("own_tenancy, shared_flat 2022-01-10 to 2022-04-10")


@pytest.mark.parametrize(("back", "on"), [("2022-02-24", "2022-04-10"), ("2022-02-25", "2022-05-25")])
def test_a_gap_of_the_allowed_length_is_bridged_and_a_day_more_is_not(back: str, on: str) -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-10", TEMPORARY), (back, HOME), ("2022-06-01", HOME)]
    assert told(found(statuses, allowed_gap_days=14)) == ("achieved", on)


def test_a_gap_that_is_still_open_bridges_nothing() -> None:
    assert found([("2022-01-10", HOME), ("2022-04-05", TEMPORARY)], allowed_gap_days=14).state == "pending"


def test_each_tolerated_breach_is_used_once_and_may_not_be_longer_than_agreed() -> None:
    one = [("2022-01-10", HOME), ("2022-02-01", TEMPORARY), ("2022-02-21", HOME)]
    two = [*one, ("2022-03-10", TEMPORARY), ("2022-03-20", HOME), ("2022-12-01", HOME)]
    breaches = {"count": 1, "days": 20}
    assert told(found([*one, ("2022-12-01", HOME)], tolerated_breaches=breaches)) == ("achieved", "2022-04-10")
    assert told(found(two, tolerated_breaches=breaches)) == ("achieved", "2022-06-20")
    assert told(found(two, tolerated_breaches={"count": 2, "days": 20})) == ("achieved", "2022-04-10")
    shorter = {"count": 1, "days": 19}
    assert told(found([*one, ("2022-12-01", HOME)], tolerated_breaches=shorter)) == ("achieved", "2022-05-21")


def test_a_breach_within_the_allowed_gap_uses_up_no_tolerance() -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-01", TEMPORARY), ("2022-02-08", HOME), ("2022-03-01", TEMPORARY)]
    statuses += [("2022-03-20", HOME), ("2022-12-01", HOME)]
    finding = found(statuses, allowed_gap_days=7, tolerated_breaches={"count": 1, "days": 20})
    assert told(finding) == ("achieved", "2022-04-10")


def test_cumulative_days_add_up_over_breaks() -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-09", TEMPORARY), ("2022-06-01", HOME), ("2022-12-01", HOME)]
    steps = [{"days": 90}]
    assert told(found(statuses, "90 days", steps=steps, on_break="cumulative")) == ("achieved", "2022-07-31")
    assert told(found(statuses, "90 days", steps=steps)) == ("achieved", "2022-08-30")


@pytest.mark.parametrize(("within", "on"), [(202, "2022-07-31"), (201, "2022-08-30")])
def test_cumulative_days_count_within_the_agreed_time_from_any_start(within: int, on: str) -> None:
    statuses = [("2022-01-10", HOME), ("2022-02-09", TEMPORARY), ("2022-06-01", HOME), ("2022-12-01", HOME)]
    steps = [{"days": 90, "within": {"days": within}}]
    assert told(found(statuses, "90 days", steps=steps, on_break="cumulative")) == ("achieved", on)


def test_a_running_spell_that_cannot_be_long_enough_in_time_says_so_without_an_end() -> None:
    steps = [{"days": 90, "within": {"days": 100}}]
    summer = [{"from": "2022-02-01", "through": "2022-02-20"}]
    home = [("2022-01-10", HOME)]
    finding = found(home, "90 days", steps=steps, on_break="cumulative", days_not_counted=summer)
    assert finding.state == "pending"
    assert finding.sentence == "own_tenancy since 2022-01-10, too late"


def test_days_that_do_not_count_are_left_out_of_spells_and_gaps() -> None:
    summer = [{"from": "2022-02-01", "through": "2022-02-10"}, {"from": "2022-02-05", "through": "2022-02-20"}]
    statuses = [("2022-01-10", HOME), ("2022-06-01", HOME)]
    assert told(found(statuses, days_not_counted=summer)) == ("achieved", "2022-04-30")
    later = [{"from": "2022-04-10", "through": "2022-04-20"}]
    assert told(found(statuses, days_not_counted=later)) == ("achieved", "2022-04-10")
    away = [("2022-01-10", HOME), ("2022-01-31", TEMPORARY), ("2022-02-22", HOME), ("2022-06-01", HOME)]
    assert told(found(away, days_not_counted=summer, allowed_gap_days=2)) == ("achieved", "2022-04-30")
    assert told(found(away, days_not_counted=summer, allowed_gap_days=1)) == ("achieved", "2022-05-22")


@pytest.mark.parametrize(("start", "state"), [("2022-02-10", "achieved"), ("2022-02-11", "refused")])
def test_a_spell_has_to_begin_in_time(start: str, state: str) -> None:
    assert found([(start, HOME), ("2022-12-01", HOME)], latest_start={"months": 1}).state == state


def test_without_a_start_in_time_it_is_pending_until_the_last_day_to_begin_lies_in_the_period() -> None:
    assert found([], latest_start={"months": 12}).state == "pending"
    assert found([], latest_start={"months": 12}, label="2023").state == "refused"


def test_carried_forward_needs_no_report_but_a_date_within_the_period() -> None:
    statuses = [("2022-11-01", HOME)]
    assert told(found(statuses, confirmation="carried-forward")) == ("pending", "2023-02-01")
    finding = found(statuses, confirmation="carried-forward", label="2023")
    assert told(finding) == ("achieved", "2023-02-01")
    assert finding.sentence.endswith("; carried forward")
    assert told(found(statuses, label="2023")) == ("pending", "2023-02-01")


def test_of_two_reports_of_one_date_the_later_stands_and_the_finding_says_so() -> None:
    away, home = housed("P1", "2022-02-01", TEMPORARY, id="away"), housed("P1", "2022-02-01", id="home")
    first, last = housed("P1", "2022-01-10"), housed("P1", "2022-06-01")
    book = Book(a_contract()).learn(started("P1", "2022-01-10"), first, away, home, last)
    finding = book.finding("2022", "housing", "3 months")
    assert told(finding) == ("achieved", "2022-04-10")
    assert "home of case-system stands, away of the same date does not" in finding.sentence
    other = Book(a_contract()).learn(started("P1", "2022-01-10"), first, home, away, last)
    assert other.finding("2022", "housing", "3 months").state == "pending"
