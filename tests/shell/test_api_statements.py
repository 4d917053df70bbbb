"""Statements over HTTP: previewed and issued to the same byte, in turn, once, and never changed afterwards."""

import hashlib
from typing import Any

import pytest
from fastapi import APIRouter

from service.api.by_key import ByKey
from service.api.conditional import Held
from service.api.forms import AskedForm
from service.api.security import LedgerDep, guarded_router
from service.core import canonical
from service.main import create_app
from service.settings import Settings
from service.workflows.ledger import Ledger
from tests.builders import a_contract, housed, retraction, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, answered, problem_in

Document = dict[str, Any]


async def preview(api: Api, period: str, **query: str) -> list[Document]:
    found: list[Document] = (await api.get(f"/v1/contracts/w/statements/{period}/preview", **query))["data"]
    return found


async def amounts(api: Api, statement: str) -> list[tuple[str, str, str, str]]:
    return [(line["kind"], line["step"], line["achieved_on"], line["amount"]) for line in await api.lines(statement)]


async def test_a_preview_is_what_issuing_gives_to_the_byte(w: Api) -> None:
    await w.learn(W1_FACTS)
    raw = (await w.client.get("/v1/contracts/w/statements/2022/preview")).content
    previewed = await preview(w, "2022")
    issued = await w.issue("2022")
    assert [entry["number"] for entry in issued] == [entry["statement"]["number"] for entry in previewed]
    for entry in issued:
        statement = (await w.client.get(f"/v1/statements/{entry['id']}")).content
        detail = (await w.client.get(f"/v1/statements/{entry['id']}/detail")).content
        assert b'{"statement":' + statement + b',"detail":' + detail + b"}" in raw
        assert entry["sha256"] == hashlib.sha256(statement).hexdigest()


async def test_a_preview_stores_nothing_and_may_be_of_one_investor(w: Api) -> None:
    await w.learn(W1_FACTS)
    (only,) = await preview(w, "2022", investor="b")
    assert only["statement"]["investor"]["id"] == "b"
    assert await preview(w, "2022", investor="nobody") == []
    assert (await w.get("/v1/statements"))["data"] == []
    assert only == (await preview(w, "2022"))[1]


async def test_only_the_earliest_period_not_issued_is_previewed_or_issued(w: Api) -> None:
    for path, method in (
        ("/v1/contracts/w/statements/2023/preview", "GET"),
        ("/v1/contracts/w/statements/2023", "POST"),
    ):
        refused = problem_in(await w.client.request(method, path), 409, "not-the-next-period")
        assert "2022" in refused["detail"]
    for label in ("2022-Q1", "2022-13", "last", "9999"):
        problem_in(await w.client.post(f"/v1/contracts/w/statements/{label}"), 404, "period-not-found")


async def test_a_period_is_previewed_but_not_issued_before_it_has_ended(api: Api) -> None:
    await api.register(a_contract(effective_from="2026-01-01"))
    assert len(await preview(api, "2026")) == 2
    refused = problem_in(await api.client.post("/v1/contracts/w/statements/2026"), 409, "period-not-ended")
    assert "2026-12-31" in refused["detail"]
    assert (await api.get("/v1/statements"))["data"] == []


async def test_a_period_is_issued_once(w: Api) -> None:
    first = await w.issue("2022")
    refused = problem_in(await w.client.post("/v1/contracts/w/statements/2022"), 409, "period-issued")
    assert "2023" in refused["detail"]
    problem_in(await w.client.get("/v1/contracts/w/statements/2022/preview"), 409, "period-issued")
    assert (await w.get("/v1/statements"))["data"] == first


async def test_an_issued_statement_is_read_with_its_digest(w: Api) -> None:
    await w.learn(W1_FACTS)
    (entry, _) = await w.issue("2022")
    assert (entry["id"], entry["lines"], entry["payable"]) == ("w.2022.a.1", "7500.00", "7500.00")
    response = await w.client.get("/v1/statements/w.2022.a.1")
    assert response.headers["etag"] == f'"{entry["sha256"]}"'
    assert response.headers["cache-control"] == "no-store"
    statement = response.json()
    assert statement["number"] == "w/2022/a/1"
    assert "P1" not in response.text
    problem_in(await w.client.get("/v1/statements/w.2022.a.2"), 404, "statement-not-found")


async def test_a_statement_id_that_no_statement_can_have_and_a_wrong_method_are_refused_as_everywhere(w: Api) -> None:
    problem_in(await w.client.get(f"/v1/statements/{'x' * 201}"), 422, "parameter-invalid")
    problem_in(await w.client.get(f"/v1/statements/{'x' * 200}"), 404, "statement-not-found")
    problem_in(await w.client.get("/v1/statements/w.2022.a.1?of=a"), 422, "parameter-invalid")
    refused = await w.client.post("/v1/statements/w.2022.a.1")
    problem_in(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == "GET"


async def test_the_short_way_and_the_way_with_a_query_give_the_same_answer(w: Api) -> None:
    await w.learn(W1_FACTS)
    (entry, _) = await w.issue("2022")
    for form, media_type in (("json", "application/json"), ("csv", "text/csv")):
        for held in ('"other"', f'"other", W/"{entry["sha256"]}"', "*"):
            headers = [("If-None-Match", one) for one in held.split(", ")]
            short, long = [
                await w.client.get(f"/v1/statements/w.2022.a.1{query}", headers=[*headers, ("Accept", media_type)])
                for query in ("", f"?format={form}")
            ]
            assert (short.status_code, short.content) == (long.status_code, long.content)
            assert short.status_code == (304 if held == "*" or (form == "json" and "W/" in held) else 200)
            differing = {"x-request-id": "", "ratelimit": ""}
            assert {**short.headers, **differing} == {**long.headers, **differing}


def test_a_statement_by_its_key_is_found_first_and_shown_among_the_others(ledger: Ledger) -> None:
    app = create_app(Settings(), ledger)
    assert isinstance(app.routes[0], ByKey)
    shown = list(app.openapi()["paths"])
    place = shown.index("/v1/statements/{statement}")
    assert shown[place + 1] == "/v1/statements/{statement}/detail" and shown[0] == "/v1/events"


def test_a_route_that_wants_more_than_its_key_cannot_go_the_short_way() -> None:
    async def wants_a_query(
        statement: str, ledger: LedgerDep, form: AskedForm, held: Held, investor: str | None = None
    ) -> None: ...

    async def asks_for_no_key(statement: str, ledger: LedgerDep, form: AskedForm, held: Held) -> None: ...

    with pytest.raises(TypeError, match="wants_a_query"):
        guarded_router(route_class=ByKey).get("/statements/{statement}")(wants_a_query)
    with pytest.raises(TypeError, match="asks_for_no_key"):
        APIRouter(route_class=ByKey).get("/statements/{statement}")(asks_for_no_key)


async def test_an_investor_reads_its_statements_of_a_period_over_all_contracts(w: Api) -> None:
    await w.register(a_contract(contract="a-first"))
    await w.learn(W1_FACTS)
    for contract in ("w", "a-first"):
        await w.issue("2022", contract)
    found = await w.client.get("/v1/investors/a/statements/2022")
    statements = answered(found)["data"]
    assert [one["number"] for one in statements] == ["a-first/2022/a/1", "w/2022/a/1"]
    for one in statements:
        issued = await w.client.get(f"/v1/statements/{one['number'].replace('/', '.')}")
        assert issued.content in found.content
    problem_in(await w.client.get("/v1/investors/a/statements/2023"), 404, "statement-not-found")
    problem_in(await w.client.get("/v1/investors/city/statements/2022"), 404, "statement-not-found")


async def test_the_list_of_statements_narrows_by_contract_period_and_investor(w: Api) -> None:
    await w.register(a_contract(contract="a-first"))
    for contract, period in (("w", "2022"), ("w", "2023"), ("a-first", "2022")):
        await w.issue(period, contract)
    for query, count in (
        ({}, 6),
        ({"contract": "w"}, 4),
        ({"period": "2022"}, 4),
        ({"investor": "b"}, 3),
        ({"contract": "w", "period": "2023", "investor": "a"}, 1),
        ({"contract": "nobody"}, 0),
    ):
        assert len((await w.get("/v1/statements", **query))["data"]) == count


async def test_the_detail_is_bound_to_the_statement_by_salted_commitments(w: Api) -> None:
    await w.learn([*W1_FACTS, started("P2", "2022-12-01")])
    await w.issue("2022")
    detail = await w.get("/v1/statements/w.2022.a.1/detail")
    statement = await w.get("/v1/statements/w.2022.a.1")
    assert {item["item"] for item in detail["items"]} == {"line", "pending"}
    for item in detail["items"]:
        bare = {name: value for name, value in item.items() if name not in ("salt", "commitment")}
        committed = hashlib.sha256(bytes.fromhex(item["salt"]) + canonical.to_bytes(bare)).hexdigest()
        assert item["commitment"] == committed
    together = "".join(f"{item['commitment']}\n" for item in detail["items"]).encode()
    assert statement["detail_digest"] == detail["detail_digest"] == hashlib.sha256(together).hexdigest()
    assert len({item["salt"] for item in detail["items"]}) == len(detail["items"])


async def test_a_line_is_explained_down_to_its_events(w: Api) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    told = await w.get("/v1/statements/w.2022.a.1/detail/1")
    assert told["item"] == {**(await w.lines("w.2022.a.1"))[0], "salt": None, "commitment": None} or told["item"]
    assert [event["id"] for event in told["events"]] == [fact.id for fact in W1_FACTS[:3]]
    assert "own_tenancy 2022-08-31 to 2022-11-30" in " ".join(told["paragraphs"])
    problem_in(await w.client.get("/v1/statements/w.2022.a.1/detail/99"), 404, "line-not-found")
    problem_in(await w.client.get("/v1/statements/nothing/detail/1"), 404, "statement-not-found")


async def test_later_facts_leave_issued_bytes_alone(w: Api) -> None:
    await w.learn(W1_FACTS[:3])
    await w.issue("2022")
    paths = [f"/v1/statements/w.2022.{party}.1{rest}" for party in "ab" for rest in ("", "/detail")]
    before = [(await w.client.get(path)).content for path in paths]
    await w.learn([retraction(W1_FACTS[0]), started("P2", "2022-01-01"), housed("P2", "2022-01-01")])
    await w.issue("2023")
    assert [(await w.client.get(path)).content for path in paths] == before


async def test_w3_a_retraction_after_issue_reverses_and_states_the_next_spell(w: Api) -> None:
    await w.learn(W1_FACTS)
    for period in ("2022", "2023", "2024"):
        await w.issue(period)
    await w.learn(retraction(W1_FACTS[place]) for place in (1, 2, 3))
    await w.issue("2025")
    assert await amounts(w, "w.2025.a.1") == [
        ("reversal", "3 months", "2022-11-30", "-7500.00"),
        ("late", "3 months", "2023-10-01", "7500.00"),
        ("reversal", "6 months", "2023-02-28", "-7500.00"),
        ("late", "6 months", "2024-01-01", "7500.00"),
    ]
    assert (await w.totals("w.2025.a.1"))["lines"] == "0.00"


async def test_w15_a_negative_total_is_carried_and_netted_first(w: Api) -> None:
    await w.learn(W1_FACTS[:3])
    await w.issue("2022")
    assert (await w.totals("w.2022.a.1"))["payable"] == "7500.00"
    await w.learn([retraction(W1_FACTS[2])])
    await w.issue("2023")
    carried = await w.totals("w.2023.a.1")
    assert (carried["lines"], carried["payable"], carried["carried_forward"]) == ("-7500.00", "0.00", "-7500.00")
    months = ("2023-01-10", "2024-01-10", "2024-01-11")
    await w.learn([started("P2", months[0]), *(housed("P2", day) for day in months)])
    await w.issue("2024")
    netted = await w.totals("w.2024.a.1")
    assert (netted["carried_in"], netted["carried_forward"]) == ("-7500.00", "0.00")
    assert netted["lines"] == "30000.00"
    assert netted["payable"] == "22500.00"


async def test_each_statement_names_the_bytes_of_the_one_before(w: Api) -> None:
    for period in ("2022", "2023"):
        await w.issue(period)
    first = await w.client.get("/v1/statements/w.2022.b.1")
    second = await w.get("/v1/statements/w.2023.b.1")
    digest = hashlib.sha256(first.content).hexdigest()
    assert second["previous"] == {"number": "w/2022/b/1", "sha256": digest}
