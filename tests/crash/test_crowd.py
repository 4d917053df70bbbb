"""Thirty-two callers post the same thousand events over HTTP: each is stored once, and everybody is told the truth."""

import asyncio
from collections import defaultdict
from random import Random
from typing import Any

import httpx

from service.storage.database import Database
from tests.builders import a_contract, housed
from tests.crash.serving import Nursery
from tests.shell.calling import JSON, answered, sent
from tests.shell.tampering import log_of

CALLERS, EVENTS, BATCH, SINGLES, TWICE = 32, 1_000, 250, 4, 125
DOCUMENTS = [sent(housed(f"P{place}", "2022-08-31")) for place in range(EVENTS)]

Verdict = dict[str, Any]


async def posted(client: httpx.AsyncClient, seed: int) -> list[Verdict]:
    """The verdicts of one caller, who posts every event in an order of their own, some twice and some alone."""
    random = Random(seed)
    mine = DOCUMENTS + random.sample(DOCUMENTS, TWICE)
    random.shuffle(mine)
    verdicts = []
    for document in mine[:SINGLES]:
        answer = await client.post("/v1/events", json=document)
        verdict = answered(answer, 201 if answer.status_code == 201 else 200)
        assert answer.status_code == {"accepted": 201, "duplicate": 200}[verdict["verdict"]]
        verdicts.append(verdict)
    for start in range(SINGLES, len(mine), BATCH):
        verdicts += answered(await client.post("/v1/events/batch", json=mine[start : start + BATCH]))["verdicts"]
    return verdicts


async def test_a_thousand_events_from_thirty_two_callers_are_stored_once_and_each_is_told_so(
    nursery: Nursery, database: Database, database_url: str, key: str
) -> None:
    async with nursery.start(database_url).client(key, CALLERS) as client:
        answered(await client.post("/v1/contracts", json=a_contract(), headers=JSON), 201)
        told = await asyncio.gather(*(posted(client, seed) for seed in range(CALLERS)))
    words: dict[str, list[str]] = defaultdict(list)
    places: dict[str, set[int]] = defaultdict(set)
    for verdict in (each for verdicts in told for each in verdicts):
        words[verdict["id"]].append(verdict["verdict"])
        places[verdict["id"]].add(verdict["sequence"])
    assert sum(map(len, words.values())) == CALLERS * (EVENTS + TWICE)
    assert all(sorted(each) == ["accepted"] + ["duplicate"] * (len(each) - 1) for each in words.values())
    log = await log_of(database)
    assert [entry[1] for entry in log] == list(range(1, EVENTS + 2))
    assert {entry[6]: {entry[1]} for entry in log[1:]} == places
