"""A large batch is stored in parts while the rest is sorted in, and is one unit still: one chain, all or nothing."""

from typing import Any

import pytest

from service.core.errors import Unavailable
from service.storage.database import Database
from service.storage.rows import GENESIS_DIGEST, FactRow, Head
from service.storage.store import Store
from service.workflows.journal import broken_link
from tests.builders import a_contract, correction, housed, retraction
from tests.shell.calling import Api, faults_in, problem_in, sent

MANY = 6_000  # more than two parts
FIRST = housed("P0", "2022-08-31")


@pytest.fixture
async def both(w: Api) -> Api:
    """Contract W and another one."""
    await w.register(a_contract(contract="a"))
    return w


def events() -> list[dict[str, Any]]:
    """Events of both contracts in turn, about a hundred people."""
    facts = [FIRST, *(housed(f"P{place % 100}", "2022-08-31", id=f"e-{place}") for place in range(1, MANY))]
    return [sent(fact, contract="wa"[place % 2]) for place, fact in enumerate(facts)]


async def chain_of(database: Database, contract: str) -> tuple[int, int | None]:
    """How many entries the contract has, and where its chain is broken."""
    async with database.reading() as store:
        entries = await store.entries(contract)
        assert await store.head(contract) == Head(len(entries), entries[-1].digest)
        return len(entries), broken_link(entries, Head(0, GENESIS_DIGEST))


async def test_the_parts_of_a_batch_are_one_chain_and_know_each_other(both: Api, database: Database) -> None:
    later = [
        sent(FIRST),
        sent(housed("P0", "2022-09-01", id=FIRST.id)),
        sent(correction(FIRST, on="2022-09-02")),
        sent(retraction(housed("P1", "2022-08-31", id="e-1")), contract="a"),
    ]
    verdicts = (await both.batch([*events(), *later]))["verdicts"]
    assert [one["verdict"] for one in verdicts[-4:]] == ["duplicate", "conflict", "accepted", "accepted"]
    for contract in "wa":
        assert await chain_of(database, contract) == (1 + MANY // 2 + 1, None)


async def test_an_atomic_batch_that_its_last_part_refuses_leaves_nothing_of_the_first(both: Api) -> None:
    stored = await both.stored()
    lost = sent(retraction(housed("P9", "2022-01-01")))
    refused = await both.client.post("/v1/events/batch?atomic=true", json=[*events(), lost])
    assert faults_in(refused) == [(f"/{MANY}/replaces", "unknown-target")]
    assert await both.stored() == stored


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_an_outage_at_any_part_leaves_nothing_of_the_others(
    both: Api, database: Database, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    stored, appended, parts = await both.stored(), Store.append_facts, 0

    async def append_facts(store: Store, rows: list[FactRow]) -> None:
        nonlocal parts
        parts += 1
        if parts == failing:
            raise Unavailable("away")
        await appended(store, rows)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "append_facts", append_facts)
        problem_in(await both.client.post("/v1/events/batch", json=events()), 503, "unavailable")
    assert await both.stored() == stored
    assert (await both.batch(events()))["summary"]["accepted"] == MANY
