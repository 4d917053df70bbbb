"""`event_reduction`: a window against the participant's own baseline window, both of them checked (P13)."""

from typing import Any

import pytest

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.builders import completed, covered, started, visit, with_rule, withdrew
from tests.builders_rules import FEWER_VISITS, found

BEFORE = ("2021-10-01", "2021-11-15", "2022-01-03", "2022-02-14", "2022-02-27")


def visits(*days: str) -> list[Fact]:
    return [visit("P1", day) for day in days]


def judged(*facts: Fact, label: str = "2022", **rule: Any) -> Finding:
    """One who enrolled on 2022-03-01: baseline from 2021-09-01, window to 2022-09-01."""
    return found(with_rule(FEWER_VISITS, **rule), "window 1", started("P1", "2022-03-01"), *facts, label=label)


def checked(through: str = "2022-08-31", start: str = "2021-09-01") -> Fact:
    return covered("P1", start, through)


def told(finding: Finding) -> tuple[str, str | None]:
    return finding.state, str(finding.why) if finding.why else str(finding.on)


def test_p13_at_most_the_share_of_the_baseline_is_achieved_at_the_end_of_the_window() -> None:
    finding = judged(*visits(*BEFORE, "2022-04-01", "2022-08-31"), checked())
    assert told(finding) == ("achieved", "2022-09-01")
    assert finding.sentence == (
        "emergency_visit: 5 in the baseline 2021-09-01 to 2022-03-01, 2 in 2022-03-01 to 2022-09-01; "
        "at most 2 wanted; case-system checked from 2021-09-01 through 2022-08-31"
    )


def test_p13_one_more_than_the_share_is_refused_whether_or_not_everything_is_checked() -> None:
    days = (*BEFORE, "2022-03-01", "2022-04-01", "2022-08-31")
    assert told(judged(*visits(*days), checked())) == ("refused", "below-threshold")
    assert told(judged(*visits(*days), checked("2022-03-31"))) == ("refused", "below-threshold")


def test_what_happened_on_the_first_day_of_a_window_is_in_it_and_on_its_last_boundary_is_not() -> None:
    days = (*BEFORE[1:], "2022-04-01", "2022-09-01", "2021-08-31")
    finding = judged(*visits(*days), checked())
    assert finding.state == "achieved"
    assert "4 in the baseline" in finding.sentence
    assert "1 in 2022-03-01" in finding.sentence


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ([], "awaits-coverage"),
        ([checked("2022-08-31", "2021-09-02")], "awaits-coverage"),
        ([checked("2022-02-28")], "awaits-coverage"),
        ([checked("2022-08-30")], "awaits-coverage"),
    ],
)
def test_both_windows_need_a_source_that_was_checked(facts: list[Fact], why: str) -> None:
    assert told(judged(*visits(*BEFORE), *facts)) == ("pending", why)


def test_an_unchecked_baseline_decides_nothing_as_more_may_be_found_in_it() -> None:
    finding = judged(*visits("2021-10-01", "2022-04-01"), covered("P1", "2022-03-01", "2022-08-31"))
    assert told(finding) == ("pending", "awaits-coverage")
    assert finding.sentence.startswith("baseline window 2021-09-01 to 2022-03-01: emergency_visit not checked at all")


def test_a_window_that_has_not_ended_is_awaited() -> None:
    later = with_rule(FEWER_VISITS, windows={"months": 12})
    facts = (started("P1", "2022-03-01"), *visits(*BEFORE), checked("2022-12-31"))
    assert told(found(later, "window 1", *facts)) == ("pending", "awaits-window")
    assert told(found(later, "window 1", *facts, label="2023")) == ("pending", "awaits-coverage")


def test_a_baseline_in_which_nothing_happened_leaves_nothing_to_reduce() -> None:
    finding = judged(checked())
    assert told(finding) == ("refused", "nothing-to-reduce")
    assert finding.sentence.endswith("at most 0 wanted, but nothing was there to reduce")


def test_several_kinds_are_counted_together_and_each_source_has_to_be_checked() -> None:
    both = ["emergency_visit", "charge"]
    assert told(judged(*visits(*BEFORE), checked(), kinds=both)) == ("pending", "awaits-coverage")


def test_p13_repeated_windows_are_judged_each_against_the_one_baseline() -> None:
    rule = with_rule(FEWER_VISITS, windows={"months": 3, "count": 2})
    facts = (started("P1", "2022-03-01"), *visits(*BEFORE, "2022-04-01", "2022-07-01", "2022-07-02", "2022-07-03"))
    assert told(found(rule, "window 1", *facts, checked())) == ("achieved", "2022-06-01")
    assert told(found(rule, "window 2", *facts, checked())) == ("refused", "below-threshold")


def test_the_windows_wait_for_their_anchors() -> None:
    assert told(judged(*visits(*BEFORE), checked(), anchor="completed")) == ("pending", "awaits-anchor")
    left = judged(*visits(*BEFORE), checked(), withdrew("P1", "2022-05-01"), anchor="completed")
    assert told(left) == ("refused", "anchor-impossible")
    done = judged(*visits(*BEFORE), checked("2022-11-30"), completed("P1", "2022-06-01"), anchor="completed")
    assert told(done) == ("achieved", "2022-12-01")


def test_nothing_is_achieved_after_the_withdrawal() -> None:
    assert told(judged(*visits(*BEFORE), checked(), withdrew("P1", "2022-05-01"))) == ("refused", "withdrew")


def test_the_finding_cites_what_was_counted_and_who_looked() -> None:
    finding = judged(*visits(*BEFORE, "2022-04-01"), checked())
    assert len(finding.facts) == 8
    assert finding.facts[0].id == "P1-2022-03-01-started"
    assert finding.facts[-1].id == checked().id
