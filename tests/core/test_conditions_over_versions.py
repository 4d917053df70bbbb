"""Conditions when an amendment changes what they name, and when what they name pays nothing."""

from typing import Any

import pytest

from service.core.errors import InvalidInput
from service.core.terms.reading import read_amendment
from tests.book import Book, amounts
from tests.builders import HOUSING, ZONES, a_contract, a_fact, a_timeline, housed, retraction, started, with_rule
from tests.core.test_conditions import JOB, at, reached

STAYING = reached("staying", requires=[{"metric": "housing"}])


def housing(*months: int) -> dict[str, Any]:
    return {**with_rule(HOUSING, steps=[{"months": length} for length in months]), "tariff": JOB}


@pytest.mark.parametrize("basis", ["achieved_on", "enrolled_on"])
def test_a_step_that_an_amendment_adds_to_a_required_metric_takes_nothing_back(basis: str) -> None:
    book = Book(a_contract(housing(3, 6), STAYING, price_basis=basis)).learn(started("P1", "2022-01-10"))
    book.learn(housed("P1", "2022-01-10"), housed("P1", "2022-08-01"), housed("P1", "2022-10-01", "shelter"))
    book.learn(at("staying", "2022-08-05")).issue("2022")
    book.amend(a_contract(housing(3, 6, 12), STAYING, price_basis=basis, version=2, effective_from="2023-01-01"))
    assert amounts(book.issue("2023")["a"]) == []
    assert book.finding("2023", "staying", "reached").version == 1


def test_a_step_that_an_amendment_drops_from_a_required_metric_is_not_waited_for() -> None:
    book = Book(a_contract(housing(3, 6, 12), STAYING)).learn(started("P1", "2023-01-10"), housed("P1", "2023-01-10"))
    book.learn(housed("P1", "2024-03-01"), at("staying", "2024-03-05"))
    book.amend(a_contract(housing(3, 6), STAYING, version=2, effective_from="2023-02-01"))
    assert book.finding("2024", "housing", "12 months").why == "not-in-version"
    staying = book.finding("2024", "staying", "reached")
    assert (staying.state, str(staying.on), staying.version) == ("achieved", "2024-03-05", 2)


@pytest.mark.parametrize(
    ("first", "second"),
    [({"excludes": ["b"]}, {"excludes": ["a"]}), ({"requires": [{"metric": "b"}]}, {"requires": [{"metric": "a"}]})],
)
def test_an_amendment_that_turns_a_condition_round_is_refused(first: dict[str, Any], second: dict[str, Any]) -> None:
    known = a_timeline(a_contract(reached("a", **first), reached("b")))
    later = a_contract(reached("a"), reached("b", **second), version=2, effective_from="2023-01-01")
    with pytest.raises(InvalidInput) as refused:
        read_amendment(later, ZONES, known)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == (f"/metrics/1/{next(iter(second))}", "circle")
    again = a_contract(reached("a", **first), reached("b"), version=2, effective_from="2023-01-01")
    assert read_amendment(again, ZONES, known).version == 2


AFTER_ENTRY = reached("staying", requires=[{"metric": "entry", "already": "stated"}])


def test_an_outcome_that_is_priced_at_nothing_or_clipped_to_nothing_is_stated_all_the_same() -> None:
    free = {**reached("entry"), "tariff": {**JOB, "price": "0.00"}}
    clipped = {"limits": {"period": {"amount": "1000.00"}}}
    whole = a_contract(reached("first"), reached("entry"), AFTER_ENTRY, **clipped)
    for contract in (a_contract(free, AFTER_ENTRY), whole):
        book = Book(contract).learn(started("P1", "2022-01-03"), at("first", "2022-01-20"), at("entry", "2022-02-01"))
        book.learn(at("staying", "2023-03-01"))
        assert book.finding("2022", "staying", "reached").why == "awaits-required"
        book.issue("2022")
        drafts = book.preview("2023")
        assert [line[3] for line in amounts(drafts["a"])] == ["2023-03-01"]


def test_an_outcome_that_was_taken_back_and_comes_again_is_stated_only_then() -> None:
    book = Book(a_contract(reached("entry"), AFTER_ENTRY)).learn(started("P1", "2022-01-03"), at("entry", "2022-02-01"))
    book.issue("2022")
    book.learn(retraction(at("entry", "2022-02-01")), at("staying", "2023-06-01"))
    book.issue("2023")
    book.learn(a_fact("milestone", "P1", "2023-05-01", name="entry"))
    assert [line[3] for line in amounts(book.issue("2024")["a"])] == ["2023-05-01"]
    assert [line[3] for line in amounts(book.issue("2025")["a"])] == ["2023-06-01"]


def test_what_was_achieved_before_the_contract_began_refuses_what_requires_it() -> None:
    book = Book(a_contract(reached("entry"), reached("staying", requires=[{"metric": "entry"}])))
    book.learn(started("P1", "2021-05-01"), at("entry", "2021-12-01"), at("staying", "2022-02-01"))
    assert book.finding("2022", "entry", "reached").why == "before-version"
    assert book.finding("2022", "staying", "reached").why == "required-not-achieved"
