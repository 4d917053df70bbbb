"""The most units of `time_in_status`: only time that a version pays uses them up (P9)."""

from typing import Any

from tests.book import Book
from tests.builders import a_contract, housed, started, with_rule
from tests.builders_rules import TIME_HOUSED


def counted(book: Book, label: str) -> dict[str, int]:
    """The units achieved, by period."""
    findings = book.calculate(label).findings
    return {one.step: int(one.quantity) for one in findings if one.state == "achieved"}


def contract(version: int = 1, begins: str = "2022-01-01", **rule: Any) -> dict[str, Any]:
    return a_contract(with_rule(TIME_HOUSED, **rule), version=version, effective_from=begins)


def test_time_before_the_contract_began_uses_up_nothing() -> None:
    book = Book(contract(at_most=300))
    book.learn(started("P1", "2021-01-01"), housed("P1", "2021-01-01"), housed("P1", "2023-01-01"))
    assert counted(book, "2022") == {"2022": 300}
    assert book.finding("2022", "time-housed", "2021").why == "before-version"


def test_a_most_that_an_amendment_raises_leaves_the_difference_and_one_it_lowers_nothing() -> None:
    for most, left in ((100, {"2022": 50, "2023": 50}), (50, {"2022": 50}), (20, {"2022": 50})):
        book = Book(contract(at_most=50))
        book.learn(started("P1", "2022-01-01"), housed("P1", "2022-01-01"), housed("P1", "2024-02-01"))
        book.amend(contract(2, "2023-01-01", at_most=most))
        assert counted(book, "2023") == left


def test_time_in_a_status_that_an_amendment_adds_uses_up_nothing_before_the_amendment() -> None:
    book = Book(contract(at_most=200)).learn(started("P1", "2022-01-01"), housed("P1", "2022-01-01", "dormitory"))
    book.learn(housed("P1", "2023-01-01"), housed("P1", "2024-02-01"))
    book.amend(contract(2, "2023-01-01", at_most=200, qualifying=["own_tenancy", "dormitory"]))
    assert counted(book, "2023") == {"2023": 200}
