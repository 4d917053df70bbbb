"""The metrics: what they count, that they name nobody, and that they are there when the database is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.core.errors import BrokenInvariant
from service.main import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.scope import EVERYTHING
from service.storage.store_terms import TermsStore
from service.telemetry.metrics import MEDIA_TYPE
from service.workflows.backlog import backlog
from service.workflows.ingest import post_events
from service.workflows.ledger import Ledger
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import NOW, Api, answered, client_of, problem_in, sent
from tests.shell.tampering import forge

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scraped(api: Api) -> Samples:
    answer = await api.client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == MEDIA_TYPE
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


async def growth(api: Api, before: Samples) -> Callable[..., float]:
    """How much each sample has grown since `before`; the counters belong to the process, not to one test."""
    after = await scraped(api)

    def grown(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after[key] - before.get(key, 0)

    return grown


async def test_events_are_counted_by_verdict(w: Api) -> None:
    before = await scraped(w)
    fact = sent(W1_FACTS[0])
    await w.batch([fact, fact, {**fact, "on": "2023-05-05"}, {"contract": "w"}])
    await w.client.post("/v1/events", json=sent(W1_FACTS[1]))
    grown = await growth(w, before)
    verdicts = ("accepted", "duplicate", "conflict", "rejected")
    assert [grown("ledger_events_total", verdict=verdict) for verdict in verdicts] == [2, 1, 1, 1]


async def test_commits_and_requests_are_timed_by_route_and_status(w: Api) -> None:
    before = await scraped(w)
    await w.learn(W1_FACTS)
    await w.get("/v1/contracts/w")
    await w.client.get("/v1/contracts/nobody")
    grown = await growth(w, before)
    assert grown("ledger_commit_seconds_count") == 1 and grown("ledger_commit_seconds_sum") > 0
    count, route = "http_request_duration_seconds_count", "/v1/contracts/{contract}"
    assert grown(count, method="GET", route=route, status="200") == 1
    assert grown(count, method="GET", route=route, status="404") == 1


async def test_the_size_of_the_log_and_the_oldest_event_that_waits_for_a_statement_are_told(w: Api) -> None:
    async def waiting(hours: int) -> tuple[float, float]:
        later = replace(w.ledger, now=lambda: NOW + timedelta(hours=hours))
        found = await backlog(later)
        assert found is not None
        return found.log_entries, found.oldest_pending_seconds

    assert await waiting(1) == (1, 0)
    await w.learn(W1_FACTS)
    entries = 1 + len(W1_FACTS)
    assert await waiting(2) == (entries, 7200)
    assert await waiting(-3) == (entries, 0)
    entries += 3 + len(await w.issue("2022"))  # drafted, submitted, approved
    assert await waiting(2) == (entries, 0)
    assert (await scraped(w))["ledger_log_entries", ()] == entries


async def test_the_oldest_waiting_event_is_looked_for_in_every_contract(w: Api) -> None:
    async def learn_at(hours: int, contract: str) -> None:
        early = replace(w.ledger, now=lambda: NOW + timedelta(hours=hours))
        await post_events(early, [sent(fact, contract=contract) for fact in W1_FACTS], "test")

    await w.register(a_contract() | {"contract": "v"})
    await learn_at(-1, "w")
    await learn_at(-9, "v")
    found = await backlog(w.ledger)
    assert found is not None and found.oldest_pending_seconds == 9 * 3600
    await w.issue("2022", "v")
    found = await backlog(w.ledger)
    assert found is not None and found.oldest_pending_seconds == 3600
    async with w.ledger.database.reading() as store:
        assert await store.newest_entry_at() == NOW


async def test_broken_promises_are_counted(
    w: Api, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await w.learn(W1_FACTS)
    statement = (await w.issue("2022"))[0]["id"]
    before = await scraped(w)
    await w.client.post(f"/v1/statements/{statement}/verify")
    assert (await growth(w, before))("ledger_invariant_failures_total") == 0
    await forge(database_url, "UPDATE statement SET sha256 = :none", none=bytes(32))
    assert not answered(await w.client.post(f"/v1/statements/{statement}/verify"))["match"]

    async def broken(*_: object) -> None:
        raise BrokenInvariant("the log is broken")

    monkeypatch.setattr(TermsStore, "terms", broken)
    problem_in(await w.client.get("/v1/contracts/w"), 500)
    assert (await growth(w, before))("ledger_invariant_failures_total") == 2


async def test_no_label_names_a_contract_a_participant_or_an_investor(w: Api) -> None:
    await w.learn(W1_FACTS)
    labels = {label for _, labels in await scraped(w) for label, _ in labels}
    assert labels == {"le", "method", "route", "status", "verdict"}


async def test_metrics_ask_for_no_key_stand_in_the_document_and_can_be_switched_off(ledger: Ledger) -> None:
    async with await client_of(ledger) as client:
        del client.headers["Authorization"]
        assert (await client.get("/metrics")).status_code == 200
        operation = (await client.get("/openapi.json")).json()["paths"]["/metrics"]["get"]
        assert "text/plain" in operation["responses"]["200"]["content"]
    async with await client_of(ledger, metrics=False) as client:
        problem_in(await client.get("/metrics"), 404)
        assert "/metrics" not in (await client.get("/openapi.json")).json()["paths"]


async def test_without_its_database_the_process_still_tells_its_own_numbers() -> None:
    away = Ledger(Database.at("postgresql://nobody@127.0.0.1:1/nothing", EVERYTHING), lambda: NOW, bytes)
    transport = httpx.ASGITransport(create_app(Settings(), away))
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
        samples = await scraped(Api(client, away))
    assert samples["ledger_database_reachable", ()] == 0
    assert ("ledger_log_entries", ()) not in samples and ("ledger_invariant_failures_total", ()) in samples
