"""Tariffs: what one outcome pays by each kind of price, exactly, and rounded once."""

from typing import Any

import pytest

from tests.book import Book, lines
from tests.builders import EMPLOYMENT, a_contract, employed, housed, started
from tests.builders_prices import W12_BANDS, by_quantity, exam_priced, exams, fell_by, flat, gross_of_all, lines_of

COUNTED: list[dict[str, Any]] = [{"up_to": 2, "price": "100.00"}, {"up_to": 4, "price": "80.00"}, {"price": "50.00"}]
UNITS: list[dict[str, Any]] = [{"up_to": 10, "price": "5.00"}, {"up_to": 20, "price": "4.00"}, {"price": "3.00"}]
PAYERS = {
    "fund": {"name": "An outcome fund", "roles": ["outcome_payer"]},
    "city": {"name": "The city", "roles": ["outcome_payer"]},
    "a": {"name": "Investor A", "roles": ["investor"]},
}
SHARES = {"payers": [{"party": "city", "weight": 1}], "investors": [{"party": "a", "weight": 1}]}


def bands(over: str, how: str, of: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"kind": "bands", "over": over, "how": how, "bands": of, **more}


def test_a5_marginal_bands_over_the_contract_price_each_achievement_by_its_own_place() -> None:
    tariff = bands("contract", "marginal", COUNTED)
    assert gross_of_all(exam_priced(tariff), exams(6)) == [100, 100, 80, 80, 50, 50]


def test_a5_marginal_bands_over_the_period_begin_anew_in_every_period() -> None:
    tariff = bands("period", "marginal", COUNTED)
    facts = [*exams(3, 2022), *exams(3, 2023, first=4)]
    assert gross_of_all(exam_priced(tariff), facts) == [100, 100, 80, 100, 100, 80]


def test_a8_whole_bands_price_all_achievements_by_the_band_the_last_one_reaches() -> None:
    tariff = bands("contract", "whole", COUNTED)
    assert gross_of_all(exam_priced(tariff), exams(2)) == [100, 100]
    assert gross_of_all(exam_priced(tariff), exams(3)) == [80, 80, 80]
    assert gross_of_all(exam_priced(tariff), exams(5)) == [50] * 5


def test_whole_bands_over_the_contract_count_what_is_achieved_by_the_end_of_the_period_that_is_stated() -> None:
    tariff = bands("contract", "whole", COUNTED)
    facts = [*exams(2, 2022), *exams(2, 2023, first=3)]
    assert gross_of_all(exam_priced(tariff), facts, "2022") == [100, 100, 80, 80]
    assert gross_of_all(exam_priced(tariff), facts, "2023") == [80, 80, 80, 80]


def test_whole_bands_over_the_period_count_each_period_alone() -> None:
    tariff = bands("period", "whole", COUNTED)
    facts = [*exams(2, 2022), *exams(3, 2023, first=3)]
    assert gross_of_all(exam_priced(tariff), facts) == [100, 100, 80, 80, 80]


@pytest.mark.parametrize(
    ("fall", "marginal", "whole", "lump"),
    [
        ("10", 50.00, 50.00, 5.00),
        ("10.5", 52.00, 42.00, 4.00),
        ("20", 90.00, 80.00, 4.00),
        ("25", 105.00, 75.00, 3.00),
    ],
)
def test_bands_over_the_quantity_price_its_units_the_whole_of_it_or_the_band_once(
    fall: str, marginal: float, whole: float, lump: float
) -> None:
    for tariff, expected in (
        (bands("quantity", "marginal", UNITS), marginal),
        (bands("quantity", "whole", UNITS), whole),
        (bands("quantity", "whole", UNITS, lump=True), lump),
    ):
        assert gross_of_all(by_quantity(tariff), fell_by("P1", fall)) == [expected]


@pytest.mark.parametrize(
    ("fall", "amount"), [("0.5", 0.00), ("0.95", 500.00), ("1.4", 1000.00), ("9", 1000.00), ("0.51", 11.11)]
)
def test_a9_a_sliding_price_lies_on_the_line_between_its_points_and_never_above_the_last(
    fall: str, amount: float
) -> None:
    points = [{"quantity": "0.5", "price": "0.00"}, {"quantity": "1.4", "price": "1000.00"}]
    assert gross_of_all(by_quantity({"kind": "sliding", "points": points}), fell_by("P1", fall)) == [amount]


def test_a_sliding_price_pays_nothing_below_its_first_point() -> None:
    points = [{"quantity": 2, "price": "500.00"}, {"quantity": 4, "price": "1000.00"}]
    facts = [*fell_by("P1", "1.5"), *fell_by("P2", "2"), *fell_by("P3", "3")]
    assert gross_of_all(by_quantity({"kind": "sliding", "points": points}), facts) == [0, 500, 750]


def test_a3_by_payer_each_pays_its_own_price() -> None:
    own = [{"party": "city", "tariff": flat("600.00")}, {"party": "fund", "tariff": W12_BANDS}]
    metric = exam_priced({"kind": "by_payer", "payers": own})
    facts = exams(11)
    priced = lines_of(metric, facts, "2022", parties=PAYERS, shares=SHARES)
    assert [line.gross_minor // 100 for line in priced] == [1600] * 10 + [1400]
    assert priced[0].parts == (("city", 60_000), ("fund", 100_000))
    assert priced[10].parts == (("city", 60_000), ("fund", 80_000))


def test_a_limit_cuts_what_payers_with_prices_of_their_own_owe_in_proportion() -> None:
    own = [{"party": "city", "tariff": flat("2.00")}, {"party": "fund", "tariff": flat("1.00")}]
    metric = exam_priced({"kind": "by_payer", "payers": own}, limits={"metric": {"amount": "1.00"}})
    (line,) = lines_of(metric, exams(1), "2022", parties=PAYERS, shares=SHARES)
    assert (line.net_minor, line.parts) == (100, (("city", 67), ("fund", 33)))


def test_a18_a_negative_price_is_owed_by_the_investors_and_no_limit_takes_it_or_is_filled_by_it() -> None:
    metric = exam_priced(flat("-700.01"), id="dropout", limits={"metric": {"amount": "0.01"}})
    book = Book(a_contract(metric, limits={"contract": {"amount": "500.00"}})).learn(*exams(1))
    (line,) = book.calculate("2022").lines
    assert (line.gross_minor, line.net_minor, line.clips) == (-70_001, -70_001, ())
    due = {allocation.investor: allocation.due_minor for allocation in book.calculate("2022").allocations}
    assert due == {"a": -35_001, "b": -35_000}
    issued = book.issue("2022")
    assert [line["amount"] for line in lines(issued["a"])] == ["-350.01"]


@pytest.mark.parametrize(("mode", "minor"), [("half-up", 1001), ("half-even", 1000), ("up", 1001), ("down", 1000)])
def test_a15_an_amount_is_rounded_once_by_the_contracts_mode(mode: str, minor: int) -> None:
    metric = by_quantity({"kind": "per_unit", "price": "2.001", "unit": "mmol/mol"})
    (line,) = lines_of(metric, fell_by("P1", "5"), rounding=mode)
    assert line.gross_minor == minor  # 10.005


def test_time_in_a_status_is_priced_as_its_one_step() -> None:
    rule = {"kind": "time_in_status", "domain": "housing", "qualifying": ["own_tenancy"], "unit": "months"}
    metric = exam_priced(flat("100.00"), rule=rule)
    by_step = exam_priced({"kind": "flat", "price": {"time": "100.00"}}, rule=rule)
    facts = [started("P1", "2022-01-01"), housed("P1", "2022-01-01"), housed("P1", "2022-12-31")]
    assert gross_of_all(metric, facts, "2022") == gross_of_all(by_step, facts, "2022") == [100]


def test_what_a_pending_outcome_would_pay_is_told_where_its_price_does_not_depend_on_others() -> None:
    facts = [started("P1", "2022-03-01"), employed("P1", "2022-09-15", "flexjob")]
    draft = Book(a_contract(EMPLOYMENT)).learn(*facts).preview("2022")["a"]
    assert b'"would_be_due":"22500.00"' in b"".join(item.stored for item in draft.items)
    counted = Book(a_contract(exam_priced(W12_BANDS))).learn(started("P1", "2022-03-01")).preview("2022")["a"]
    assert b'"would_be_due":null' in b"".join(item.stored for item in counted.items)
