"""`milestone`, `absence`, `status_at` and `improvement`: windows, anchors, coverage, thresholds."""

from typing import Any

import pytest

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.book import Book
from tests.builders import (
    EMPLOYMENT,
    EXAM,
    HBA1C,
    NO_VISIT,
    a_contract,
    a_fact,
    completed,
    covered,
    employed,
    measured,
    started,
    visit,
    with_rule,
    withdrew,
)


def passed(on: str, name: str = "exam_passed") -> Fact:
    return a_fact("milestone", "P1", on, name=name)


def found(metric: dict[str, Any], step: str, *facts: Fact, label: str = "2022") -> Finding:
    return Book(a_contract(metric)).learn(started("P1", "2022-03-01"), *facts).finding(label, metric["id"], step)


def told(finding: Finding) -> tuple[str, str | None]:
    return finding.state, str(finding.on) if finding.on else None


def test_a_milestone_counts_from_enrolment_on_and_the_first_of_several_pays() -> None:
    assert told(found(EXAM, "reached", passed("2022-02-28"))) == ("pending", None)
    assert told(found(EXAM, "reached", passed("2022-03-01"), passed("2022-05-01"))) == ("achieved", "2022-03-01")


@pytest.mark.parametrize(("on", "state"), [("2022-05-31", "achieved"), ("2022-06-01", "refused")])
def test_the_window_of_a_milestone_is_half_open(on: str, state: str) -> None:
    metric = with_rule(EXAM, within={"anchor": "enrolled", "months": 3})
    assert found(metric, "reached", passed(on)).state == state


def test_a_milestone_before_enrolment_does_not_count_in_a_window_by_the_calendar() -> None:
    metric = with_rule(EXAM, within={"anchor": "2022-01-01", "months": 12})
    assert found(metric, "reached", passed("2022-02-01")).state == "refused"
    assert found(metric, "reached", passed("2022-03-02")).state == "achieved"


def test_a_repeated_milestone_keeps_the_least_gap_and_says_what_does_not_count() -> None:
    metric = with_rule(
        EXAM,
        repeats={"at_most": 3, "least_gap_days": 30},
        within={"anchor": "enrolled", "months": 6},
    )
    facts = [passed(on) for on in ("2022-03-01", "2022-03-30", "2022-03-31")]
    assert told(found(metric, "time 1", *facts)) == ("achieved", "2022-03-01")
    assert told(found(metric, "time 2", *facts)) == ("achieved", "2022-03-31")
    third = found(metric, "time 3", *facts)
    assert third.state == "refused"
    assert third.sentence == (
        "no further exam_passed between 2022-03-01 and 2022-09-01; reported for 2022-03-30, which does not count"
    )


@pytest.mark.parametrize(
    ("anchor", "facts", "on"),
    [
        ("enrolled", (), "2023-03-01"),
        ("completed", (completed("P1", "2022-04-01"),), "2023-04-01"),
        ("withdrew", (withdrew("P1", "2022-05-01"),), "2023-05-01"),
        ({"milestone": "moved_in"}, (passed("2022-02-01", "moved_in"), passed("2022-06-01", "moved_in")), "2023-06-01"),
        ("2022-07-01", (), "2023-07-01"),
    ],
)
def test_a_window_begins_at_its_anchor(anchor: Any, facts: tuple[Fact, ...], on: str) -> None:
    metric = {**with_rule(NO_VISIT, anchor=anchor), "after_withdrawal": True}
    checked = covered(None, "2022-01-01", "2024-12-31")
    assert told(found(metric, "window 1", checked, *facts, label="2023")) == ("achieved", on)


def test_without_its_anchor_a_window_is_pending_and_refused_when_it_can_never_begin() -> None:
    assert found(NO_VISIT, "window 1").sentence == "enrolled on 2022-03-01, not yet known as completed"
    never = found({**NO_VISIT, "after_withdrawal": True}, "window 1", withdrew("P1", "2022-05-01"))
    assert (never.state, never.sentence) == ("refused", "withdrew on 2022-05-01, so never completed")


def test_repeated_windows_are_judged_each_alone() -> None:
    metric = with_rule(NO_VISIT, anchor="enrolled", windows={"months": 3, "count": 3})
    facts = (covered("P1", "2022-03-01", "2022-12-31"), visit("P1", "2022-06-01"))
    states = [found(metric, f"window {turn}", *facts).state for turn in (1, 2, 3)]
    assert states == ["achieved", "refused", "achieved"]


def test_repeated_windows_are_counted_from_the_anchor_so_that_clamping_never_adds_up() -> None:
    metric = with_rule(NO_VISIT, anchor="2022-11-30", windows={"months": 3, "count": 2})
    checked = covered("P1", "2022-11-30", "2023-12-31")
    assert [str(found(metric, f"window {turn}", checked, label="2023").on) for turn in (1, 2)] == [
        "2023-02-28",
        "2023-05-30",
    ]


@pytest.mark.parametrize(("second", "state"), [("2022-07-01", "achieved"), ("2022-07-02", "pending")])
def test_coverage_in_pieces_counts_without_a_hole_only(second: str, state: str) -> None:
    metric = with_rule(NO_VISIT, anchor="enrolled", windows={"months": 6})
    pieces = (covered(None, second, "2022-08-31", id="late"), covered("P1", "2022-01-01", "2022-06-30", id="early"))
    assert found(metric, "window 1", *pieces).state == state


def test_every_kind_has_to_be_checked() -> None:
    metric = with_rule(NO_VISIT, anchor="enrolled", windows={"months": 6}, kinds=["emergency_visit", "charge"])
    finding = found(metric, "window 1", covered("P1", "2022-03-01", "2022-12-31"))
    assert finding.state == "pending"
    assert "charge not checked at all" in finding.sentence


@pytest.mark.parametrize(
    ("on", "state"), [("2023-01-29", "pending"), ("2023-01-30", "achieved"), ("2023-05-01", "achieved")]
)
def test_a_status_is_known_from_the_tolerance_before_the_checkpoint_on(on: str, state: str) -> None:
    facts = (employed("P1", "2022-09-15", "flexjob"), employed("P1", on, "flexjob"))
    assert found(EMPLOYMENT, "12 months", *facts, label="2023").state == state


def test_what_holds_at_the_checkpoint_decides_not_what_came_after() -> None:
    facts = [employed("P1", "2022-09-15", "flexjob"), employed("P1", "2023-03-02", "public_support")]
    assert found(EMPLOYMENT, "12 months", *facts, label="2023").value == "flexjob"
    on_the_day = employed("P1", "2023-03-01", "ordinary")
    assert found(EMPLOYMENT, "12 months", *facts, on_the_day, label="2023").value == "ordinary"


def test_what_confirms_a_status_is_never_an_earlier_one() -> None:
    facts = (employed("P1", "2023-02-05", "flexjob"), employed("P1", "2023-02-20", "ordinary"))
    finding = found(EMPLOYMENT, "12 months", *facts, label="2023")
    assert finding.sentence == "ordinary reported 2023-02-20, in force on 2023-03-01"


def hba1c(*values: tuple[str, str], label: str = "2023", **rule: Any) -> Finding:
    metric = with_rule(HBA1C, **rule)
    return found(metric, "12 months", *(measured("P1", on, value) for on, value in values), label=label)


def test_the_latest_measurement_of_the_baseline_window_is_the_baseline() -> None:
    finding = hba1c(("2021-12-31", "200"), ("2022-03-20", "100"), ("2022-04-01", "60"), ("2023-03-01", "91.5"))
    assert finding.sentence == "hba1c 100 mmol/mol on 2022-03-20, 91.5 mmol/mol on 2023-03-01; down 8.5 %, 8.5 % wanted"
    assert finding.quantity == 8.5


def test_the_nearest_follow_up_counts_and_the_later_of_two_equally_near() -> None:
    near = (("2022-03-01", "100"), ("2023-02-27", "99"), ("2023-03-04", "50"))
    assert hba1c(*near).state == "refused"
    assert told(hba1c(*near, ("2023-03-03", "50"))) == ("achieved", "2023-03-03")


@pytest.mark.parametrize(("on", "state"), [("2023-01-15", "achieved"), ("2023-01-14", "refused")])
def test_both_ends_of_the_tolerance_count(on: str, state: str) -> None:
    assert hba1c(("2022-03-01", "100"), (on, "50")).state == state


def test_from_a_baseline_of_zero_there_is_no_relative_change() -> None:
    finding = hba1c(("2022-03-01", "0"), ("2023-03-01", "-5"))
    assert (finding.state, finding.why) == ("refused", "no-baseline")


@pytest.mark.parametrize(
    ("threshold", "direction", "before", "after", "state"),
    [
        ({"absolute": "5"}, "down", "80", "75", "achieved"),
        ({"absolute": "5"}, "down", "80", "75.001", "refused"),
        ({"absolute": "5"}, "up", "75", "80", "achieved"),
        ({"absolute": "5"}, "up", "80", "75", "refused"),
        ({"target": "53"}, "down", "80", "53", "achieved"),
        ({"target": "53"}, "down", "80", "53.1", "refused"),
        ({"target": "53"}, "up", "10", "53", "achieved"),
        ({"target": "53"}, "up", "10", "52.9", "refused"),
        ({"relative": "0.1"}, "up", "-10", "-9", "achieved"),
        ({"relative": "0.1"}, "up", "10", "10.9", "refused"),
    ],
)
def test_thresholds_are_inclusive_in_both_directions(
    threshold: dict[str, str], direction: str, before: str, after: str, state: str
) -> None:
    values = (("2022-03-01", before), ("2023-03-01", after))
    assert hba1c(*values, threshold=threshold, direction=direction).state == state


def test_a_missing_baseline_is_pending_until_its_window_has_ended() -> None:
    assert hba1c(label="2022", baseline={"before_days": 0, "after_days": 400}).state == "pending"
    assert hba1c(label="2022").why == "no-baseline"


def test_a_sentence_shows_numbers_plainly_however_they_were_sent() -> None:
    finding = hba1c(("2022-03-01", "1.0E+2"), ("2023-03-01", "50.0"))
    assert finding.sentence.startswith("hba1c 100 mmol/mol on 2022-03-01, 50 mmol/mol on")
