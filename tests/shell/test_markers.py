"""Two hundred marked texts in every field and header: none reaches an answer to another role, or a line of the log."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import orjson
import pytest

from service.main import create_app
from service.settings import Settings
from service.workflows.roles import ABOUT_PARTICIPANTS, MAY, ROLES
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.authz_matrix import asked, operations_of
from tests.shell.calling import JSON, Api, answered
from tests.shell.identities import ANONYMOUS, EXPIRED, headers_of_everybody, twin_of
from tests.shell.logged import Log

OPERATIONS = operations_of(create_app(Settings()).openapi())
MARKED = re.compile(rb"zq[0-9]{4}x")
# Any identity that must see nothing about the participants of contract W.
BLIND = [role for role in ROLES if MAY[role].isdisjoint(ABOUT_PARTICIPANTS)]
ELSEWHERE = [twin_of(role) for role in ROLES]
HEADERS = (
    "Accept-Language", "Cookie", "Forwarded", "If-None-Match", "Origin", "Referer", "Traceparent", "Tracestate",
    "User-Agent", "X-Forwarded-For", "X-Request-Id", "X-Forwarded-Host", "Access-Purpose", "Via", "From",
)  # fmt: skip


def marks() -> Callable[[], str]:
    """Gives a new marked text each time."""
    numbers = count()
    return lambda: f"zq{next(numbers):04}x"


def marked_facts(new: Callable[[], str]) -> Iterator[dict[str, Any]]:
    """Facts of every kind with a marked text in every field that takes one."""
    for _ in range(12):
        participant, source = new(), new()
        common = {"contract": "w", "participant": participant, "source": source, "on": "2022-03-01"}
        evidence = {"evidence": {"kind": new()}}
        yield {**common, "id": new(), "kind": "enrolment", "name": "started", "attributes": {new(): new()}}
        yield {**common, **evidence, "id": new(), "kind": "status", "name": new(), "value": new()}
        yield {**common, "id": new(), "kind": "milestone", "name": new()}
        yield {**common, "id": new(), "kind": "measurement", "name": new(), "value": "7", "unit": new()}
        taken = {**common, "id": new(), "kind": "occurrence", "name": new()}
        yield taken
        yield {**taken, "id": new(), "replaces": taken["id"], "reason": new()}


@pytest.fixture
async def marked(w: Api) -> Counter[str]:
    """Contract W with everything marked that is stored about its participants; the marks, each once."""
    new = marks()
    facts = list(marked_facts(new))
    await w.register(a_contract(contract="v"))
    await w.learn(W1_FACTS)
    await w.batch(facts)
    await w.issue("2022")
    return Counter(mark.decode() for fact in facts for mark in MARKED.findall(orjson.dumps(fact)))


async def answers_to(api: Api, headers: dict[str, str]) -> list[bytes]:
    """What somebody is answered, whatever they ask for, headers included."""
    told = []
    for operation in OPERATIONS:
        path, query = asked(operation)
        body: dict[str, Any] = {"content": b"{}"} if operation.told.get("requestBody") else {}
        response = await api.client.request(
            operation.method.upper(), path, params=query, headers={**JSON, **headers}, **body
        )
        told.append(response.content + repr(response.headers.raw).encode())
    return told


async def test_nothing_about_participants_reaches_those_who_must_not_know(
    w: Api, marked: Counter[str], log: Log
) -> None:
    assert len(marked) >= 200
    everybody = await headers_of_everybody(w.ledger)
    del w.client.headers["Authorization"]
    seen = MARKED.findall(b"".join(await answers_to(w, everybody["auditor"])))
    assert len({*seen}) > 100, "not even those who may see it are shown it: the marks are of no use"
    for identity in (*BLIND, *ELSEWHERE, ANONYMOUS, EXPIRED):
        for told in await answers_to(w, everybody[identity]):
            assert not MARKED.search(told), (identity, told[:400])
    assert not MARKED.search(log.getvalue().encode())


async def test_nothing_of_a_header_comes_back_or_is_logged(w: Api, log: Log) -> None:
    new = marks()
    for operation in OPERATIONS:
        path, query = asked(operation)
        sending = {name: new() for name in HEADERS}
        body: dict[str, Any] = {"content": b"{}"} if operation.told.get("requestBody") else {}
        response = await w.client.request(
            operation.method.upper(), path, params=query, headers={**JSON, **sending}, **body
        )
        told = response.content + repr(response.headers.raw).encode()
        assert not MARKED.search(told), (operation.name, told[:400])
    assert not MARKED.search(log.getvalue().encode())


async def test_nothing_that_is_refused_comes_back_or_is_logged(w: Api, log: Log) -> None:
    new = marks()
    refused = list(marked_facts(new))[:40]
    for fact in refused:
        wrong = {**fact, "on": new(), new(): new()}
        response = await w.event(wrong)
        assert response.status_code == 422
        assert not MARKED.search(response.content), response.text
    verdicts = orjson.dumps(await w.batch([{**fact, "kind": new(), "contract": new()} for fact in refused]))
    assert not MARKED.search(re.sub(rb'"(contract|source|id)":"[^"]*"', b"", verdicts)), verdicts[:400]
    assert not MARKED.search(log.getvalue().encode())


async def test_what_an_investor_writes_is_seen_by_nobody_elsewhere(w: Api) -> None:
    new = marks()
    await w.register(a_contract(contract="v"))
    await w.learn(W1_FACTS)
    await w.issue("2022")
    everybody = await headers_of_everybody(w.ledger)
    dispute = {"metric": "housing", "reason": new(), "evidence": {"kind": new(), "ref": new()}}
    path = "/v1/statements/w.2022.a.1/disputes"
    answered(await w.client.post(path, json=dispute, headers=everybody["investor"]), 201)
    del w.client.headers["Authorization"]
    for identity in (*ELSEWHERE, ANONYMOUS, "case-system", "administrator"):
        for told in await answers_to(w, everybody[identity]):
            assert not MARKED.search(told), (identity, told[:400])
