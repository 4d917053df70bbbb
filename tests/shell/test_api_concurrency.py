"""Many callers at once: every event stored once, every period issued once, and everybody told what became of it."""

import asyncio
from collections import Counter

from service.storage.database import Database
from service.storage.scope import EVERYTHING
from tests.builders import a_contract, housed, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, answered, client_of, ledger_on, sent
from tests.shell.tampering import log_of

CALLERS = 16
EVENTS = [sent(housed(f"P{place}", "2022-08-31")) for place in range(50)]


async def test_the_same_events_from_sixteen_callers_are_stored_once(
    w: Api, database: Database, database_url: str
) -> None:
    key = w.client.headers["Authorization"]
    own = [Database.at(database_url, EVERYTHING) for _ in range(CALLERS)]

    async def call(place: int) -> list[str]:
        async with await client_of(ledger_on(own[place])) as client:
            client.headers["Authorization"] = key
            mine = EVENTS[place:] + EVENTS[:place]  # everybody in an order of their own
            answer = answered(await client.post("/v1/events/batch", json=mine))
            return [verdict["verdict"] for verdict in answer["verdicts"]]

    told = Counter(word for words in await asyncio.gather(*map(call, range(CALLERS))) for word in words)
    for one in own:
        await one.dispose()
    assert told == {"accepted": 50, "duplicate": 50 * (CALLERS - 1)}
    entries = await log_of(database)
    assert [entry[1] for entry in entries] == list(range(1, 52))
    assert len({entry[6] for entry in entries[1:]}) == 50


async def test_single_events_over_one_pool_of_connections_are_stored_once(w: Api, database: Database) -> None:
    posts = [w.event(event) for event in EVENTS[:10] for _ in range(4)]
    statuses = Counter(response.status_code for response in await asyncio.gather(*posts))
    assert statuses == {201: 10, 200: 30}
    assert [entry[1] for entry in await log_of(database)] == list(range(1, 12))


async def test_of_two_who_issue_a_period_one_wins_and_the_other_is_told(w: Api) -> None:
    await w.learn(W1_FACTS)
    close = "/v1/periods/2022/close?contract=w"
    answers = await asyncio.gather(*(w.client.post(close) for _ in range(4)))
    told = Counter(answer.json()["data"][0]["outcome"] for answer in answers if answer.is_success)
    assert told["issued"] == 1
    assert {answer.json()["code"] for answer in answers if answer.is_error} <= {"period-issued", "wrong-state"}
    assert len((await w.get("/v1/statements"))["data"]) == 2
    assert (await w.get("/v1/contracts/w/accounts"))["total"] == "0.00"


async def test_of_two_who_register_or_amend_at_once_both_get_the_same_answer(api: Api) -> None:
    document = a_contract()
    first = await asyncio.gather(*(api.register(document) for _ in range(4)))
    assert [one["sequence"] for one in first] == [1] * 4
    amended = a_contract(version=2, effective_from="2023-01-01", reason="fewer participants")
    answers = [answered(answer, 201) for answer in await asyncio.gather(*(api.amend(amended) for _ in range(4)))]
    assert [one["sequence"] for one in answers] == [2] * 4


async def test_events_and_issues_side_by_side_leave_a_chain_that_verifies(w: Api) -> None:
    await w.learn(W1_FACTS)

    async def post(place: int) -> None:
        answered(await w.event(sent(started(f"Q{place}", "2022-02-01"))), 201)

    await asyncio.gather(w.issue("2022"), *map(post, range(12)))
    for entry in (await w.get("/v1/statements"))["data"]:
        assert answered(await w.client.post(f"/v1/statements/{entry['id']}/verify"))["match"]
