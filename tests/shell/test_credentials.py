"""Credentials: what they are bound to, what makes no sense in one, and how keys are exchanged and end."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.workflows.access import caller_by_key
from service.workflows.credentials import NewCredential
from tests.builders import a_contract, housed
from tests.core.worked import W1_FACTS
from tests.shell.calling import NOW, Api, answered, client_of, key_of, problem_in, sent, with_chance

INVESTOR = {"name": "council", "roles": ["investor"], "party": "a", "contracts": ["w"]}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
async def administrator(w: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may hand out credentials, on a ledger with contract W; its keys are drawn at random."""
    key = await key_of(w.ledger, NewCredential("admin", ("administrator",)))
    async with await client_of(with_chance(w.ledger)) as client:
        client.headers.update(bearer(key))
        yield client


async def at(w: Api, days: int) -> httpx.AsyncClient:
    """A client, without credentials, of the service so many days later."""
    client = await client_of(replace(with_chance(w.ledger), now=lambda: NOW + timedelta(days=days), callers={}))
    client.headers.pop("Authorization", None)
    return client


async def working(client: httpx.AsyncClient, *keys: str) -> set[str]:
    """Those of the keys that are let in."""
    return {key for key in keys if (await client.get("/v1/statements", headers=bearer(key))).is_success}


async def test_a_key_is_shown_once_and_the_list_shows_whose_it_is(w: Api, administrator: httpx.AsyncClient) -> None:
    made = answered(await administrator.post("/v1/credentials", json=INVESTOR), 201)
    assert made["name"] == "council" and made["key"].startswith("olk_")
    answered(await w.client.get("/v1/statements", headers=bearer(made["key"])))
    listed = await administrator.get("/v1/credentials")
    assert made["key"] not in listed.text
    (own,) = [one for one in answered(listed)["data"] if one["name"] == "council"]
    assert (own["roles"], own["party"], own["contracts"]) == (["investor"], "a", ["w"])
    assert own["created_by"] == "admin" and own["purpose"] == "the work of investor"
    (key,) = own["keys"]
    assert made["key"].startswith(f"olk_{key['id']}_") and key["last_used_on"] == "2026-11-22"
    problem_in(await administrator.post("/v1/credentials", json=INVESTOR), 409, "credential-exists")


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"name": "Anna!"}, {"/name"}),
        ({"roles": ["king"]}, {"/roles"}),
        ({"roles": []}, {"/roles"}),
        ({"roles": ["investor", "finance"]}, {"/roles"}),
        ({"roles": ["administrator"]}, {"/party", "/contracts"}),
        ({"party": None}, {"/party"}),
        ({"contracts": None}, {"/contracts"}),
        ({"roles": ["case-system"], "contracts": None}, {"/party", "/contracts"}),
        ({"source": "clinic", "party": None}, {"/party"}),
        ({"roles": ["administrator"], "party": None, "contracts": None, "source": "clinic"}, {"/contracts", "/source"}),
        ({"issuer": "https://login.example"}, {"/subject"}),
        ({"days": 0}, {"/days"}),
        ({"days": 4000, "name": ""}, {"/days", "/name"}),
    ],
)
async def test_what_makes_no_sense_in_a_credential_is_refused_all_at_once(
    administrator: httpx.AsyncClient, changes: dict[str, Any], pointers: set[str]
) -> None:
    asked = {name: value for name, value in {**INVESTOR, **changes}.items() if value is not None}
    problem = problem_in(await administrator.post("/v1/credentials", json=asked), 422, "invalid-input")
    assert {fault["pointer"] for fault in problem["errors"]} >= pointers
    assert [one["name"] for one in answered(await administrator.get("/v1/credentials"))["data"]] == [
        "admin",
        "bootstrap",
    ]


async def test_a_purpose_holds_no_civil_registration_number(administrator: httpx.AsyncClient) -> None:
    asked = {**INVESTOR, "purpose": "the case of 070761-4285"}
    problem = problem_in(await administrator.post("/v1/credentials", json=asked), 422, "invalid-input")
    assert "070761" not in str(problem)


async def test_two_keys_work_while_one_is_exchanged_for_the_other(w: Api, administrator: httpx.AsyncClient) -> None:
    first = answered(await administrator.post("/v1/credentials", json=INVESTOR), 201)["key"]
    second = answered(await administrator.post("/v1/credentials/council/keys", json={"days": 90}), 201)["key"]
    for days, good in ((0, {first, second}), (6, {first, second}), (8, {second}), (91, set[str]())):
        async with await at(w, days) as later:
            found = {
                key for key in (first, second) if (await later.get("/v1/statements", headers=bearer(key))).is_success
            }
        assert found == good, days
    third = answered(await administrator.post("/v1/credentials/council/keys", json={}), 201)["key"]
    async with await at(w, 0) as now:
        found = {
            key for key in (first, second, third) if (await now.get("/v1/statements", headers=bearer(key))).is_success
        }
    assert found == {second, third}


async def test_a_revoked_credential_is_refused_at_once_and_stays_revoked(
    w: Api, administrator: httpx.AsyncClient
) -> None:
    key = answered(await administrator.post("/v1/credentials", json=INVESTOR), 201)["key"]
    answered(await administrator.get("/v1/statements", headers=bearer(key)))
    assert answered(await administrator.post("/v1/credentials/council/revoke"))["revoked_at"]
    problem_in(await administrator.get("/v1/statements", headers=bearer(key)), 401, "not-authenticated")
    problem_in(await administrator.post("/v1/credentials/council/keys", json={}), 409, "credential-revoked")
    changed = {name: value for name, value in INVESTOR.items() if name != "name"}
    problem_in(await administrator.put("/v1/credentials/council", json=changed), 409, "credential-revoked")
    problem_in(await administrator.post("/v1/credentials/nobody/revoke"), 404, "credential-not-found")


async def test_what_a_credential_may_see_changes_with_it(w: Api, administrator: httpx.AsyncClient) -> None:
    await w.register(a_contract(contract="v"))
    key = answered(await administrator.post("/v1/credentials", json=INVESTOR), 201)["key"]
    seen = await administrator.get("/v1/contracts", headers=bearer(key))
    assert [one["contract"] for one in answered(seen)["data"]] == ["w"]
    changed = {"roles": ["investor"], "party": "a", "contracts": ["v", "w"]}
    told = answered(await administrator.put("/v1/credentials/council", json=changed))
    assert told["contracts"] == ["v", "w"] and len(told["keys"]) == 1
    seen = await administrator.get("/v1/contracts", headers=bearer(key))
    assert [one["contract"] for one in answered(seen)["data"]] == ["v", "w"]


async def test_a_source_posts_and_reads_its_own_events_alone(w: Api) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    wanted = NewCredential("clinic", ("case-system",), source="clinic", contracts=("w",))
    own = bearer(await key_of(w.ledger, wanted))
    fact = sent(housed("P7", "2022-08-31"))
    refused = problem_in(await w.client.post("/v1/events", json=fact, headers=own), 422, "event-invalid")
    assert [fault["pointer"] for fault in refused["errors"]] == ["/source"]
    answered(await w.client.post("/v1/events", json={**fact, "source": "clinic"}, headers=own), 201)
    (found,) = answered(await w.client.get("/v1/events", headers=own))["data"]
    assert found["event"]["source"] == "clinic"
    other = {"contract": "w", "source": W1_FACTS[0].source, "id": W1_FACTS[0].id}
    problem_in(await w.client.get("/v1/events/one", params=other, headers=own), 404, "event-not-found")
    told = answered(await w.client.get("/v1/changes", params={"contract": "w"}, headers=own))["data"]
    assert {one.get("source") for one in told if one["kind"] == "fact"} == {None, "clinic"}
    assert not [turn for one in told for turn in one.get("paying") or () if turn["source"] != "clinic"]


async def test_an_event_of_another_contract_is_of_none_that_there_is(w: Api) -> None:
    await w.register(a_contract(contract="v"))
    own = bearer(await key_of(w.ledger, NewCredential("cases-v", ("case-system",), contracts=("v",))))
    answer = await w.client.post("/v1/events", json=sent(housed("P7", "2022-08-31")), headers=own)
    problem_in(answer, 422, "unknown-contract")


async def test_finance_of_some_contracts_registers_no_other(w: Api) -> None:
    own = bearer(await key_of(w.ledger, NewCredential("finance-w", ("finance",), contracts=("w", "u"))))
    problem_in(await w.client.post("/v1/contracts", json=a_contract(contract="v"), headers=own), 403)
    answered(await w.client.post("/v1/contracts", json=a_contract(contract="u"), headers=own), 201)


async def test_whoever_hands_out_credentials_has_a_scope_without_any_contract(w: Api) -> None:
    caller = await caller_by_key(w.ledger, await key_of(w.ledger, NewCredential("admin", ("administrator",))))
    async with w.ledger.within(caller.scope).database.reading() as store:
        assert await store.contracts() == [] and await store.chains() == []
