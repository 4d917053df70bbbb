"""One line of JSON a request: what it says, and that nothing a caller sends ever stands in it."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from service.core.errors import BrokenInvariant
from service.storage.store_terms import TermsStore
from service.telemetry.log_lines import log_settings
from service.telemetry.marks import trace_id_of
from tests.builders import a_contract
from tests.shell.calling import JSON, Api, problem_in
from tests.shell.logged import Log
from tests.shell.serving import served

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = (
    "Accept", "Accept-Language", "Authorization", "Cookie", "Content-Type", "Forwarded", "Idempotency-Key",
    "If-None-Match", "Origin", "Referer", "Traceparent", "Tracestate", "User-Agent", "X-Forwarded-For", "X-Request-Id",
)  # fmt: skip
FIELDS = ("contract", "source", "id", "kind", "participant", "on", "name", "value", "unit", "replaces", "reason", "new")


def requests_in(log: Log) -> list[dict[str, Any]]:
    return [line for line in log.lines() if line["logger"] == "ledger.requests"]


async def test_a_request_is_one_line_with_its_route_and_without_its_address(w: Api, log: Log) -> None:
    sent = {"X-Request-Id": "6F9619FF-8B86-D011-B42D-00CF4FC964FF", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    answer = await w.client.get("/v1/contracts/w/findings?participant=A", headers=sent)
    assert answer.status_code == 200
    (line,) = requests_in(log)
    assert line["request_id"] == answer.headers["X-Request-Id"] == sent["X-Request-Id"]
    assert line.pop("milliseconds") > 0 and re.fullmatch(r"20\d\d-\S+\+00:00", line.pop("time"))
    assert line == {
        "level": "info", "logger": "ledger.requests", "message": "request", "request_id": sent["X-Request-Id"],
        "trace_id": TRACE, "method": "GET", "route": "/v1/contracts/{contract}/findings", "status": 200,
        "actor": "bootstrap", "bytes_in": 0, "bytes_out": len(answer.content),
    }  # fmt: skip


async def test_bytes_are_counted_both_ways_and_odd_requests_have_a_route_of_their_own(w: Api, log: Log) -> None:
    await w.client.post("/v1/events", content=b"{ }", headers=JSON)
    await w.client.get("/no-such-place/secret")
    await w.client.get("/docs-assets/favicon.png")
    await w.client.request("BREW", "/healthz")
    told = [(line["method"], line["route"], line["status"], line["bytes_in"]) for line in requests_in(log)]
    assert told == [
        ("POST", "/v1/events", 422, 3),
        ("GET", "none", 404, 0),
        ("GET", "/docs-assets/{path}", 200, 0),
        ("other", "/healthz", 405, 0),
    ]


async def test_every_answer_carries_a_request_id_and_an_odd_one_is_replaced(api: Api, log: Log) -> None:
    ids = set()
    for given in ("", "short", "Anders Andersen", "0101011234", "a" * 33, "x" * 500, "../../etc"):
        answer = await api.client.get("/v1/statements/none", headers={"X-Request-Id": given})
        own = answer.headers["X-Request-Id"]
        assert problem_in(answer, 404)["request_id"] == own and re.fullmatch("[0-9a-f]{32}", own)
        ids.add(own)
    assert len(ids) == 7 == len({line["request_id"] for line in requests_in(log)})


@pytest.mark.parametrize(
    ("header", "trace_id"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-01-what-comes-later", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-01-more", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        ("", None),
    ],
)
def test_a_trace_id_is_read_as_the_standard_has_it(header: str, trace_id: str | None) -> None:
    assert trace_id_of(header) == trace_id


async def test_fifty_markers_in_every_field_path_query_and_header_never_stand_in_the_log(w: Api, log: Log) -> None:
    markers = [f"Marker{number:02}Larsen" for number in range(50)]
    spare = iter(markers * 100)
    document = (await w.client.get("/openapi.json")).json()
    for template, operations in document["paths"].items():
        for method, operation in operations.items():
            names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            path = re.sub(r"{\w+}", lambda _: next(spare), template)
            query = {name: next(spare) for name in [*names, next(spare)]}
            body = None if method == "get" else json.dumps({name: next(spare) for name in FIELDS})
            headers = dict(w.client.headers) | (JSON if body else {})
            await w.client.request(method, path, params=query, content=body, headers=headers)
            await w.client.request(method, path, content=body, headers=headers)
            headers = {name: next(spare) for name in HEADERS}
            await w.client.request(method, template, content=body, headers=headers)
    await w.batch([{name: next(spare) for name in FIELDS} for _ in range(20)])
    await w.client.post("/v1/contracts", json=a_contract() | {"title": next(spare), next(spare): 1})
    await w.client.request(next(spare).upper(), f"/{next(spare)}")
    assert next(spare) in markers and len(requests_in(log)) > 60
    assert not [marker for marker in markers if marker.lower() in log.getvalue().lower()]


async def test_an_error_nobody_expected_is_logged_by_type_and_stack_without_its_values(
    w: Api, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        try:
            raise KeyError("Marker Larsen")
        except KeyError as error:
            raise ValueError("row (Marker Larsen) cannot be read") from error

    monkeypatch.setattr(TermsStore, "terms", broken)
    refused = await w.client.get("/v1/contracts/w")
    problem = problem_in(refused, 500, "internal-error")
    (line,) = requests_in(log)
    assert (line["level"], line["status"], line["request_id"]) == ("error", 500, problem["request_id"])
    assert [error["type"] for error in line["errors"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert re.search(r"shell/test_log_lines\.py:\d+ broken", line["errors"][0]["stack"][-1])
    assert "Marker" not in log.getvalue() and "Marker" not in refused.text


async def test_a_broken_promise_is_logged_as_an_error_and_a_refusal_is_not(
    w: Api, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise BrokenInvariant("the log of Marker Larsen is broken")

    await w.client.get("/v1/contracts/none")
    monkeypatch.setattr(TermsStore, "terms", broken)
    problem_in(await w.client.get("/v1/contracts/w"), 500)
    fine, bad = requests_in(log)
    assert (fine["level"], fine["status"], "errors" in fine) == ("info", 404, False)
    assert [error["type"] for error in bad["errors"]] == ["service.core.errors.BrokenInvariant"]
    assert "Marker" not in log.getvalue()


async def test_an_answer_that_breaks_off_is_logged_and_broken_off(w: Api, log: Log) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise OSError("Marker Larsen")

    w.client._transport.app.mount("/broken", broken)  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="Marker"):
        await w.client.get("/broken/off")
    (line,) = requests_in(log)
    assert (line["level"], line["status"]) == ("error", 200)
    assert [error["type"] for error in line["errors"]] == ["builtins.OSError"]


def test_what_other_libraries_say_is_withheld_and_nothing_begins_a_line_of_its_own(log: Log) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved: Marker Larsen")
    logging.getLogger("uvicorn.error").error("Traceback (most recent call last):\n  Marker Larsen\n")
    logging.getLogger("ledger.life").warning('one "line"\u2028only')
    told = [(line["logger"], line["message"]) for line in log.lines()]
    assert told[0][1].startswith("withheld") and "Marker" not in log.getvalue()
    assert told[1:] == [
        ("uvicorn.error", "Traceback (most recent call last):"),
        ("ledger.life", 'one "line"\u2028only'),
    ]
    assert log_settings("WARNING")["loggers"]["ledger"] == {"level": "WARNING"}


def test_the_process_writes_nothing_but_such_lines_whatever_comes_over_the_wire(
    empty_database_url: str, tmp_path: Path
) -> None:
    with served(empty_database_url, tmp_path) as service, service.client() as client:
        assert client.get("/v1/events?participant=MarkerLarsen").status_code == 200
        for raw in (
            b"GET /MarkerLarsen HTTP/9.9\r\n\r\n",
            b"MARKERLARSEN / HTTP/1.1\r\nHost: MarkerLarsen\r\n\r\n",
            b"GET /v1/MarkerLarsen HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{MarkerLarsen",
        ):
            with service.connect() as connection:
                connection.sendall(raw)
                if not raw.startswith(b"POST"):
                    assert connection.recv(4096)
        assert client.get("/readyz").status_code == 200
        service.terminate()
        service.process.wait(30)
        assert "arker" not in service.log.lower()
        routes = [line["route"] for line in service.lines() if line["logger"] == "ledger.requests"]
    assert {"/v1/events", "none", "/readyz"} <= set(routes)
    assert service.key not in service.log
