"""The worked examples of the terms on bands and deadweight, by number."""

from decimal import Decimal
from typing import Any

from tests.book import Book, amounts, document, lines, total
from tests.builders import a_contract, retraction, started
from tests.builders_prices import W12_BANDS, exam_priced, exams, passed

ONE_INVESTOR = {"payers": [{"party": "city", "weight": 1}], "investors": [{"party": "a", "weight": 1}]}


def w12_book(**changes: Any) -> Book:
    return Book(a_contract(exam_priced(W12_BANDS, **changes), shares=ONE_INVESTOR))


def test_w12_marginal_bands() -> None:
    book = w12_book().learn(*exams(23))
    assert [line.gross_minor // 100 for line in book.calculate("2022").lines] == [1000] * 10 + [800] * 10 + [500] * 3
    assert total(book.issue("2022")["a"]) == 19_500


def test_w12_what_is_expected_anyway_is_not_paid_and_does_not_use_up_the_bands() -> None:
    book = w12_book(deadweight={"expected_rate": "0.31"}).learn(*exams(23))
    book.learn(*(started(f"Q{number:02d}", "2022-01-15") for number in range(37)))  # 60 are enrolled
    assert [line.gross_minor // 100 for line in book.calculate("2022").lines] == [0] * 18 + [1000] * 5
    assert total(book.issue("2022")["a"]) == 5_000


def w16_issued() -> Book:
    book = w12_book().learn(*exams(23))
    book.issue("2022")
    fifth = next(entry.fact for entry in book.facts if entry.fact.id.startswith("P05") and "exam" in entry.fact.id)
    return book.learn(retraction(fifth))


def test_w16_a_correction_inside_a_band_moves_the_first_of_each_later_band_up() -> None:
    draft = w16_issued().issue("2023")["a"]
    assert amounts(draft) == [
        ("reversal", "reached", "P05", "2022-03-05", "-1000.00"),
        ("change", "reached", "P11", "2022-03-11", "200.00"),
        ("change", "reached", "P21", "2022-03-21", "300.00"),
    ]
    assert total(draft) == -500
    reversal, eleventh, _ = lines(draft)
    assert reversal["cause"]["code"] == "retraction"
    assert eleventh["cause"]["code"] == "count-moved"
    assert eleventh["cause"]["facts"] == reversal["cause"]["facts"]
    assert eleventh["price"]["steps"] == [
        {"step": "tariff", "told": "number 10, in the contract: in the band up to 10, 1000.00 each", "amount": "1000"}
    ]
    assert document(draft)["totals"]["carried_forward"] == "-500.00"


def test_w16_generalised_a_late_outcome_inside_a_band_moves_the_last_of_each_band_down() -> None:
    book = w12_book().learn(*exams(23))
    book.issue("2022")
    book.learn(started("L", "2022-01-15"), passed("L", "2022-02-01"))
    draft = book.issue("2023")["a"]
    assert [amount for amount in amounts(draft) if amount[0] != "late"] == [
        ("change", "reached", "P10", "2022-03-10", "-200.00"),
        ("change", "reached", "P20", "2022-03-20", "-300.00"),
    ]
    assert total(draft) == Decimal(500)
    assert lines(draft)[1]["cause"]["facts"][-1]["id"] == "L-2022-02-01-exam_passed"


def test_whole_bands_that_are_reached_later_change_what_was_stated_before() -> None:
    tariff = {
        "kind": "bands",
        "over": "contract",
        "how": "whole",
        "bands": [{"up_to": 2, "price": "100.00"}, {"price": "150.00"}],
    }
    book = Book(a_contract(exam_priced(tariff), shares=ONE_INVESTOR))
    book.learn(*exams(2), *exams(1, 2023, first=3))
    assert total(book.issue("2022")["a"]) == 200
    draft = book.issue("2023")["a"]
    assert [(kind, amount) for kind, _, _, _, amount in amounts(draft)] == [
        ("change", "50.00"),
        ("change", "50.00"),
        ("new", "150.00"),
    ]
    assert lines(draft)[0]["cause"]["facts"] == lines(draft)[2]["facts"]
