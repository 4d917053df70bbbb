"""Contracts over HTTP: registered once, amended by whole new versions, kept byte for byte as agreed."""

import hashlib
from typing import Any

import orjson

from tests.builders import HOUSING, a_contract, with_rule
from tests.shell.calling import JSON, TOML, Api, answered, faults_in, problem_in
from tests.write_statements import CONTRACTS

SIGNED = (CONTRACTS / "dialog-mod-vold" / "1.toml").read_bytes()
AMENDED = (CONTRACTS / "dialog-mod-vold" / "2.toml").read_bytes()
DIALOG = "/v1/contracts/dialog-mod-vold"


def amendment(version: int = 2, effective_from: str = "2023-01-01", **changes: Any) -> dict[str, Any]:
    return a_contract(version=version, effective_from=effective_from, reason="fewer participants", **changes)


async def test_a_contract_is_registered_from_its_toml_file(api: Api) -> None:
    response = await api.client.post("/v1/contracts", content=SIGNED, headers=TOML)
    registered = answered(response, 201)
    assert response.headers["location"] == DIALOG
    assert registered["contract"] == "dialog-mod-vold"
    assert registered["version"] == registered["sequence"] == 1
    assert registered["sha256"] == hashlib.sha256(SIGNED).hexdigest()


async def test_a_contract_is_registered_from_json_with_amounts_in_quotes(api: Api) -> None:
    registered = await api.register(a_contract())
    assert (registered["contract"], registered["effective_from"]) == ("w", "2022-01-01")
    terms = (await api.get("/v1/contracts/w"))["terms"]
    assert terms["metrics"][0]["tariff"]["price"]["12 months"] == "30000.00"


async def test_toml_is_known_by_its_other_names_too(api: Api) -> None:
    for media_type in ("text/plain", "application/x-toml", "Application/TOML; charset=utf-8"):
        response = await api.client.post("/v1/contracts", content=SIGNED, headers={"Content-Type": media_type})
        assert answered(response, 201)["sequence"] == 1


async def test_registering_the_same_file_again_changes_nothing(api: Api) -> None:
    first = await api.register(a_contract())
    assert await api.register(a_contract()) == first
    assert await api.stored() == (1, 0)


async def test_another_contract_under_a_taken_name_is_a_conflict(w: Api) -> None:
    body = orjson.dumps(a_contract(title="Another title"))
    problem_in(await w.client.post("/v1/contracts", content=body, headers=JSON), 409, "contract-exists")
    assert (await w.get("/v1/contracts/w"))["title"] == "Contract W of the worked examples"


async def test_the_first_file_sent_again_after_an_amendment_is_still_a_repetition(w: Api) -> None:
    answered(await w.amend(amendment()), 201)
    assert (await w.register(a_contract()))["sequence"] == 1
    assert len((await w.get("/v1/contracts/w/versions"))["data"]) == 2


async def test_the_list_shows_each_contract_with_its_latest_version(w: Api) -> None:
    await w.register(a_contract(contract="a-first"))
    answered(await w.amend(amendment(title="Amended")), 201)
    listed = (await w.get("/v1/contracts"))["data"]
    assert [(one["contract"], one["version"], one["title"]) for one in listed] == [
        ("a-first", 1, "Contract W of the worked examples"),
        ("w", 2, "Amended"),
    ]


async def test_the_terms_are_read_as_of_a_date(w: Api) -> None:
    answered(await w.amend(amendment()), 201)
    assert (await w.get("/v1/contracts/w"))["version"] == 2
    assert (await w.get("/v1/contracts/w", as_of="2022-12-31"))["version"] == 1
    assert (await w.get("/v1/contracts/w", as_of="2023-01-01"))["version"] == 2
    before = await w.client.get("/v1/contracts/w", params={"as_of": "2021-12-31"})
    assert "2022-01-01" in problem_in(before, 404, "version-not-found")["detail"]


async def test_the_file_of_each_version_comes_back_byte_for_byte(api: Api) -> None:
    answered(await api.client.post("/v1/contracts", content=SIGNED, headers=TOML), 201)
    answered(await api.client.post(f"{DIALOG}/amendments", content=AMENDED, headers=TOML), 201)
    for query, file in (({"version": 1}, SIGNED), ({"version": 2}, AMENDED), ({}, AMENDED)):
        found = await api.client.get(f"{DIALOG}/file", params=query)
        assert found.content == file
        assert found.headers["content-type"].startswith("application/toml")
        assert found.headers["etag"] == f'"{hashlib.sha256(file).hexdigest()}"'
    problem_in(await api.client.get(f"{DIALOG}/file", params={"version": 3}), 404, "version-not-found")


async def test_the_versions_are_listed_with_their_reasons(w: Api) -> None:
    answered(await w.amend(amendment()), 201)
    listed = (await w.get("/v1/contracts/w/versions"))["data"]
    assert [(one["version"], one["effective_from"], one["reason"]) for one in listed] == [
        (1, "2022-01-01", "as signed"),
        (2, "2023-01-01", "fewer participants"),
    ]


async def test_the_same_amendment_again_is_a_repetition(w: Api) -> None:
    first = answered(await w.amend(amendment()), 201)
    assert answered(await w.amend(amendment()), 201) == first


async def test_an_amendment_keeps_what_is_fixed_and_follows_on(w: Api) -> None:
    for wrong, fault in (
        (amendment(effective_from="2022-01-01"), ("/effective_from", "same-start")),
        (amendment(version=3), ("/version", "wrong-version")),
        (amendment(currency="SEK"), ("/currency", "fixed")),
        (amendment(time_zone="Europe/Stockholm"), ("/time_zone", "fixed")),
        (amendment(periods="quarter"), ("/periods", "fixed")),
        (amendment(participant="family"), ("/participant", "fixed")),
    ):
        assert faults_in(await w.amend(wrong)) == [fault]
    assert len((await w.get("/v1/contracts/w/versions"))["data"]) == 1


async def test_an_amendment_for_another_contract_is_refused(w: Api) -> None:
    body = orjson.dumps({**amendment(), "contract": "v"})
    response = await w.client.post("/v1/contracts/w/amendments", content=body, headers=JSON)
    assert faults_in(response) == [("/contract", "fixed")]


async def test_all_faults_of_an_amendment_are_told_at_once(w: Api) -> None:
    wrong = amendment(version=1, effective_from="2022-01-01", currency="SEK")
    assert faults_in(await w.amend(wrong)) == [
        ("/currency", "fixed"),
        ("/version", "wrong-version"),
        ("/effective_from", "same-start"),
    ]


async def test_an_amended_price_governs_from_its_first_day_on(w: Api) -> None:
    dearer = with_rule(HOUSING)
    dearer["tariff"] = {"kind": "flat", "price": {"3 months": "1.00", "6 months": "2.00", "12 months": "3.00"}}
    answered(await w.amend({**amendment(), "metrics": [dearer]}), 201)
    terms = (await w.get("/v1/contracts/w", as_of="2023-01-01"))["terms"]
    assert terms["metrics"][0]["tariff"]["price"]["6 months"] == "2.00"


async def test_an_unknown_contract_is_not_found(w: Api) -> None:
    for path in ("", "/versions", "/file", "/findings", "/accounts", "/postings", "/statements/2022/preview"):
        problem_in(await w.client.get(f"/v1/contracts/nobody{path}"), 404, "contract-not-found")


async def test_an_unknown_contract_cannot_be_amended_or_issued(w: Api) -> None:
    problem_in(await w.amend(amendment(contract="nobody")), 404, "contract-not-found")
    problem_in(await w.client.post("/v1/contracts/nobody/statements/2022"), 404, "contract-not-found")
