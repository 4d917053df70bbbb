"""`comparison` and `saving` by figures that an evaluator or an accountant delivers (P24-P26, A10, W10)."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.core.events import Fact
from tests.book import Book, amounts, document, total
from tests.builders import a_contract, correction, retraction, started
from tests.builders_groups import figure, found, group_metric, of_group

WEEKS: dict[str, Any] = {"kind": "comparison", "measure": "weeks", "unit": "weeks", "direction": "down"}
SAVED: dict[str, Any] = {"kind": "saving", "measure": "cleaning_cost"}
ONE_THOUSAND = {"kind": "per_unit", "price": "1000.00", "unit": "week"}
GROUP, OTHERS = figure("participants", "41.2", 120), figure("comparison", "46.9", 480)


def weeks(**rule: Any) -> dict[str, Any]:
    return {**WEEKS, **rule}


def cost(group: str, value: str, **fields: Any) -> Fact:
    return figure(group, value, name="cleaning_cost", **{"unit": "DKK", **fields})


def test_w10_a_difference_of_5_7_weeks_for_120_participants_at_1000_a_week() -> None:
    book = Book(a_contract({**group_metric(weeks(per="participant")), "tariff": ONE_THOUSAND})).learn(GROUP, OTHERS)
    (line,) = book.calculate("2023").lines
    assert (line.gross_minor, line.finding.quantity, line.finding.people) == (684_000_00, Fraction(684), 120)
    assert amounts(book.issue("2023")["a"]) == [("new", "reached", "", "2023-12-31", "342000.00")]
    assert line.finding.sentence == (
        "weeks of participants 41.2 weeks (n 120) on 2023-12-31, delivered by the evaluator; "
        "weeks of comparison 46.9 weeks (n 480) on 2023-12-31, delivered by the evaluator; "
        "difference 5.7 weeks for the better; times 120 participants: 684 weeks"
    )


def test_p25_the_difference_counts_as_it_is_where_it_is_of_the_group() -> None:
    assert found(weeks(), GROUP, OTHERS, step="reached").quantity == Fraction("5.7")
    assert found(weeks(direction="up"), GROUP, OTHERS, step="reached").why == "below-threshold"
    assert found(weeks(direction="up"), figure("participants", "50"), OTHERS, step="reached").quantity == Fraction(
        "3.1"
    )


def test_a_floor_is_inclusive() -> None:
    assert found(weeks(floor="5.7"), GROUP, OTHERS, step="reached").state == "achieved"
    assert found(weeks(floor="5.8"), GROUP, OTHERS, step="reached").why == "below-threshold"


def test_no_difference_pays_nothing_and_the_wrong_way_is_a_loss_only_where_the_contract_says_so() -> None:
    worse = figure("participants", "48.9", 120)
    assert found(weeks(), figure("participants", "46.9"), OTHERS, step="reached").state == "refused"
    assert found(weeks(), worse, OTHERS, step="reached").why == "below-threshold"
    loss = found(weeks(counts_losses=True, per="participant"), worse, OTHERS, step="reached", tariff=ONE_THOUSAND)
    assert (loss.state, loss.quantity) == ("achieved", Fraction(-240))
    assert "difference -2 weeks for the worse" in loss.sentence


def test_one_figure_alone_waits_for_the_other() -> None:
    for known, missing in ((GROUP, "comparison"), (OTHERS, "participants")):
        finding = found(weeks(), known, step="reached")
        assert (finding.state, finding.why) == ("pending", "awaits-aggregate")
        assert finding.sentence.endswith(f"no figure of weeks of {missing} is known")
        assert finding.facts == (known.ref,)


def test_without_the_size_of_the_group_what_is_paid_by_participant_waits() -> None:
    finding = found(weeks(per="participant"), figure("participants", "41.2"), OTHERS, step="reached")
    assert (finding.state, finding.why) == ("pending", "awaits-aggregate")
    assert finding.sentence.endswith("it counts per participant, and the figure of participants tells no n")


def test_a_figure_in_another_unit_does_not_count_and_the_finding_says_so() -> None:
    finding = found(weeks(), figure("participants", "288", unit="days"), OTHERS, step="reached")
    assert (finding.state, finding.why) == ("pending", "awaits-aggregate")
    assert finding.sentence.endswith("weeks of participants is reported in days, the contract counts in weeks")


def test_a_figure_with_unaccepted_evidence_waits() -> None:
    finding = found(weeks(), GROUP, OTHERS, step="reached", accepts_evidence=["register"])
    assert (finding.state, finding.why) == ("pending", "awaits-evidence")
    assert found(weeks(), GROUP, OTHERS, step="reached", accepts_evidence=["evaluation_report"]).state == "achieved"


def test_of_several_dates_the_latest_stands_and_of_one_date_the_later_recorded() -> None:
    earlier = figure("participants", "30", 120, "2023-06-30")
    assert found(weeks(), GROUP, earlier, OTHERS, step="reached").quantity == Fraction("5.7")
    again = figure("participants", "42.9", 120, id="again")
    finding = found(weeks(), GROUP, again, OTHERS, step="reached")
    assert finding.quantity == 4
    assert f"again of case-system stands, {GROUP.id} of the same date does not" in finding.sentence


def test_a_corrected_figure_changes_what_was_paid() -> None:
    book = Book(a_contract({**group_metric(weeks()), "tariff": ONE_THOUSAND})).learn(GROUP, OTHERS)
    book.issue("2023")
    book.learn(correction(GROUP, value="42.2"))
    assert amounts(book.issue("2024")["a"]) == [("change", "reached", "", "2023-12-31", "-500.00")]


def test_a_retracted_figure_takes_the_payment_back() -> None:
    book = Book(a_contract({**group_metric(weeks()), "tariff": ONE_THOUSAND})).learn(GROUP, OTHERS)
    book.issue("2023")
    book.learn(retraction(OTHERS, "2024-03-01"))
    issued = book.issue("2024")["a"]
    assert amounts(issued) == [("reversal", "reached", "", "2023-12-31", "-2850.00")]
    assert document(issued)["metrics"][0]["lines"][0]["participants"] == 120


def test_p24_each_follow_up_is_a_step_and_a_baseline_without_one_serves_all() -> None:
    first = figure("participants", "40", 100, "2022-12-31", follow_up="year 1")
    second = figure("participants", "38", 100, "2023-12-31", follow_up="year 2")
    baseline = figure("baseline", "45", None, "2021-12-31")
    own = figure("baseline", "39", None, "2023-12-31", follow_up="year 2")
    rule = weeks(against="baseline", follow_ups=["year 1", "year 2", "year 3"])
    book = Book(a_contract(group_metric(rule))).learn(first, second, baseline, own)
    states = {f.step: (f.state, str(f.on), f.quantity) for f in book.calculate("2023").findings}
    assert states["year 1"] == ("achieved", "2022-12-31", Fraction(5))
    assert states["year 2"] == ("achieved", "2023-12-31", Fraction(1))
    assert states["year 3"][0] == "pending"
    assert book.finding("2023", "group", "year 3", "").sentence.startswith("weeks of baseline 45 weeks on 2021-12-31")


def test_p26_a_rate_is_compared_like_any_other_figure() -> None:
    rates = figure("participants", "62.5", 40, unit="%"), figure("comparison", "50", 400, unit="%")
    assert found(weeks(direction="up", unit="%"), *rates, step="reached").quantity == Fraction("12.5")


def test_a_figure_after_the_last_day_is_refused() -> None:
    contract = a_contract(group_metric(weeks()), outcomes_until="2023-12-30", evidence_until="2024-06-30")
    assert of_group(contract, GROUP, OTHERS, step="reached").why == "after-last-day"
    assert of_group(contract, GROUP, step="reached", label="2023").why == "after-last-day"
    assert of_group(contract, GROUP, step="reached", label="2022").why == "awaits-aggregate"


def test_a10_a_saving_is_paid_by_the_krone() -> None:
    rule = {**group_metric(SAVED), "tariff": {"kind": "per_unit", "price": "0.40", "unit": "krone saved"}}
    book = Book(a_contract(rule)).learn(cost("baseline", "5400000"), cost("actual", "5150000.50"))
    assert total(book.issue("2023")["a"]) == Decimal("49999.90")
    finding = book.finding("2023", "group", "reached", "")
    assert finding.quantity == Fraction("249999.50")
    assert finding.sentence.endswith("; saved 249999.5 DKK")


def test_a10_no_saving_pays_nothing_and_a_loss_only_where_the_contract_counts_losses() -> None:
    dearer = cost("baseline", "5400000"), cost("actual", "5500000")
    assert found(SAVED, *dearer, step="reached").why == "below-threshold"
    assert found({**SAVED, "counts_losses": True}, *dearer, step="reached", tariff=ONE_THOUSAND).quantity == -100_000


def test_a_saving_in_another_currency_is_not_a_saving_of_this_contract() -> None:
    finding = found(SAVED, cost("baseline", "5400000"), cost("actual", "690000", unit="EUR"), step="reached")
    assert (finding.state, finding.why) == ("pending", "awaits-aggregate")
    assert finding.sentence.endswith("cleaning_cost of actual is reported in EUR, the contract counts in DKK")


def test_a_figure_without_a_size_stands_for_everybody_enrolled() -> None:
    facts = [started(f"S{number}", "2022-08-01") for number in range(7)]
    assert found(SAVED, *facts, cost("baseline", "5"), cost("actual", "4"), step="reached").people == 7
