"""What holds of bands, deadweight and caps whatever their numbers: the worked examples 12, 14 and 16 at large."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.book import Book, lines, total
from tests.builders import a_contract, retraction, started
from tests.builders_prices import exam_priced, exams, flat, passed

ONE_INVESTOR = {"payers": [{"party": "city", "weight": 1}], "investors": [{"party": "a", "weight": 1}]}
_PRICES = st.integers(0, 2_000)


@st.composite
def _banded(draw: st.DrawFn) -> list[tuple[int | None, int]]:
    """(last place in the band, its price), the last band open."""
    ends: list[int | None] = [*sorted(draw(st.sets(st.integers(1, 12), min_size=1, max_size=3))), None]
    return [(end, draw(_PRICES)) for end in ends]


def _tariff(bands: list[tuple[int | None, int]]) -> dict[str, Any]:
    listed = [{"price": price} if end is None else {"up_to": end, "price": price} for end, price in bands]
    return {"kind": "bands", "over": "contract", "how": "marginal", "bands": listed}


def _price_at(bands: list[tuple[int | None, int]], place: int) -> int:
    return next(price for end, price in bands if end is None or place <= end)


def _sum_of(bands: list[tuple[int | None, int]], count: int) -> int:
    return sum(_price_at(bands, place) for place in range(1, count + 1))


@given(_banded(), st.integers(1, 16), st.integers(0, 10), st.sampled_from(["0", "0.1", "0.31", "0.5", "1"]))
def test_w12_at_large_the_first_are_expected_anyway_and_the_others_fill_the_bands(
    bands: list[tuple[int | None, int]], achieved: int, others: int, rate: str
) -> None:
    metric = exam_priced(_tariff(bands), deadweight={"expected_rate": rate})
    book = Book(a_contract(metric, shares=ONE_INVESTOR)).learn(*exams(achieved))
    book.learn(*(started(f"Q{number}", "2022-01-15") for number in range(others)))
    unpaid = min(int(100 * float(rate)) * (achieved + others) // 100, achieved)
    paid = [line.gross_minor // 100 for line in book.calculate("2022").lines]
    assert paid == [0] * unpaid + [_price_at(bands, place) for place in range(1, achieved - unpaid + 1)]
    assert total(book.issue("2022")["a"]) == _sum_of(bands, achieved - unpaid)


@given(_banded(), st.integers(2, 16), st.data())
def test_w16_at_large_what_falls_away_moves_up_only_the_first_of_each_later_band(
    bands: list[tuple[int | None, int]], achieved: int, data: st.DataObject
) -> None:
    book = Book(a_contract(exam_priced(_tariff(bands)), shares=ONE_INVESTOR)).learn(*exams(achieved))
    book.issue("2022")
    gone = data.draw(st.integers(1, achieved))
    exam = next(one.fact for one in book.facts if one.fact.id.startswith(f"P{gone:02d}") and "exam" in one.fact.id)
    draft = book.learn(retraction(exam)).issue("2023")["a"]
    assert total(draft) == _sum_of(bands, achieved - 1) - _sum_of(bands, achieved)
    moved = {f"P{end + 1:02d}" for end, _ in bands if end is not None and gone <= end < achieved}
    assert {line["participant"] for line in lines(draft) if line["kind"] == "change"} <= moved
    assert {line["kind"] for line in lines(draft)} <= {"reversal", "change"}


@given(st.integers(1, 900), st.integers(1, 8), st.integers(1, 8), st.data())
def test_w14_at_large_under_a_full_cap_late_facts_take_from_one_what_they_give_to_another(
    cap: int, first: int, late: int, data: st.DataObject
) -> None:
    limits = {"contract": {"amount": f"{cap}.00"}}
    book = Book(a_contract(exam_priced(flat("100.00")), shares=ONE_INVESTOR, limits=limits)).learn(*exams(first))
    stated = total(book.issue("2022")["a"])
    assert stated == min(cap, 100 * first)
    for number in range(late):
        day = f"2022-0{data.draw(st.integers(2, 6))}-11"
        book.learn(started(f"L{number}", "2022-01-15"), passed(f"L{number}", day))
    draft = book.issue("2023")["a"]
    assert total(draft) == min(cap, 100 * (first + late)) - stated
    assert {line["kind"] for line in lines(draft)} <= {"late", "displaced"}
