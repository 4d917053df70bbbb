"""`threshold_sum`: amounts or hours of one participant add up (P20, P21)."""

from typing import Any

import pytest

from service.core.evaluate import Finding
from service.core.events import Fact
from tests.builders import measured, retraction, started, with_rule, withdrew
from tests.builders_rules import EARNINGS, earned, found, worked


def judged(step: str, *facts: Fact, label: str = "2022", **rule: Any) -> Finding:
    return found(with_rule(EARNINGS, **rule), step, started("P1", "2022-03-01"), *facts, label=label)


def told(finding: Finding) -> tuple[str, str]:
    return finding.state, str(finding.why or finding.on)


PAYSLIPS = (earned("2022-03-31", "400.50"), earned("2022-04-30", "367.50"), earned("2022-05-31", "863"))


def test_p20_each_threshold_is_reached_by_the_payslip_that_completes_the_sum() -> None:
    first = judged("768", *PAYSLIPS)
    assert told(first) == ("achieved", "2022-04-30")
    assert first.sentence == "earnings 768 DKK in 2 reports since 2022-03-01, the last on 2022-04-30; 768 wanted"
    assert told(judged("1631", *PAYSLIPS)) == ("achieved", "2022-05-31")
    assert [ref.id for ref in first.facts][1:] == [payslip.id for payslip in PAYSLIPS[:2]]


def test_p20_a_threshold_is_inclusive_and_exact() -> None:
    assert judged("768", earned("2022-03-31", "767.99")).state == "pending"
    assert judged("768", earned("2022-03-31", "768.00")).state == "achieved"


def test_p21_hours_in_a_window_are_refused_when_it_has_ended_and_pending_before() -> None:
    hours: dict[str, Any] = {
        "measure": "hours",
        "unit": "h",
        "thresholds": [{"at_least": "78", "id": "part time"}],
        "within": {"weeks": 13, "anchor": "enrolled"},
    }
    facts = [
        worked("2022-03-31", "40"),
        worked("2022-05-30", "37.5"),
        worked("2022-05-31", "1"),
    ]
    short = judged("part time", *facts, **hours)
    assert told(short) == ("refused", "below-threshold")
    assert short.sentence == (
        "hours 77.5 h in 2 reports from 2022-03-01 to 2022-05-31, the last on 2022-05-30; 78 wanted"
    )
    enough = judged("part time", *facts, worked("2022-04-30", "0.5"), **hours)
    assert told(enough) == ("achieved", "2022-05-30")
    assert told(judged("part time", **hours)) == ("refused", "no-measurement")
    longer = {**hours, "within": {"months": 12, "anchor": "enrolled"}}
    assert told(judged("part time", *facts[:2], **longer)) == ("pending", "awaits-measurement")


def test_what_was_earned_before_the_enrolment_does_not_count() -> None:
    assert judged("768", earned("2022-02-28", "900")).state == "pending"


def test_reports_come_in_any_order_and_a_retracted_one_is_not_summed() -> None:
    assert told(judged("768", *reversed(PAYSLIPS))) == ("achieved", "2022-04-30")
    assert told(judged("768", *PAYSLIPS, retraction(PAYSLIPS[0]))) == ("achieved", "2022-05-31")


def test_of_two_payslips_of_one_date_the_later_reported_stands() -> None:
    finding = judged("768", earned("2022-03-31", "900", id="wrong"), earned("2022-03-31", "770", id="right"))
    assert finding.state == "achieved"
    assert finding.sentence.startswith("earnings 770 DKK in 1 report since")
    assert "right of case-system stands, wrong of the same date does not" in finding.sentence


def test_a_negative_amount_takes_back_from_the_sum_but_not_what_was_reached() -> None:
    back = earned("2022-06-30", "-900")
    assert told(judged("768", *PAYSLIPS, back)) == ("achieved", "2022-04-30")
    early = earned("2022-04-01", "-100")
    assert told(judged("768", *PAYSLIPS, early)) == ("achieved", "2022-05-31")


def test_an_amount_in_another_unit_is_not_added_and_the_finding_says_so() -> None:
    finding = judged("768", earned("2022-03-31", "900", "EUR"))
    assert told(finding) == ("pending", "awaits-measurement")
    assert finding.sentence == ("no earnings reported since 2022-03-01; 768 wanted; reported in EUR, which is not DKK")


def test_a_known_conversion_is_exact() -> None:
    rule: dict[str, Any] = {"measure": "hba1c", "unit": "mmol/mol", "thresholds": [{"at_least": "100"}]}
    facts = [measured("P1", "2022-04-01", "9.5", "%"), measured("P1", "2022-05-01", "20")]
    assert told(judged("100", *facts, **rule)) == ("achieved", "2022-05-01")


@pytest.mark.parametrize(("left", "state"), [("2022-04-30", "achieved"), ("2022-04-29", "refused")])
def test_a_threshold_has_to_be_reached_before_the_withdrawal(left: str, state: str) -> None:
    assert judged("768", *PAYSLIPS, withdrew("P1", left)).state == state


def test_a_window_waits_for_its_milestone() -> None:
    within = {"months": 3, "anchor": {"milestone": "first_job"}}
    assert told(judged("768", *PAYSLIPS, within=within)) == ("pending", "awaits-anchor")


def test_what_is_earned_on_the_day_of_enrolment_counts() -> None:
    assert told(judged("768", earned("2022-03-01", "768"))) == ("achieved", "2022-03-01")


def test_a_window_that_ends_with_the_period_has_ended() -> None:
    within = {"months": 12, "anchor": "2022-01-01"}
    assert told(judged("768", PAYSLIPS[0], within=within)) == ("refused", "below-threshold")
