"""Callers at work on two contracts until their service dies, and what each of them was told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import httpx

from tests.builders import a_contract, housed, started
from tests.shell.calling import JSON, answered, sent

POSTERS = 3
SIZES = (1, 1, 1, 5, 40, 200)
INVESTORS = ("a", "b")
PERIODS = tuple(f"{year}-{month:02}" for year in range(2022, 2026) for month in range(1, 13))

Document = dict[str, Any]


@dataclass(slots=True)
class Post:
    """Events sent in one request, and the verdicts; None where the service died before it answered."""

    documents: Sequence[Document]
    atomic: bool
    verdicts: list[Document] | None = None


@dataclass(slots=True)
class Issue:
    """A period that was to be issued, and the statements told; None where the service died before it answered."""

    contract: str
    period: str
    statements: list[Document] | None = None


@dataclass(slots=True)
class Told:
    """Everything that was asked of the service in its life, in order of asking."""

    contracts: tuple[str, str]
    posts: list[Post] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def in_doubt(self) -> tuple[int, int]:
        """How many posts and how many issues were not answered."""
        return sum(post.verdicts is None for post in self.posts), sum(one.statements is None for one in self.issues)


async def register(client: httpx.AsyncClient, contract: str) -> None:
    """A contract with monthly statements and facts that pay in some of its first months."""
    document = a_contract(contract=contract, title=f"Contract {contract}", periods="month")
    answered(await client.post("/v1/contracts", json=document, headers=JSON), 201)
    facts = [document for participant in range(3) for document in _history(f"{contract}-H{participant}", contract)]
    answered(await client.post("/v1/events/batch", json=facts))


def _history(participant: str, contract: str) -> list[Document]:
    on = date(2022, 1, 3)
    days = [str(on + timedelta(days=passed)) for passed in (0, 40, 100)]
    facts = (started(participant, days[0]), *(housed(participant, day) for day in days))
    return [sent(fact, contract=contract) for fact in facts]


async def work(client: httpx.AsyncClient, random: Random, told: Told) -> None:
    """Post and issue with several callers at once until the service is gone."""
    posters = (_post(client, Random(random.random()), told, f"{told.contracts[0]}-{n}") for n in range(POSTERS))
    await asyncio.gather(*posters, _issue(client, told))


async def _post(client: httpx.AsyncClient, random: Random, told: Told, name: str) -> None:
    number = 0
    while True:
        size = random.choice(SIZES)
        documents = [_event(random, told, f"{name}-{number + place}") for place in range(size)]
        number += size
        post = Post(documents, atomic=random.random() < 0.5)
        told.posts.append(post)
        try:
            post.verdicts = await send(client, post)
        except httpx.TransportError:
            return


def _event(random: Random, told: Told, participant: str) -> Document:
    on = str(date(2022, 1, 1) + timedelta(days=random.randrange(400)))
    return sent(started(participant, on), contract=random.choice(told.contracts))


async def send(client: httpx.AsyncClient, post: Post) -> list[Document]:
    """Send events as one caller would, and get a verdict for each."""
    if len(post.documents) == 1:
        answer = await client.post("/v1/events", json=post.documents[0])
        return [answered(answer, 201 if answer.status_code == 201 else 200)]
    query = {"atomic": str(post.atomic).lower()}
    answer = await client.post("/v1/events/batch", json=list(post.documents), params=query)
    verdicts: list[Document] = answered(answer)["verdicts"]
    return verdicts


async def _issue(client: httpx.AsyncClient, told: Told) -> None:
    for period in PERIODS:
        for contract in told.contracts:
            issue = Issue(contract, period)
            told.issues.append(issue)
            try:
                answer = await client.post(f"/v1/periods/{period}/close", params={"contract": contract})
            except httpx.TransportError:
                return
            (closed,) = answered(answer)["data"]
            issue.statements = closed["statements"]
