"""Quotas: each credential has its minute, told in every answer; whoever guesses is no longer looked up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from service.api.quotas import Quota
from service.core.errors import QuotaExceeded
from service.main import create_app
from service.settings import Settings
from service.workflows.credentials import NewCredential
from service.workflows.ledger import Ledger
from tests.builders import housed
from tests.shell.calling import NOW, Api, answered, key_of, problem_in, sent

OPEN = ("/healthz", "/readyz", "/docs", "/openapi.json", "/metrics", "/problems", "/v1/schemas")


@asynccontextmanager
async def client_at(
    clock: list[datetime], ledger: Ledger, address: str = "192.0.2.1", **settings: Any
) -> AsyncIterator[httpx.AsyncClient]:
    timed = replace(ledger, now=lambda: clock[0])
    transport = httpx.ASGITransport(create_app(Settings(**settings), timed), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
        yield client


async def bearing(ledger: Ledger, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {await key_of(ledger, NewCredential(name, ('finance', 'case-system')))}"}


async def test_every_guarded_answer_tells_what_is_left_and_the_first_one_too_many_waits(w: Api, ledger: Ledger) -> None:
    clock = [NOW]
    anna, bo = await bearing(ledger, "anna"), await bearing(ledger, "bo")
    async with client_at(clock, ledger, rate_limit_per_minute=3) as client:
        for left, path in ((2, "/v1/contracts"), (1, "/v1/contracts/nobody"), (0, "/v1/contracts/w")):
            response = await client.get(path, headers=anna)
            assert response.headers["ratelimit-policy"] == '"credential";q=3;w=60'
            assert response.headers["ratelimit"] == f'"credential";r={left};t=60'
        clock[0] = NOW + timedelta(seconds=20)
        event = sent(housed("P1", "2022-08-31"))
        refused = await client.post("/v1/events", json=event, headers=anna)
        problem_in(refused, 429, "quota-exceeded")
        assert (refused.headers["retry-after"], refused.headers["ratelimit"]) == ("40", '"credential";r=0;t=40')
        assert await w.stored() == (1, 0)
        answered(await client.get("/v1/contracts", headers=bo))
        clock[0] = NOW + timedelta(seconds=60)
        assert (await client.get("/v1/contracts", headers=anna)).headers["ratelimit"] == '"credential";r=2;t=60'


async def test_what_asks_for_no_key_is_not_counted(w: Api, ledger: Ledger) -> None:
    async with client_at([NOW], ledger, rate_limit_per_minute=1, failed_logins_per_minute=1) as client:
        for _ in range(3):
            for path in OPEN:
                response = await client.get(path)
                assert response.is_success and "ratelimit" not in response.headers, path


async def test_zero_is_any_number_and_the_settings_as_they_come_are_beyond_a_process(w: Api, ledger: Ledger) -> None:
    anna = await bearing(ledger, "anna")
    async with client_at([NOW], ledger, rate_limit_per_minute=0) as client:
        assert "ratelimit" not in (await client.get("/v1/contracts", headers=anna)).headers
    async with client_at([NOW], ledger) as client:
        told = (await client.get("/v1/contracts", headers=anna)).headers["ratelimit"]
        assert told == '"credential";r=119999;t=60'


async def test_whoever_guesses_is_not_looked_up_and_shuts_nobody_out(w: Api, ledger: Ledger) -> None:
    clock, wrong = [NOW], {"Authorization": "Bearer olk_wrong"}
    anna, bo = await bearing(ledger, "anna"), await bearing(ledger, "bo")
    async with client_at(clock, ledger, failed_logins_per_minute=3) as client:
        answered(await client.get("/v1/contracts", headers=anna))
        for _ in range(3):
            problem_in(await client.get("/v1/contracts", headers=wrong), 401, "not-authenticated")
            problem_in(await client.get("/v1/contracts"), 401, "not-authenticated")
        clock[0] = NOW + timedelta(seconds=10)
        refused = await client.get("/v1/contracts", headers=wrong)
        problem_in(refused, 429, "quota-exceeded")
        assert refused.headers["retry-after"] == "50"
        assert refused.headers["ratelimit-policy"] == '"failed-authentications";q=3;w=60'
        answered(await client.get("/v1/contracts", headers=anna))
        problem_in(await client.get("/v1/contracts", headers=bo), 429, "quota-exceeded")
        clock[0] = NOW + timedelta(seconds=60)
        answered(await client.get("/v1/contracts", headers=bo))
        problem_in(await client.get("/v1/contracts", headers=wrong), 401, "not-authenticated")


def test_addresses_that_change_all_the_time_do_not_fill_the_memory() -> None:
    quota = Quota("failed-authentications", 1)
    for number in range(10_001):
        quota.spend(f"address {number}", NOW, {})
    quota.spend("address 0", NOW, {})
    with pytest.raises(QuotaExceeded):
        quota.spend("address 10000", NOW, {})


def test_a_clock_that_is_put_back_shuts_nobody_out() -> None:
    quota = Quota("credential", 1)
    quota.spend("anna", NOW, {})
    with pytest.raises(QuotaExceeded):
        quota.spend("anna", NOW + timedelta(seconds=59), {})
    quota.spend("anna", NOW - timedelta(hours=1), {})
