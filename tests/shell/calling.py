"""The service as its callers see it: one client with a key that may do most things, and the answers unwrapped."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from service.core.events import Fact
from service.main import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.signing_keys import SigningKey
from service.workflows.access import begin_ledger
from service.workflows.credentials import NewCredential, key_by_hand
from service.workflows.ledger import Ledger

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEDGER_NAME = "ledger-under-test"
JSON, TOML = {"Content-Type": "application/json"}, {"Content-Type": "application/toml"}
PROBLEM = "application/problem+json"

EVERY_ROLE = ("finance", "auditor", "case-system")
Document = dict[str, Any]


@dataclass
class KeysInMemory:
    """A ring that keeps its keys for as long as a test."""

    kept: dict[str, SigningKey] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)

    def current(self, name: str) -> SigningKey | None:
        """The key of that name."""
        return self.kept.get(name)

    def begin(self, key: SigningKey) -> SigningKey:
        """Keep a first key."""
        return self.kept.setdefault(key.public.name, key)

    def replace(self, key: SigningKey) -> None:
        """Keep another key."""
        self.kept[key.public.name] = key

    def last_note(self, name: str) -> bytes | None:
        """The note beside the key."""
        return self.notes.get(name)

    def keep_note(self, name: str, note: bytes | None) -> None:
        """Keep another note, or none."""
        self.notes.pop(name, None)
        if note is not None:
            self.notes[name] = note


def ledger_on(database: Database) -> Ledger:
    """The ledger at noon of a fixed day, whose random bytes are all zero, and whose keys are in memory."""
    return Ledger(database, lambda: NOW, bytes, key_ring=KeysInMemory())


async def client_of(ledger: Ledger, **settings: Any) -> httpx.AsyncClient:
    """A client of the service on that ledger, with the key that is made at first start."""
    key = await working_key(ledger)
    # At a fixed moment no minute ends, and tests fail to authenticate by the hundred.
    app = create_app(Settings(**{"failed_logins_per_minute": 0, **settings}), ledger)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://ledger",
        headers={"Authorization": f"Bearer {key}"} if key else {},
    )


def sent(fact: Fact, **changes: Any) -> Document:
    """A fact as a case system posts it."""
    document = fact.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    return {**document, **changes}


@dataclass(frozen=True)
class Api:
    """What the tests ask the service for; a refusal where none is expected fails with the whole answer."""

    client: httpx.AsyncClient
    ledger: Ledger

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON of a good answer."""
        return answered(await self.client.get(path, params=query))

    async def register(self, document: Document) -> Document:
        """Register a contract from a JSON document."""
        body = orjson.dumps(document)
        registered: Document = answered(await self.client.post("/v1/contracts", content=body, headers=JSON), 201)
        return registered

    async def amend(self, document: Document) -> httpx.Response:
        """Ask for an amendment from a JSON document."""
        path = f"/v1/contracts/{document['contract']}/amendments"
        return await self.client.post(path, content=orjson.dumps(document), headers=JSON)

    async def event(self, document: Any) -> httpx.Response:
        """Post one event."""
        return await self.client.post("/v1/events", json=document)

    async def batch(self, documents: Sequence[Any], **query: Any) -> Document:
        """Post a batch and get its verdicts."""
        verdicts: Document = answered(await self.client.post("/v1/events/batch", json=list(documents), params=query))
        return verdicts

    async def learn(self, facts: Iterable[Fact]) -> None:
        """Post facts, every one of which has to be accepted."""
        verdicts = await self.batch([sent(fact) for fact in facts])
        assert {verdict["verdict"] for verdict in verdicts["verdicts"]} == {"accepted"}, verdicts

    async def close(self, period: str, contract: str = "w") -> Document:
        """Close a period of one contract: what that did."""
        path = f"/v1/periods/{period}/close"
        (closed,) = answered(await self.client.post(path, params={"contract": contract}))["data"]
        told: Document = closed
        return told

    async def issue(self, period: str, contract: str = "w") -> list[Document]:
        """Issue a period, with a second person where one is needed: the entries of the list of statements."""
        closed = await self.close(period, contract)
        if closed["outcome"] == "awaits-approval":
            headers = {**await second_person(self.ledger), "If-Match": f'"{closed["digest"]}"'}
            path = f"/v1/contracts/{contract}/statements/{period}/approve"
            answered(await self.client.post(path, headers=headers))
            closed = await self.close(period, contract)
        assert closed["outcome"] == "issued", closed
        issued: list[Document] = (await self.get("/v1/statements", contract=contract, period=period))["data"]
        return issued

    async def lines(self, statement: str) -> list[Document]:
        """The lines in the detail of a statement."""
        detail = await self.get(f"/v1/statements/{statement}/detail")
        return [item for item in detail["items"] if item["item"] == "line"]

    async def totals(self, statement: str) -> Document:
        """The totals of a statement."""
        totals: Document = (await self.get(f"/v1/statements/{statement}"))["totals"]
        return totals

    async def stored(self) -> tuple[int, int]:
        """How many contracts and events there are (up to 500): what must not grow when something is refused."""
        contracts = await self.get("/v1/contracts")
        events = await self.get("/v1/events", limit=500)
        return len(contracts["data"]), len(events["data"])


async def second_person(ledger: Ledger) -> dict[str, str]:
    """What somebody else sends, who may do the same."""
    return {"Authorization": f"Bearer {await key_of(ledger, NewCredential('second-person', EVERY_ROLE))}"}


async def working_key(ledger: Ledger) -> str | None:
    """Begin the ledger; a key that may do everything that people do in it, in place of the first administrator's. None
    where it was begun before."""
    if await begin_ledger(with_chance(ledger), LEDGER_NAME) is None:
        return None
    return await key_of(ledger, NewCredential("bootstrap", EVERY_ROLE))


async def key_of(ledger: Ledger, wanted: NewCredential) -> str:
    """The key of a credential, which is made."""
    return await key_by_hand(with_chance(ledger), "tests", wanted)


def with_chance(ledger: Ledger) -> Ledger:
    """The same ledger with real randomness, so that no two keys are the same."""
    return replace(ledger, random_bytes=secrets.token_bytes)


def answered(response: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer with that status."""
    assert response.status_code == status, (response.status_code, response.text)
    return response.json()


def problem_in(response: httpx.Response, status: int, code: str | None = None) -> Document:
    """The problem document of a refusal, complete and of that status and code."""
    assert response.status_code == status, (response.status_code, response.text)
    assert response.headers["content-type"] == PROBLEM
    problem: Document = response.json()
    members = {"type", "title", "status", "code", "detail", "errors", "request_id"}
    assert set(problem) - {"available_actions"} == members
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{problem['code']}"
    assert all(set(fault) == {"pointer", "code", "detail"} for fault in problem["errors"])
    if code is not None:
        assert problem["code"] == code, problem
    return problem


def faults_in(response: httpx.Response, status: int = 422) -> list[tuple[str, str]]:
    """Each fault of a refusal as (pointer, code)."""
    return [(fault["pointer"], fault["code"]) for fault in problem_in(response, status)["errors"]]
