"""Tariffs and limits: what an outcome pays, and what each limit takes of it, in which order."""

from typing import Any

import pytest

from service.core.events import Fact
from tests.book import Book, document
from tests.builders import EXAM, HBA1C, HOUSING, a_contract, a_fact, measured, read, started, with_rule

Paid = list[tuple[str, int, list[tuple[str, int]]]]
TIMES = with_rule(EXAM, repeats={"at_most": 3, "least_gap_days": 0})


def passed(participant: str, *dates: str) -> list[Fact]:
    exams = (a_fact("milestone", participant, on, name="exam_passed") for on in dates)
    return [started(participant, "2022-01-01"), *exams]


def paid(book: Book, label: str = "2023") -> Paid:
    """Each line as (participant, net in major units, clips in major units), in fill order."""
    return [
        (
            line.finding.participant,
            line.net_minor // 100,
            [(clip.limit, clip.minor // 100) for clip in line.clips],
        )
        for line in book.calculate(label).lines
    ]


def contract(limits: dict[str, Any] | None = None, **whole: Any) -> dict[str, Any]:
    return a_contract({**TIMES, "limits": limits or {}}, limits=whole)


ALL = (*passed("P1", "2022-02-01", "2022-04-01"), *passed("P2", "2022-03-01", "2022-05-01"))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (contract({"participant": {"count": 1}}), [10_000, 10_000, 0, 0]),
        (contract({"participant": {"amount": "15000.00"}}), [10_000, 10_000, 5_000, 5_000]),
        (contract({"participant": {"units": "1.5"}}), [10_000, 10_000, 5_000, 5_000]),
        (contract({"metric": {"count": 3}}), [10_000, 10_000, 10_000, 0]),
        (contract({"metric": {"amount": "25000.00"}}), [10_000, 10_000, 5_000, 0]),
        (contract({"metric": {"units": "2.25"}}), [10_000, 10_000, 2_500, 0]),
        (contract(participant={"count": 1}), [10_000, 10_000, 0, 0]),
        (contract(participant={"amount": "15000.00"}), [10_000, 10_000, 5_000, 5_000]),
        (contract(contract={"count": 3}), [10_000, 10_000, 10_000, 0]),
        (contract(contract={"amount": "5000.00"}), [5_000, 0, 0, 0]),
        (contract(contract={"units": "3.1"}), [10_000, 10_000, 10_000, 1_000]),
    ],
)
def test_each_scope_and_kind_of_limit_is_filled_in_the_order_of_achievement(
    document: dict[str, Any], expected: list[int]
) -> None:
    lines = paid(Book(document).learn(*ALL))
    assert [participant for participant, _, _ in lines] == ["P1", "P2", "P1", "P2"]
    assert [net for _, net, _ in lines] == expected
    assert all(net + sum(minor for _, minor in clips) == 10_000 for _, net, clips in lines)


def test_the_passes_come_in_order_and_room_lost_in_a_later_one_is_not_given_back() -> None:
    limits = {"participant": {"amount": "15000.00"}, "metric": {"amount": "12000.00"}}
    book = Book(contract(limits, participant={"amount": "14000.00"}, contract={"amount": "11000.00"}))
    assert paid(book.learn(*ALL)) == [
        ("P1", 10_000, []),
        ("P2", 1_000, [("metric", 8_000), ("contract", 1_000)]),
        ("P1", 0, [("participant-in-metric", 5_000), ("participant", 1_000), ("metric", 4_000)]),
        ("P2", 0, [("participant-in-metric", 5_000), ("participant", 1_000), ("metric", 4_000)]),
    ]


def test_what_one_limit_has_clipped_fills_the_next_only_with_what_is_left_of_it() -> None:
    per_unit = {"kind": "per_unit", "price": "100.00", "unit": "mmol/mol"}
    rule = with_rule(HBA1C, threshold={"absolute": "1"})
    metric = {**rule, "tariff": per_unit, "limits": {"participant": {"units": "5"}, "metric": {"units": "8"}}}
    facts = [
        fact
        for participant in ("P1", "P2")
        for fact in (
            started(participant, "2022-01-01"),
            measured(participant, "2022-01-01", "80"),
            measured(participant, "2023-01-01", "70"),
        )
    ]
    book = Book(a_contract(metric)).learn(*facts)
    assert paid(book) == [
        ("P1", 500, [("participant-in-metric", 500)]),
        ("P2", 300, [("participant-in-metric", 500), ("metric", 200)]),
    ]
    (use,) = document(book.preview("2023")["a"])["limits"]
    assert use == {"scope": "metric", "metric": "hba1c", "in": "units", "limit": "8"}


def test_the_use_of_a_limit_of_the_period_is_told_in_its_own_measure_when_enough_people_fill_it() -> None:
    facts = [fact for number in range(1, 6) for fact in passed(f"P{number}", "2022-02-01")]
    book = Book(contract(period={"count": 7})).learn(*facts)
    assert document(book.preview("2022")["a"])["limits"] == [
        {"scope": "period", "metric": None, "in": "achievements", "limit": "7", "used": "5", "left": "2"}
    ]


def test_what_is_used_to_date_of_a_count_is_not_told_for_its_growth_would_tell_of_a_few() -> None:
    facts = [fact for number in range(1, 6) for fact in passed(f"P{number}", "2022-02-01")]
    book = Book(contract({"metric": {"units": "9.5"}}, contract={"count": 9})).learn(*facts)
    for label, further in (("2022", ()), ("2023", passed("P6", "2023-02-01")), ("2024", ())):
        assert document(book.learn(*further).issue(label)["a"])["limits"] == [
            {"scope": "contract", "metric": None, "in": "achievements", "limit": "9"},
            {"scope": "metric", "metric": "exam", "in": "units", "limit": "9.5"},
        ]


def test_the_version_in_force_on_the_date_limits_a_line_whatever_version_prices_it() -> None:
    book = Book(a_contract(EXAM, price_basis="enrolled_on"))
    lowered = a_contract(
        {**EXAM, "limits": {"metric": {"amount": "4000.00"}}},
        price_basis="enrolled_on",
        version=2,
        effective_from="2023-01-01",
        reason="less",
    )
    book.amend(lowered)
    book.learn(*passed("P1", "2022-06-01"), *passed("P2", "2023-06-01"))
    assert [(line.terms.version, line.net_minor) for line in book.calculate("2023").lines] == [
        (1, 1_000_000),
        (1, 0),
    ]


def test_the_price_per_unit_is_rounded_once_it_is_multiplied() -> None:
    metric = {
        **with_rule(HBA1C, threshold={"absolute": "1"}),
        "tariff": {"kind": "per_unit", "price": "0.333", "unit": "mmol/mol"},
    }
    facts = (started("P1", "2022-01-01"), measured("P1", "2022-01-01", "80"), measured("P1", "2023-01-01", "65"))
    for rounding, minor in (("half-up", 500), ("down", 499), ("up", 500), ("half-even", 500)):
        (line,) = Book(a_contract(metric, rounding=rounding)).learn(*facts).calculate("2023").lines
        assert (int(line.finding.quantity), line.gross_minor) == (15, minor)


def test_a_flat_price_is_one_for_all_steps_or_one_a_step() -> None:
    one = {**HOUSING, "tariff": {"kind": "flat", "price": "7.00"}}
    assert {str(read(a_contract(one)).metrics[0].tariff.price_of(step)) for step in ("3 months", "x")} == {"7.00"}  # type: ignore[union-attr]
