"""JSON Schemas by URL: each stands on its own, and lets through what the service takes."""

from typing import Any, get_args

import httpx
import orjson
import pytest
from jsonschema import Draft202012Validator

from service.core.events import Fact
from service.core.events.facts import KINDS
from service.main import create_app
from service.settings import Settings
from service.storage.event_files import read_events
from tests.builders import a_contract, housed
from tests.shell.calling import Api, problem_in, sent
from tests.write_statements import CONTRACTS, folders


@pytest.fixture
def anybody() -> httpx.AsyncClient:
    """A client without a key, of a service without a database."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(Settings())), base_url="http://ledger")


async def schema_of(client: httpx.AsyncClient, kind: str) -> Draft202012Validator:
    response = await client.get(f"/v1/schemas/{kind}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/schema+json"
    document: dict[str, Any] = response.json()
    assert document["$id"] == f"/v1/schemas/{kind}"
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def test_every_kind_of_fact_has_a_schema() -> None:
    assert set(KINDS.values()) == set(get_args(get_args(Fact)[0]))


async def test_every_schema_in_the_list_is_a_schema(anybody: httpx.AsyncClient) -> None:
    listed = (await anybody.get("/v1/schemas")).json()["data"]
    assert {entry["kind"] for entry in listed} == {
        *KINDS,
        *("event", "cloudevent", "contract", "statement", "verdict", "problem"),
    }
    for entry in listed:
        await schema_of(anybody, entry["kind"])


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.path.name)
async def test_the_shipped_facts_fit_the_schema_of_their_kind(anybody: httpx.AsyncClient, folder: Any) -> None:
    schemas = {kind: await schema_of(anybody, kind) for kind in (*KINDS, "event")}
    documents = read_events(folder.events.read_text("utf-8"), folder.path.name)
    for document in documents:
        schemas[document["kind"]].validate(document)
        schemas["event"].validate(document)


async def test_the_shipped_statements_fit_their_schema(anybody: httpx.AsyncClient) -> None:
    schema = await schema_of(anybody, "statement")
    for file in CONTRACTS.glob("*/statements/*.json"):
        schema.validate(orjson.loads(file.read_bytes()))


async def test_what_the_service_refuses_for_its_form_the_schema_refuses_too(w: Api) -> None:
    schema = await schema_of(w.client, "status")
    good = sent(housed("P1", "2022-08-31"))
    schema.validate(good)
    schema.validate({**good, "on": "2022-08-31T10:00:00+02:00"})
    for changes in (
        {"value": "Own tenancy"},
        {"participant": "two words"},
        {"more": 1},
        {"id": 7},
        {"kind": "coverage"},
    ):
        assert not schema.is_valid({**good, **changes})
        assert (await w.event({**good, **changes})).status_code == 422


async def test_contracts_verdicts_and_problems_fit_their_schemas(w: Api) -> None:
    (await schema_of(w.client, "contract")).validate(a_contract())
    (await schema_of(w.client, "verdict")).validate((await w.event(sent(housed("P1", "2022-08-31")))).json())
    (await schema_of(w.client, "problem")).validate((await w.event({})).json())


async def test_who_takes_plain_json_only_gets_it(anybody: httpx.AsyncClient) -> None:
    response = await anybody.get("/v1/schemas/status", headers={"Accept": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")


async def test_an_unknown_schema_is_not_there(anybody: httpx.AsyncClient) -> None:
    problem_in(await anybody.get("/v1/schemas/miracle"), 404, "schema-not-found")
