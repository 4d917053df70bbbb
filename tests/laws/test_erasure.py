"""Erasing participants changes no earlier amount, and every statement issued before is still proved."""

import copy
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.events import Fact
from tests.book import lines
from tests.builders import a_contract
from tests.erasing import ErasingBook
from tests.laws.contracts import Document
from tests.laws.facts import facts
from tests.laws.sharing import sharing_contracts, told_in_turn
from tests.laws.test_group_laws import BEGINS, COHORTS, means, shares
from tests.laws.test_laws import PERIODS, Story, stories

_BOUNDED = settings(max_examples=15)


def participants(book: ErasingBook) -> list[str]:
    """Everybody known who is not erased."""
    return sorted({entry.fact.participant for entry in book.facts if entry.fact.participant})


def stated(book: ErasingBook) -> dict[Any, Decimal]:
    """What all statements say is due, by investor and line, but not whose it is."""
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    histories = book.told_before(len(book.rounds))
    for investor, history in histories.items():
        for line in history.items:
            key = tuple(line[name] for name in ("metric", "step", "version", "achieved_on", "payer"))
            sums[investor, *key] += Decimal(line["amount"])
    return sums


def walk(book: ErasingBook, learn: Callable[[int], object], data: st.DataObject) -> None:
    """Issue period after period, somebody erased before each: nothing stated moves, and everything is proved."""
    for turn, label in enumerate(PERIODS):
        learn(turn)
        before, sent = stated(book), [told.stored for one in book.rounds for told in one.statements]
        people = participants(book)
        count = data.draw(st.integers(0, min(2, len(people))))
        for participant in data.draw(st.permutations(people))[:count]:
            book.erase(participant)
        assert stated(book) == before
        assert [told.stored for one in book.rounds for told in one.statements] == sent
        assert book.proved()
        book.state(label)
        assert book.proved()


@_BOUNDED
@given(stories(), st.data())
def test_after_erasures_nothing_stated_changes_and_everything_is_proved(story: Story, data: st.DataObject) -> None:
    book = ErasingBook(story.contract)
    walk(book, lambda turn: story.learn(book, turn), data)


@_BOUNDED
@given(sharing_contracts(), told_in_turn(), st.data())
def test_it_holds_where_shares_are_decided_when_lines_are_stated(
    contract: Document, told: list[list[Fact]], data: st.DataObject
) -> None:
    book = ErasingBook(contract)
    walk(book, lambda turn: book.learn(*told[turn]), data)


@_BOUNDED
@given(st.one_of(shares(), means()), facts(people=6), st.sampled_from(["2022-12-01", "2023-06-30"]), st.data())
def test_it_holds_of_groups(metric: Document, told: list[Fact], judged_on: str, data: st.DataObject) -> None:
    metric = {**metric, "rule": {**metric["rule"], "evaluated": {"on": judged_on}}}
    book = ErasingBook(a_contract(metric, **BEGINS, cohorts=COHORTS))
    quarter = len(told) // 4 + 1
    walk(book, lambda turn: book.learn(*told[turn * quarter : (turn + 1) * quarter]), data)


@_BOUNDED
@given(shares(), facts(people=6), st.data())
def test_what_was_stated_of_a_cohort_stands_when_a_member_is_erased(
    metric: Document, told: list[Fact], data: st.DataObject
) -> None:
    metric = {**metric, "rule": {**metric["rule"], "evaluated": {"on": "2022-12-01"}}}
    book = ErasingBook(a_contract(metric, **BEGINS, cohorts=COHORTS)).learn(*told)
    book.state("2022")
    other = copy.deepcopy(book)
    people = participants(book)
    if people:
        book.erase(data.draw(st.sampled_from(people)))
    assert {name: lines(draft) for name, draft in book.state("2023").items()} == {
        name: lines(draft) for name, draft in other.state("2023").items()
    }


@_BOUNDED
@given(stories(), st.data())
def test_without_news_nothing_that_was_stated_is_taken_back_by_an_erasure(story: Story, data: st.DataObject) -> None:
    book = ErasingBook(story.contract)
    book.learn(*(fact for part in story.told for fact in part))
    book.state("2022")
    other = copy.deepcopy(book)
    people = participants(book)
    gone = data.draw(st.sampled_from(people)) if people else None
    if gone is not None:
        book.erase(gone)
        other.sequence += 1
    mine, theirs = book.state("2023"), other.state("2023")
    for investor, draft in mine.items():
        assert _of_2022(lines(draft)) == _of_2022(lines(theirs[investor]))


def _of_2022(lines: list[Document]) -> list[Any]:
    names = ("kind", "metric", "step", "achieved_on", "payer", "amount")
    return [tuple(line[name] for name in names) for line in lines if line["outcome_period"] == "2022"]
