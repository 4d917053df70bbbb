"""The door: what is unchanged is not sent again, nothing guarded is cached, each answer in a form the caller takes."""

import hashlib
from datetime import datetime, timedelta

import httpx
import orjson
import pytest

from tests.builders import a_contract, housed
from tests.core.worked import W1_FACTS
from tests.shell.calling import JSON, TOML, Api, answered, client_of, problem_in, sent

UNCHANGING = (
    "/v1/statements/w.2022.a.1",
    "/v1/statements/w.2022.a.1/detail",
    "/v1/investors/a/statements/2022",
    "/v1/contracts/w",
    "/v1/contracts/w?as_of=2022-06-01",
    "/v1/contracts/w/versions",
    "/v1/contracts/w/file",
    "/v1/contracts/w/file?version=1",
)
OTHERS = (
    "/v1/contracts",
    "/v1/events",
    "/v1/statements",
    "/v1/contracts/w/findings",
    "/v1/contracts/w/accounts",
    "/v1/contracts/w/postings",
    "/v1/contracts/w/statements/2023/preview",
    "/v1/statements/w.2022.a.1/detail/1",
)
# What finance staff take away in a spreadsheet exists as one too.
IN_FORMS = UNCHANGING[:3]
OPEN = ("/healthz", "/readyz", "/problems", "/v1/schemas")


@pytest.fixture
async def issued(w: Api) -> Api:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    return w


def event_address() -> httpx.URL:
    event = sent(W1_FACTS[0])
    return httpx.URL("/v1/events/one", params={name: event[name] for name in ("contract", "source", "id")})


async def test_what_the_caller_holds_is_not_sent_again(issued: Api) -> None:
    for path in (*UNCHANGING, event_address()):
        whole = await issued.client.get(path)
        etag = whole.headers["etag"]
        assert whole.status_code == 200 and etag == f'"{hashlib.sha256(whole.content).hexdigest()}"'
        for held in (etag, f"W/{etag}", f'"another", {etag}', "*"):
            unchanged = await issued.client.get(path, headers={"If-None-Match": held})
            assert (unchanged.status_code, unchanged.content) == (304, b""), (path, held)
            assert unchanged.headers["etag"] == etag
            assert unchanged.headers["cache-control"] == "no-store"
        for other in ('"another"', etag.strip('"'), "", ","):
            again = await issued.client.get(path, headers={"If-None-Match": other})
            assert (again.status_code, again.content) == (200, whole.content), (path, other)


async def test_what_changed_has_another_etag(issued: Api) -> None:
    before = {path: (await issued.client.get(path)).headers["etag"] for path in ("/v1/contracts/w", event_address())}
    answered(await issued.amend(a_contract(version=2, effective_from="2023-01-01", reason="fewer")), 201)
    event = sent(W1_FACTS[0])
    withdrawn = {"id": "r-1", "kind": "retraction", "replaces": event["id"], "reason": "wrong"}
    answered(await issued.event({name: event[name] for name in ("contract", "source", "on")} | withdrawn), 201)
    for path, etag in before.items():
        response = await issued.client.get(path, headers={"If-None-Match": etag})
        assert response.status_code == 200 and response.headers["etag"] != etag


async def test_a_key_is_asked_for_before_anything_is_told_to_be_unchanged(issued: Api) -> None:
    etag = (await issued.client.get(UNCHANGING[0])).headers["etag"]
    headers = {"If-None-Match": etag, "Authorization": "Bearer olk_wrong"}
    problem_in(await issued.client.get(UNCHANGING[0], headers=headers), 401)


async def test_nothing_guarded_may_be_stored_by_a_cache(issued: Api) -> None:
    for path in (*UNCHANGING, *OTHERS, event_address(), "/v1/nothing", "/v1/contracts/nothing"):
        response = await issued.client.get(path)
        assert response.headers.get_list("cache-control") == ["no-store"], path
    verified = await issued.client.post("/v1/statements/w.2022.a.1/verify")
    posted = await issued.event(sent(housed("P9", "2022-08-31")))
    assert verified.headers["cache-control"] == posted.headers["cache-control"] == "no-store"
    assert (await issued.client.get("/v1/schemas/event")).headers["cache-control"] == "max-age=3600"


async def test_an_answer_comes_in_a_form_that_the_caller_takes_or_not_at_all(issued: Api) -> None:
    for path in (*UNCHANGING, *OTHERS, event_address(), *OPEN):
        only_json = () if path in IN_FORMS else ("text/csv",)
        for accept in (*only_json, "application/pdf, image/*", "application/json;q=0, */*;q=0", "zq7marker", "a/b;q=x"):
            problem = problem_in(await issued.client.get(path, headers={"Accept": accept}), 406, "not-acceptable")
            assert "application/" in problem["detail"] and "zq7marker" not in str(problem)
        for accept in ("*/*", "application/json", "APPLICATION/JSON", "text/csv, application/*;q=0.1", ""):
            assert (await issued.client.get(path, headers={"Accept": accept})).status_code == 200, (path, accept)
    assert (await issued.client.get("/metrics", headers={"Accept": "application/json"})).status_code == 406
    assert (await issued.client.get("/v1/schemas/event", headers={"Accept": "application/schema+json"})).is_success


async def test_nothing_is_done_for_a_caller_who_cannot_take_the_answer(w: Api) -> None:
    refused = await w.client.post("/v1/events", json=sent(housed("P1", "2022-08-31")), headers={"Accept": "text/csv"})
    problem_in(refused, 406, "not-acceptable")
    assert await w.stored() == (1, 0)


async def test_a_contract_file_exists_in_the_form_in_which_it_was_agreed(api: Api) -> None:
    await api.register(a_contract())
    response = await api.client.get("/v1/contracts/w/file", headers={"Accept": "application/toml"})
    assert "application/json" in problem_in(response, 406, "not-acceptable")["detail"]


async def test_what_takes_no_body_takes_none(issued: Api) -> None:
    for path in ("/v1/contracts/w/statements/2023", "/v1/statements/w.2022.a.1/verify"):
        problem_in(await issued.client.post(path, content=b"a = 1", headers=TOML), 415)
        problem_in(await issued.client.post(path, content=b"{}"), 415)
        problem_in(await issued.client.post(path, content=b"[]", headers=JSON), 422, "invalid-input")
        problem_in(await issued.client.post(path, content=b'{"zq7marker": 1}', headers=JSON), 422, "invalid-input")
        problem_in(await issued.client.post(path, content=b"{", headers=JSON), 400, "malformed")
        assert (await issued.client.post(path, content=b" {} ", headers=JSON)).is_success


async def test_a_clock_that_jumps_stops_nothing(w: Api) -> None:
    moment = w.ledger.now()
    jumps = [timedelta(), timedelta(days=-400), timedelta(hours=-1), timedelta(days=80), timedelta()]
    for place, jump in enumerate(jumps):
        at = moment + jump
        ledger = type(w.ledger)(w.ledger.database, lambda at=at: at, w.ledger.random_bytes)  # type: ignore[misc]
        async with await client_of(ledger) as client:
            client.headers["Authorization"] = w.client.headers["Authorization"]
            told = answered(await client.post("/v1/events", json=sent(housed(f"P{place}", "2022-08-31"))), 201)
            assert told["sequence"] == place + 2
    events = (await w.get("/v1/events"))["data"]
    recorded = [datetime.fromisoformat(event["recorded_at"]) for event in events]
    assert recorded == [moment + jump for jump in jumps]
    await w.issue("2022")
    for entry in (await w.get("/v1/statements"))["data"]:
        assert answered(await w.client.post(f"/v1/statements/{entry['id']}/verify"))["match"]
    assert orjson.loads((await w.client.get("/readyz")).content) == {"status": "ready"}
