"""Checkpoints and windows beyond the contract's last day, and baselines of nothing: refused, and told why."""

from typing import Any

import pytest

from tests.builders import EMPLOYMENT, HBA1C, HOUSING, NO_VISIT, covered, employed, housed, measured, started, with_rule
from tests.builders_rules import EARNINGS, FEWER_VISITS, OWN_COST, TIME_HOUSED, cost, earned, found

LAST_DAY = {"effective_from": "2021-01-01", "outcomes_until": "2022-12-31"}
STARTED = started("P1", "2022-03-01")
KNOWN = (
    STARTED,
    measured("P1", "2022-03-01", "80"),
    measured("P1", "2023-03-01", "60"),
    cost("2022-03-01", "100"),
    cost("2023-03-01", "50"),
    employed("P1", "2023-03-01", "ordinary"),
    housed("P1", "2022-03-01"),
    housed("P1", "2023-03-01"),
    earned("2023-01-01", "2000"),
    covered("P1", "2021-01-01", "2023-12-31"),
)


@pytest.mark.parametrize(
    ("metric", "step"),
    [
        (HBA1C, "12 months"),
        (OWN_COST, "12 months"),
        (EMPLOYMENT, "12 months"),
        (HOUSING, "12 months"),
        (EARNINGS, "768"),
        (with_rule(NO_VISIT, anchor="enrolled"), "window 1"),
    ],
)
def test_what_is_reached_only_after_the_last_day_is_refused(metric: dict[str, Any], step: str) -> None:
    finding = found(metric, step, *KNOWN, label="2023", **LAST_DAY)
    assert (finding.state, finding.why) == ("refused", "after-last-day")
    assert finding.sentence.startswith("outcomes count until 2022-12-31; ")
    assert found(metric, step, *KNOWN, label="2023").state == "achieved"


def test_a_checkpoint_beyond_the_last_day_is_refused_before_anything_is_measured() -> None:
    on_the_day = with_rule(HBA1C, tolerance_days=0)
    finding = found(on_the_day, "12 months", *KNOWN[:2], **LAST_DAY)
    assert (finding.state, finding.why) == ("refused", "after-last-day")


def test_time_up_to_the_last_day_is_paid_in_the_period_that_it_cuts() -> None:
    finding = found(TIME_HOUSED, "2022", *KNOWN, outcomes_until="2022-03-10")
    assert finding.state == "achieved"
    assert finding.quantity == 10


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_relative_change_from_a_baseline_of_zero_is_refused_and_an_absolute_one_is_not(direction: str) -> None:
    facts = (STARTED, measured("P1", "2022-03-01", "0"), measured("P1", "2023-03-01", "10"))
    relative = found(with_rule(HBA1C, direction=direction), "12 months", *facts, label="2023")
    assert (relative.state, relative.why) == ("refused", "no-baseline")
    assert relative.sentence.endswith("a relative change from a baseline of zero has no meaning")
    absolute = found(with_rule(HBA1C, direction="up", threshold={"absolute": "10"}), "12 months", *facts, label="2023")
    assert absolute.state == "achieved"


def test_a_count_that_was_zero_before_cannot_fall() -> None:
    finding = found(FEWER_VISITS, "window 1", *KNOWN)
    assert (finding.state, finding.why) == ("refused", "nothing-to-reduce")
