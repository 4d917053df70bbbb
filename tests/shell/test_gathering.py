"""Single events that come at the same moment are taken in together, and each sender is told the truth of its own."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from service.core.errors import Unavailable
from service.workflows import gathering
from service.workflows.gathering import Gathering
from service.workflows.ingest import post_events
from service.workflows.ledger import Ledger
from service.workflows.reading_events import EventVerdict
from tests.builders import housed, started
from tests.shell.calling import Api, Document, sent

_FACTS = [sent(started("P1", "2022-01-10")), *(sent(housed("P1", f"2022-02-{day:02}")) for day in range(1, 20))]
Units = list[list[Any]]


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> Units:
    """The documents of every unit of work, in order."""
    seen: Units = []
    _take_in_by(monkeypatch, seen, lambda documents: None)
    return seen


def _take_in_by(monkeypatch: pytest.MonkeyPatch, seen: Units, before: Callable[[Sequence[Any]], None]) -> None:
    async def watched(ledger: Ledger, documents: Sequence[Any], actor: str) -> tuple[EventVerdict, ...]:
        seen.append(list(documents))
        before(documents)
        return await post_events(ledger, documents, actor)

    monkeypatch.setattr(gathering, "post_events", watched)


async def _post_all(w: Api, documents: Sequence[Document], actor: str = "cases") -> list[Any]:
    waiting = Gathering()
    return await asyncio.gather(
        *(waiting.post_event(w.ledger, one, actor) for one in documents), return_exceptions=True
    )


async def test_events_that_come_together_share_a_unit_of_work(w: Api, units: Units) -> None:
    verdicts = await _post_all(w, _FACTS)
    assert [verdict.verdict for verdict in verdicts] == ["accepted"] * 20
    assert [verdict.sequence for verdict in verdicts] == list(range(2, 22))
    assert len(units) == 1


async def test_those_that_come_while_a_unit_is_under_way_share_the_next_one(w: Api, units: Units) -> None:
    waiting = Gathering()
    first = asyncio.create_task(waiting.post_event(w.ledger, _FACTS[0], "cases"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = await asyncio.gather(*(waiting.post_event(w.ledger, one, "cases") for one in _FACTS[1:]))
    assert (await first).sequence == 2
    assert [len(unit) for unit in units] == [1, 19]
    assert sorted(verdict.sequence or 0 for verdict in others) == list(range(3, 22))


async def test_one_event_posted_by_many_is_stored_once_and_the_others_are_duplicates(w: Api) -> None:
    verdicts = await _post_all(w, [_FACTS[0]] * 8)
    assert sorted(verdict.verdict for verdict in verdicts) == ["accepted", *["duplicate"] * 7]
    assert {verdict.sequence for verdict in verdicts} == {2}


async def test_a_rejected_event_does_not_hold_up_its_neighbours(w: Api, units: Units) -> None:
    verdicts = await _post_all(w, [_FACTS[0], {**_FACTS[1], "on": "soon"}, _FACTS[2]])
    assert [verdict.verdict for verdict in verdicts] == ["accepted", "rejected", "accepted"]
    assert len(units) == 1


async def test_events_of_different_callers_are_recorded_under_their_own_names(w: Api, units: Units) -> None:
    waiting = Gathering()
    await asyncio.gather(
        *(waiting.post_event(w.ledger, one, actor) for one, actor in zip(_FACTS[:4], "abab", strict=True)),
        return_exceptions=True,
    )
    async with w.ledger.database.reading() as store:
        entries = await store.entries("w", kind="fact")
    actor_of = {entry.external_id: entry.actor for entry in entries}
    assert [actor_of[one["id"]] for one in _FACTS[:4]] == ["a", "b", "a", "b"]
    assert len(units) == 2


async def test_what_breaks_on_one_event_breaks_for_its_sender_alone(w: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(documents: Sequence[Any]) -> None:
        if _FACTS[3] in documents:
            raise RuntimeError("a mistake of the ledger")

    _take_in_by(monkeypatch, [], breaks)
    outcomes = await _post_all(w, _FACTS[:6])
    assert [type(outcome).__name__ for outcome in outcomes] == [
        *["EventVerdict"] * 3,
        "RuntimeError",
        *["EventVerdict"] * 2,
    ]


async def test_an_outage_is_told_to_all_of_them_at_once(w: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(documents: Sequence[Any]) -> None:
        raise Unavailable("the database is away")

    units: Units = []
    _take_in_by(monkeypatch, units, away)
    outcomes = await _post_all(w, _FACTS[:6])
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert len(units) == 1


async def test_a_sender_that_goes_away_takes_nothing_with_it(w: Api) -> None:
    waiting = Gathering()
    gone = asyncio.create_task(waiting.post_event(w.ledger, _FACTS[0], "cases"))
    stays = asyncio.create_task(waiting.post_event(w.ledger, _FACTS[1], "cases"))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).verdict == "accepted"
    async with w.ledger.database.reading() as store:
        assert len(await store.entries("w", kind="fact")) == 2
