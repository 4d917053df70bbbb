"""Limits of a period and of a payer, who takes over, and how the contract's limit cuts what payers are left with."""

from typing import Any

import pytest

from service.core.price import Clip, TakenOver
from service.core.statement.explain import explain
from tests.book import Book, amounts, document, lines, total
from tests.builders import a_contract, started
from tests.builders_prices import exam_priced, exams, flat, passed

TWO_PAYERS = {
    "payers": [{"party": "city", "weight": 1}, {"party": "region", "weight": 1}],
    "investors": [{"party": "a", "weight": 1}],
}
Parts = list[tuple[tuple[str, int], ...]]


def contract(price: str = "100.00", **limits: Any) -> dict[str, Any]:
    return a_contract(exam_priced(flat(price)), shares=TWO_PAYERS, limits=limits)


def parts(document: dict[str, Any], count: int) -> Parts:
    """What each payer owes of each line, in minor units."""
    return [line.parts for line in Book(document).learn(*exams(count)).calculate("2022").lines]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"amount": "150.00"}, [100, 50, 0, 100, 50, 0]),
        ({"count": 2}, [100, 100, 0, 100, 100, 0]),
        ({"units": "2.5"}, [100, 100, 50, 100, 100, 50]),
    ],
)
def test_l4_a_limit_of_the_period_is_filled_anew_in_every_outcome_period(
    limit: dict[str, Any], expected: list[int]
) -> None:
    book = Book(contract(period=limit)).learn(*exams(3, 2022), *exams(3, 2023, first=4))
    assert [line.net_minor // 100 for line in book.calculate("2023").lines] == expected
    assert {clip.limit for line in book.calculate("2023").lines for clip in line.clips} == {"period"}


def test_l4_a_limit_of_the_period_in_which_outcomes_are_stated_is_filled_by_late_ones_too() -> None:
    def issued(counts_in: str) -> list[Any]:
        book = Book(contract(period={"amount": "150.00", "counts_in": counts_in})).learn(*exams(1, 2022))
        first = total(book.issue("2022")["a"])
        late = [started("L", "2022-02-01"), passed("L", "2022-05-01")]
        return [first, amounts(book.learn(*late, *exams(2, 2023, first=2)).issue("2023")["a"])]

    assert issued("achieved") == [
        100,
        [
            ("late", "reached", "L", "2022-05-01", "25.00"),
            ("late", "reached", "L", "2022-05-01", "25.00"),
            ("new", "reached", "P02", "2023-03-02", "50.00"),
            ("new", "reached", "P02", "2023-03-02", "50.00"),
            ("new", "reached", "P03", "2023-03-03", "25.00"),
            ("new", "reached", "P03", "2023-03-03", "25.00"),
        ],
    ]
    assert issued("stated") == [
        100,
        [
            ("late", "reached", "L", "2022-05-01", "50.00"),
            ("late", "reached", "L", "2022-05-01", "50.00"),
            ("new", "reached", "P02", "2023-03-02", "25.00"),
            ("new", "reached", "P02", "2023-03-02", "25.00"),
            ("new", "reached", "P03", "2023-03-03", "0.00"),
            ("new", "reached", "P03", "2023-03-03", "0.00"),
        ],
    ]


def test_what_was_stated_in_a_period_goes_on_filling_that_period_when_it_is_calculated_later() -> None:
    book = Book(contract(period={"amount": "150.00", "counts_in": "stated"})).learn(*exams(2, 2022))
    assert total(book.issue("2022")["a"]) == 150
    assert amounts(book.issue("2023")["a"]) == []
    book.learn(started("L", "2022-02-01"), passed("L", "2022-02-15"))
    assert {(kind, who) for kind, _, who, _, _ in amounts(book.issue("2024")["a"])} == {("late", "L")}


def test_l6_a_payer_that_has_reached_its_limit_leaves_its_part_unpaid() -> None:
    document_of = contract(payers=[{"party": "region", "amount": "70.00"}])
    assert parts(document_of, 3) == [
        (("city", 5_000), ("region", 5_000)),
        (("city", 5_000), ("region", 2_000)),
        (("city", 5_000), ("region", 0)),
    ]
    *_, last = Book(document_of).learn(*exams(3)).calculate("2022").lines
    assert (last.net_minor, last.clips) == (5_000, (Clip("payer", 5_000, "region"),))


def test_l6_a_named_successor_takes_over_what_lies_above_the_limit_of_a_payer() -> None:
    document_of = contract(payers=[{"party": "region", "amount": "70.00", "then": "city"}])
    assert parts(document_of, 3) == [
        (("city", 5_000), ("region", 5_000)),
        (("city", 8_000), ("region", 2_000)),
        (("city", 10_000), ("region", 0)),
    ]
    lines_of = Book(document_of).learn(*exams(3)).calculate("2022").lines
    assert [line.net_minor for line in lines_of] == [10_000] * 3
    assert [line.taken_over for line in lines_of] == [
        (),
        (TakenOver("region", "city", 3_000),),
        (TakenOver("region", "city", 5_000),),
    ]


def test_a_successor_pays_its_own_part_first_and_no_more_than_its_own_limit() -> None:
    limits = [{"party": "region", "amount": "70.00", "then": "city"}, {"party": "city", "amount": "140.00"}]
    assert parts(contract(payers=limits), 3) == [
        (("city", 5_000), ("region", 5_000)),
        (("city", 8_000), ("region", 2_000)),
        (("city", 1_000), ("region", 0)),
    ]


def test_the_contracts_limit_cuts_a_line_in_proportion_to_what_payers_limits_left_of_its_parts() -> None:
    document_of = contract(payers=[{"party": "region", "amount": "70.00"}], contract={"amount": "135.00"})
    assert parts(document_of, 3) == [
        (("city", 5_000), ("region", 5_000)),
        (("city", 2_500), ("region", 1_000)),
        (("city", 0), ("region", 0)),
    ]
    second = Book(document_of).learn(*exams(3)).calculate("2022").lines[1]
    assert second.clips == (Clip("payer", 3_000, "region"), Clip("contract", 3_500))


def test_all_passes_come_in_the_order_of_the_terms() -> None:
    limits = {
        "participant": {"amount": "95.00"},
        "period": {"amount": "80.00"},
        "payers": [{"party": "region", "amount": "30.00"}],
        "contract": {"amount": "35.00"},
    }
    within = {"participant": {"amount": "98.00"}, "metric": {"amount": "90.00"}}
    metric = exam_priced(flat("100.00"), limits=within)
    (line,) = Book(a_contract(metric, shares=TWO_PAYERS, limits=limits)).learn(*exams(1)).calculate("2022").lines
    assert [(clip.limit, clip.minor // 100) for clip in line.clips] == [
        ("participant-in-metric", 2),
        ("participant", 3),
        ("metric", 5),
        ("period", 10),
        ("payer", 10),
        ("contract", 35),
    ]
    assert line.parts == (("city", 2_000), ("region", 1_500))


def test_the_detail_and_its_explanation_name_the_payer_whose_limit_it_is() -> None:
    limits = [{"party": "region", "amount": "20.00", "then": "city"}, {"party": "city", "amount": "70.00"}]
    book = Book(contract(payers=limits)).learn(*exams(1))
    draft = book.issue("2022")["a"]
    line = lines(draft)[0]
    assert line["price"]["clipped"] == [{"limit": "payer", "payer": "region", "amount": "10.00"}]
    assert line["price"]["taken_over"] == [{"from": "region", "by": "city", "amount": "20.00"}]
    told = explain(line, book.terms, document(draft))["paragraphs"][2]
    assert (
        "The limit per payer, that of The region, took 10.00; The city took over 20.00 above the limit of The region"
        in told
    )


def test_a_period_limit_and_the_payers_limits_tell_how_far_they_are_used() -> None:
    limits: dict[str, Any] = {
        "period": {"amount": "550.00"},
        "payers": [{"party": "region", "amount": "70.00", "then": "city"}],
    }
    book = Book(contract(**limits)).learn(*exams(3, 2022), *exams(5, 2023, first=4))
    book.issue("2022")
    shown = document(book.preview("2023")["a"])["limits"]
    assert [(use["scope"], use["used"], use["left"]) for use in shown] == [
        ("period", "500.00", "50.00"),
        ("payer", "70.00", "0.00"),
    ]


def test_a_late_fact_that_fills_the_period_displaces_what_was_stated_in_it() -> None:
    book = Book(contract(period={"amount": "100.00"})).learn(*exams(1, 2022))
    book.issue("2022")
    book.learn(started("L", "2022-02-01"), passed("L", "2022-02-15"))
    draft = book.issue("2023")["a"]
    assert [(kind, who, amount) for kind, _, who, _, amount in amounts(draft)] == [
        ("late", "L", "50.00"),
        ("late", "L", "50.00"),
        ("displaced", "P01", "-50.00"),
        ("displaced", "P01", "-50.00"),
    ]
    assert lines(draft)[-1]["cause"]["facts"][-1]["id"] == "L-2022-02-15-exam_passed"


def test_a_successor_that_owes_a_line_only_later_is_a_payer_of_the_statement() -> None:
    shares = {"payers": [{"party": "region", "weight": 1}], "investors": [{"party": "a", "weight": 1}]}
    limits = {"payers": [{"party": "region", "amount": "100.00", "then": "city"}]}
    book = Book(a_contract(exam_priced(flat("100.00")), shares=shares, limits=limits)).learn(*exams(1))
    book.issue("2022")
    book.learn(started("L", "2022-02-01"), passed("L", "2022-02-15"))
    draft = book.issue("2023")["a"]
    assert [(line["kind"], line["participant"], line["payer"], line["amount"]) for line in lines(draft)] == [
        ("late", "L", "region", "100.00"),
        ("late", "P01", "city", "100.00"),
        ("change", "P01", "region", "-100.00"),
    ]
