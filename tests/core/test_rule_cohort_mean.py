"""`cohort_mean`: the mean change of a cohort, judged once on the evaluation date (P23)."""

from fractions import Fraction
from typing import Any

from service.core.events import Fact
from tests.book import Book, amounts
from tests.builders import a_contract, completed, measured, started
from tests.builders_groups import found, group_metric

MEAN: dict[str, Any] = {
    "kind": "cohort_mean",
    "measure": "hba1c",
    "unit": "mmol/mol",
    "direction": "down",
    "baseline": {"before_days": 60, "after_days": 30},
    "checkpoint": {"months": 12},
    "tolerance_days": 45,
    "evaluated": {"on": "2023-06-30"},
}


def mean(**rule: Any) -> dict[str, Any]:
    return {**MEAN, **rule}


def citizens(*changes: tuple[str | None, str | None], complete: int = 0, **fields: Any) -> list[Fact]:
    """Citizens enrolled on 2022-03-01, each by baseline and follow-up; None is not measured."""
    facts: list[Fact] = []
    for number, (before, after) in enumerate(changes):
        name = f"P{number + 1}"
        facts.append(started(name, "2022-03-01"))
        facts += [completed(name, "2022-12-01")] if number < complete else []
        facts += [measured(name, "2022-03-01", before, **fields)] if before else []
        facts += [measured(name, "2023-03-01", after, **fields)] if after else []
    return facts


def test_p23_the_quantity_is_the_mean_change_and_losses_of_some_count() -> None:
    finding = found(mean(), *citizens(("80", "70"), ("70", "66"), ("60", "62")))
    assert (finding.state, finding.quantity, finding.people, finding.participant) == ("achieved", Fraction(4), 3, "")
    assert finding.sentence == (
        "everybody enrolled on 2023-06-30: mean hba1c 70 to 66 mmol/mol, down 4; 3 of 3 enrolled counted"
    )
    assert len(finding.facts) == 6


def test_p23_a_mean_is_paid_by_the_unit() -> None:
    metric = group_metric(mean())
    metric["tariff"] = {"kind": "per_unit", "price": "250000.00", "unit": "mmol/mol"}
    book = Book(a_contract(metric)).learn(*citizens(("80", "70"), ("70", "69"), ("60", "60")))
    assert amounts(book.issue("2023")["a"]) == [("new", "everybody", "", "2023-06-30", "458333.34")]


def test_a_relative_threshold_compares_the_mean_change_with_the_mean_baseline_exactly() -> None:
    reached = found(mean(threshold={"relative": "0.085"}), *citizens(("100", "88"), ("60", "58.4")))
    assert (reached.state, reached.sentence.endswith("; 8.5 %, 8.5 % wanted")) == ("achieved", True)
    missed = found(mean(threshold={"relative": "0.085"}), *citizens(("100", "88"), ("60", "58.5")))
    assert (missed.state, missed.why) == ("refused", "below-threshold")


def test_an_absolute_threshold_and_a_target_are_inclusive() -> None:
    facts = citizens(("80", "70"), ("70", "66"))
    assert found(mean(threshold={"absolute": "7"}), *facts).state == "achieved"
    assert found(mean(threshold={"absolute": "7.1"}), *facts).state == "refused"
    assert found(mean(threshold={"target": "68"}), *facts).state == "achieved"
    assert found(mean(threshold={"target": "67"}), *facts).state == "refused"
    assert found(mean(direction="up", threshold={"target": "68"}), *facts).state == "achieved"


def test_measurements_in_another_unit_are_converted_exactly() -> None:
    facts = [started("P1", "2022-03-01"), measured("P1", "2022-03-01", "9.5", "%"), measured("P1", "2023-03-01", "73")]
    assert found(mean(), *facts).quantity == (Fraction("9.5") - Fraction("2.152")) / Fraction("0.09148") - 73


def test_without_a_threshold_any_change_for_the_better_counts_and_none_for_the_worse() -> None:
    assert found(mean(), *citizens(("80", "79.9"))).state == "achieved"
    assert found(mean(), *citizens(("80", "80"))).why == "below-threshold"
    assert found(mean(), *citizens(("80", "81"))).why == "below-threshold"
    assert found(mean(direction="up"), *citizens(("80", "81"))).quantity == 1


def test_a_missing_follow_up_is_left_out_or_counts_as_no_change_and_a_missing_baseline_is_left_out() -> None:
    facts = citizens(("80", "70"), ("70", None), (None, "60"))
    left_out, no_change = found(mean(), *facts), found(mean(missing="no-change"), *facts)
    assert (left_out.quantity, left_out.people) == (Fraction(10), 1)
    assert (no_change.quantity, no_change.people) == (Fraction(5), 2)
    assert "1 of 3 enrolled counted" in left_out.sentence


def test_the_mean_may_be_of_those_who_completed() -> None:
    finding = found(mean(of="completed"), *citizens(("80", "70"), ("70", "70"), complete=1))
    assert (finding.quantity, finding.people) == (Fraction(10), 1)


def test_the_mean_of_nobody_waits_for_its_date_and_is_refused_after_it() -> None:
    facts = citizens(("80", None))
    assert found(mean(), *facts, label="2022").why == "awaits-evaluation"
    refused = found(mean(), *facts)
    assert (refused.state, refused.why, refused.people) == ("refused", "group-too-small", 0)


def test_a_mean_of_too_few_is_refused_after_its_date() -> None:
    facts = citizens(("80", "70"), ("70", "66"))
    assert found(mean(least_group=2), *facts).state == "achieved"
    assert found(mean(least_group=3), *facts, label="2022").state == "pending"
    assert found(mean(least_group=3), *facts).why == "group-too-small"


def test_a_mean_baseline_of_zero_makes_a_relative_threshold_meaningless() -> None:
    facts = citizens(("0", "0"))
    finding = found(mean(threshold={"relative": "0.1"}), *facts)
    assert (finding.state, finding.why) == ("refused", "no-baseline")
    assert finding.sentence.endswith("a relative change from a mean baseline of zero has no meaning")


def test_a_measurement_with_unaccepted_evidence_keeps_the_mean_open() -> None:
    facts = citizens(("80", "70"))
    assert found(mean(), *facts, accepts_evidence=["laboratory"]).why == "awaits-evidence"
    proved = citizens(("80", "70"), evidence={"kind": "laboratory"})
    assert found(mean(), *proved, accepts_evidence=["laboratory"]).state == "achieved"


def test_a_follow_up_after_the_date_is_not_counted() -> None:
    early = mean(evaluated={"on": "2023-02-28"})
    assert found(early, *citizens(("80", "70"))).why == "group-too-small"
