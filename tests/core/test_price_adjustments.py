"""Between tariff and payment: uplift, indexation, deadweight and deductions, in that order, each told as a step."""

from typing import Any

import pytest

from service.core.statement.explain import explain
from tests.book import Book, document, lines
from tests.builders import HOUSING, a_contract, correction, started
from tests.builders_prices import by_quantity, exam_priced, exams, fell_by, flat, gross_of_all, lines_of, passed
from tests.core.worked import W1_FACTS

GROUPS = {"group": ["most_vulnerable", "vulnerable", "other"]}
VULNERABLE = {"attribute": "group", "values": ["most_vulnerable", "vulnerable"], "factor": "1.4"}
YOUNG = {"attribute": "age", "values": ["18-24"], "factor": "1.1"}


def three_groups() -> list[Any]:
    return [
        *exams(1, first=1, attributes={"group": "other"}),
        *exams(1, first=2, attributes={"group": "vulnerable"}),
        *exams(1, first=3, attributes={"group": "most_vulnerable", "age": "18-24"}),
        *exams(1, first=4),
    ]


def test_a2_an_uplift_multiplies_the_price_by_attribute_and_several_multiply_each_other() -> None:
    metric = exam_priced(flat("100.00"), uplifts=[VULNERABLE, YOUNG])
    attributes = {**GROUPS, "age": ["18-24", "25-30"]}
    assert gross_of_all(metric, three_groups(), attributes=attributes) == [100, 140, 154, 100]


def test_a14_of_several_indexations_the_latest_that_has_begun_counts() -> None:
    index = [{"from": "2022-03-02", "factor": "1.02"}, {"from": "2022-03-03", "factor": "1.05"}]
    assert gross_of_all(exam_priced(flat("100.00")), exams(4), indexation=index) == [100, 102, 105, 105]
    unindexed = exam_priced(flat("100.00"), indexed=False)
    assert gross_of_all(unindexed, exams(4), indexation=index) == [100] * 4


def test_a12_a_share_of_deadweight_is_not_paid() -> None:
    assert gross_of_all(exam_priced(flat("100.00"), deadweight={"share": "0.33"}), exams(2)) == [67, 67]


def test_a16_deductions_are_taken_off_one_after_the_other_and_never_below_zero() -> None:
    grant = {"name": "the state's grant", "clause": "section 9", "amount": "30.00"}
    fee = {"name": "a fee", "clause": "section 8", "share": "0.1"}
    assert gross_of_all(exam_priced(flat("100.00"), deductions=[fee, grant]), exams(1)) == [60]
    assert gross_of_all(exam_priced(flat("100.00"), deductions=[grant, fee]), exams(1)) == [63]
    assert gross_of_all(exam_priced(flat("20.00"), deductions=[grant, fee]), exams(1)) == [0]
    assert gross_of_all(exam_priced(flat("-20.00"), deductions=[grant, fee]), exams(1)) == [-20]


def test_the_adjustments_come_in_order_and_the_amount_is_rounded_once_at_the_end() -> None:
    metric = exam_priced(
        flat("99.99"),
        uplifts=[VULNERABLE],
        deadweight={"share": "0.25"},
        deductions=[{"name": "a grant", "clause": "section 9", "amount": "5.00"}],
    )
    facts = exams(1, attributes={"group": "vulnerable"})
    index = [{"from": "2022-01-01", "factor": "1.021"}]
    (line,) = lines_of(metric, facts, attributes=GROUPS, indexation=index)
    assert [(step.name, step.amount) for step in line.steps] == [
        ("tariff", "99.99"),
        ("uplift", "139.986"),
        ("indexation", "142.9257"),
        ("deadweight", "107.1943"),
        ("deduction", "102.1943"),
        ("rounding", "102.19"),
    ]
    assert line.gross_minor == 102_19


def test_an_adjustment_changes_every_payers_own_price() -> None:
    own = [{"party": "city", "tariff": flat("100.00")}, {"party": "region", "tariff": flat("50.00")}]
    metric = exam_priced({"kind": "by_payer", "payers": own}, deadweight={"share": "0.5"})
    (line,) = lines_of(metric, exams(1))
    assert line.parts == (("city", 50_00), ("region", 25_00))


@pytest.mark.parametrize(("rate", "unpaid"), [("0.31", 1), ("0.2", 1), ("0.19", 0), ("0.4", 2), ("1", 5)])
def test_deadweight_by_rate_leaves_the_first_of_those_enrolled_unpaid_rounded_down(rate: str, unpaid: int) -> None:
    metric = exam_priced(flat("100.00"), deadweight={"expected_rate": rate})
    assert gross_of_all(metric, exams(5)) == [0] * unpaid + [100] * (5 - unpaid)


def test_deadweight_by_rate_counts_each_cohort_alone_and_by_plan_until_it_is_closed() -> None:
    deadweight = {"expected_rate": "0.5", "cohorts": ["vulnerable", "other"]}
    cohorts = [
        {"id": "vulnerable", "where": {"group": ["vulnerable"]}, "planned": 6, "closes_on": "2022-12-31"},
        {"id": "other", "where": {"group": ["other"]}},
    ]
    facts = [*exams(4, attributes={"group": "vulnerable"}), *exams(3, first=5, attributes={"group": "other"})]
    facts += exams(1, first=8, attributes={"group": "most_vulnerable"})
    metric = exam_priced(flat("100.00"), deadweight=deadweight)
    book = Book(a_contract(metric, attributes=GROUPS, cohorts=cohorts, periods="half-year")).learn(*facts)

    def paid(label: str) -> list[int]:
        return [line.gross_minor // 100 for line in book.calculate(label).lines]

    assert paid("2022-H1") == [0, 0, 0, 100, 0, 100, 100, 100]  # 3 of 6 planned; 1 of 3 enrolled; in no cohort
    assert paid("2022-H2") == [0, 0, 100, 100, 0, 100, 100, 100]  # 2 of 4 enrolled


def test_deadweight_by_rate_counts_each_step_of_a_metric_alone() -> None:
    metric = {**HOUSING, "deadweight": {"expected_rate": "1"}}
    book = Book(a_contract(metric)).learn(*W1_FACTS)
    assert [line.gross_minor for line in book.calculate("2024").lines] == [0, 0, 0]


def test_an_unpaid_achievement_stays_on_the_detail_and_says_why() -> None:
    metric = exam_priced(flat("100.00"), deadweight={"expected_rate": "0.5"})
    book = Book(a_contract(metric)).learn(*exams(3))
    first, *rest = lines(book.preview("2022")["a"])
    assert (first["amount"], [line["amount"] for line in rest]) == ("0.00", ["50.00", "50.00"])
    assert first["price"]["steps"] == [
        {
            "step": "deadweight",
            "told": "not paid, number 1 of the 1 that are expected anyway: 0.5 of 3 enrolled in everybody, "
            "rounded down",
            "amount": "0",
        }
    ]


def test_the_detail_tells_each_step_from_the_tariff_to_what_is_paid() -> None:
    tariff = {"kind": "per_unit", "price": "10.00", "unit": "mmol/mol"}
    metric = by_quantity(tariff, uplifts=[VULNERABLE], limits={"metric": {"amount": "50.00"}})
    facts = fell_by("P1", "5.5")
    facts[0] = started("P1", "2022-01-01", attributes={"group": "vulnerable"})
    book = Book(a_contract(metric, attributes=GROUPS)).learn(*facts)
    book.issue("2022")
    draft = book.issue("2023")["a"]
    (line,) = lines(draft)
    assert line["price"] == {
        "tariff": "per_unit",
        "unit_price": "10.00",
        "quantity": "5.5",
        "value": None,
        "steps": [
            {"step": "tariff", "told": "10.00 a mmol/mol, times 5.5", "amount": "55"},
            {"step": "uplift", "told": "times 1.4, because group is vulnerable", "amount": "77"},
        ],
        "gross": "77.00",
        "clipped": [{"limit": "metric", "amount": "27.00"}],
        "net": "50.00",
        "payer_part": "50.00",
    }
    told = explain(line, book.terms, document(draft))["paragraphs"][2]
    assert told == (
        "Price by terms version 1, schedule 1, 2, step by step: tariff: 10.00 a mmol/mol, times 5.5: 55; uplift: "
        "times 1.4, because group is vulnerable: 77. Before limits: 77.00. The limit per metric took 27.00. The city "
        "owes 50.00 of 50.00; 1/2 of it is due to Investor A: 25.00."
    )


def test_a_correction_of_an_attribute_changes_the_price() -> None:
    metric = exam_priced(flat("100.00"), uplifts=[VULNERABLE])
    enrolled = started("P01", "2022-01-15", attributes={"group": "other"})
    book = Book(a_contract(metric, attributes=GROUPS)).learn(enrolled, passed("P01", "2022-03-01"))
    book.issue("2022")
    book.learn(correction(enrolled, attributes={"group": "vulnerable"}))
    (line,) = lines(book.issue("2023")["a"])
    assert (line["kind"], line["amount"], line["cause"]["code"]) == ("change", "20.00", "correction")
