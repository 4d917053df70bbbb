"""Statements and details as files: chosen by address or Accept, named, unchanging, and exact in every currency."""

import asyncio
import hashlib
import threading
from decimal import Decimal

import pytest

from service.api.forms import FORMS, Form
from service.main import create_app
from service.render import Workbook
from service.settings import Settings
from tests.builders import HOUSING, a_contract
from tests.core.worked import W1_FACTS
from tests.render.reading import opened, rows_in, sheets_in, without_formulas
from tests.shell.calling import Api, Document, faults_in, problem_in

STATEMENT, DETAIL = "/v1/statements/w.2022.a.1", "/v1/statements/w.2022.a.1/detail"
OF_A_PERIOD = "/v1/investors/a/statements/2022"
PATHS = (STATEMENT, DETAIL, OF_A_PERIOD)
JSON, CSV = "application/json", "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {STATEMENT: "w.2022.a.1", DETAIL: "w.2022.a.1.detail", OF_A_PERIOD: "a.2022.statements"}


@pytest.fixture
async def issued(w: Api) -> Api:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    return w


@pytest.mark.parametrize(
    ("accept", "format", "sent"),
    [
        (None, None, JSON),
        ("*/*", None, JSON),
        ("application/*", None, JSON),
        ("text/*", None, CSV),
        ("text/csv", None, CSV),
        (XLSX, None, XLSX),
        (f"application/json;q=0.5, {XLSX}", None, XLSX),
        ("text/csv;q=0.9, application/json", None, JSON),
        ("application/json;q=0, */*", None, CSV),
        ("text/html, */*;q=0.8", None, JSON),
        (None, "json", JSON),
        (None, "csv", CSV),
        (None, "xlsx", XLSX),
        ("application/json", "xlsx", XLSX),
        ("text/csv", "json", JSON),
        ("application/pdf", "csv", CSV),
    ],
)
async def test_the_address_decides_the_form_and_else_accept(
    issued: Api, accept: str | None, format: str | None, sent: str
) -> None:
    for path in PATHS:
        response = await issued.client.get(
            path, params={"format": format} if format else {}, headers={"Accept": accept} if accept else {}
        )
        assert (response.status_code, response.headers["content-type"]) == (200, sent), path
        assert response.headers["vary"] == "Accept" and response.headers["cache-control"] == "no-store"
        form = {CSV: "csv", XLSX: "xlsx"}.get(sent)
        named = f'attachment; filename="{NAMES[path]}.{form}"' if form else None
        assert response.headers.get("content-disposition") == named


async def test_a_form_that_there_is_none_of_is_refused_with_those_there_are(issued: Api) -> None:
    for path in PATHS:
        response = await issued.client.get(path, params={"format": "zq7marker"})
        assert faults_in(response) == [("format", "not-allowed")]
        assert "'json', 'csv' or 'xlsx'" in response.text and "zq7marker" not in response.text
        refused = await issued.client.get(path, headers={"Accept": "application/pdf"})
        assert XLSX in problem_in(refused, 406, "not-acceptable")["detail"]
    problem_in(await issued.client.get("/v1/statements", params={"format": "csv"}), 422, "parameter-invalid")
    problem_in(await issued.client.get("/v1/statements/nothing", params={"format": "xlsx"}), 404, "statement-not-found")


async def test_json_is_sent_byte_for_byte_as_it_was_before_there_were_other_forms(issued: Api) -> None:
    entry = (await issued.get("/v1/statements", investor="a"))["data"][0]
    for query in ({}, {"format": "json"}):
        body = (await issued.client.get(STATEMENT, params=query)).content
        assert hashlib.sha256(body).hexdigest() == entry["sha256"]
        of_a_period = (await issued.client.get(OF_A_PERIOD, params=query)).content
        assert of_a_period == b'{"data":[' + body + b"]}"


async def test_each_form_has_an_etag_of_its_own_and_the_same_bytes_every_time(issued: Api) -> None:
    for path in PATHS:
        etags = set()
        for form in ("json", "csv", "xlsx"):
            first = await issued.client.get(path, params={"format": form})
            await asyncio.sleep(0.6)  # the file would state when it was made in whole seconds
            assert (await issued.client.get(path, params={"format": form})).content == first.content
            etag = first.headers["etag"]
            assert etag == f'"{hashlib.sha256(first.content).hexdigest()}"'
            held = await issued.client.get(path, params={"format": form}, headers={"If-None-Match": etag})
            assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", etag)
            etags.add(etag)
        assert len(etags) == 3


async def test_a_file_asks_for_a_key_as_the_document_does(issued: Api) -> None:
    for path in PATHS:
        refused = await issued.client.get(path, params={"format": "xlsx"}, headers={"Authorization": "Bearer olk_no"})
        problem_in(refused, 401)


async def test_a_file_is_written_beside_the_event_loop(issued: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()

    def written(workbook: Workbook) -> bytes:
        threads.add(threading.get_ident())
        return workbook.title.encode()

    monkeypatch.setitem(FORMS, XLSX, Form("xlsx", XLSX, written))
    for path in PATHS:
        assert "statement" in (await issued.client.get(path, params={"format": "xlsx"})).text
    assert threads and threading.get_ident() not in threads


def in_currency(currency: str, price: str) -> Document:
    prices = {step: price for step in ("3 months", "6 months", "12 months")}
    return a_contract({**HOUSING, "tariff": {"kind": "flat", "price": prices}}, currency=currency)


@pytest.mark.parametrize(
    ("currency", "price", "half", "shape"),
    [("JPY", "15000", "7500", "#,##0"), ("KWD", "15.003", "7.502", "#,##0.000"), ("DKK", "15.02", "7.51", "#,##0.00")],
)
async def test_amounts_have_the_decimals_of_their_currency(
    api: Api, currency: str, price: str, half: str, shape: str
) -> None:
    await api.register(in_currency(currency, price))
    await api.learn(W1_FACTS)
    await api.issue("2022")
    document = await api.get(STATEMENT)
    (line,) = [item for item in await api.lines("w.2022.a.1") if item["position"] == 1]
    assert line["amount"] == half
    content = (await api.client.get(DETAIL, params={"format": "xlsx"})).content
    page = opened(content)["Lines"]
    (header, first) = list(page.iter_rows())[:2]
    cell = next(cell for title, cell in zip(header, first, strict=True) if title.value == "Amount")
    assert (Decimal(repr(cell.value)), cell.number_format, cell.data_type) == (Decimal(half), shape, "n")
    rows = rows_in((await api.client.get(STATEMENT, params={"format": "csv"})).content)
    payable = [row["Value"] for row in rows if row["What"] == "Payable"]
    assert payable == [document["totals"]["payable"]]


async def test_a_hostile_name_is_text_in_every_form(api: Api) -> None:
    parties = {**a_contract()["parties"], "a": {"name": '=HYPERLINK("x","y")', "roles": ["investor"]}}
    await api.register(a_contract(title="@SUM(1+1)*cmd|' /C calc'!A0", parties=parties))
    await api.learn(W1_FACTS)
    await api.issue("2022")
    for path in PATHS:
        assert without_formulas((await api.client.get(path, params={"format": "xlsx"})).content)
    rows = rows_in((await api.client.get(STATEMENT, params={"format": "csv"})).content)
    cells = {cell for row in rows for cell in row.values()}
    assert {'\'=HYPERLINK("x","y")', "'@SUM(1+1)*cmd|' /C calc'!A0"} <= cells


async def test_the_statements_of_a_period_stand_in_one_file_a_row_each(issued: Api) -> None:
    await issued.register(a_contract(contract="v", title="Contract V"))
    await issued.issue("2022", "v")
    pages = sheets_in((await issued.client.get(OF_A_PERIOD, params={"format": "xlsx"})).content)
    assert [row[0] for row in pages["Statements"]] == ["Statement", "v/2022/a/1", "w/2022/a/1"]
    documents = (await issued.get(OF_A_PERIOD))["data"]
    payable = pages["Statements"][0].index("Payable")
    assert [row[payable] for row in pages["Statements"][1:]] == [Decimal(one["totals"]["payable"]) for one in documents]


def test_the_document_of_the_api_names_every_form() -> None:
    paths = create_app(Settings()).openapi()["paths"]
    of_a_statement = "/v1/statements/{statement}"
    for path in (of_a_statement, f"{of_a_statement}/detail", "/v1/investors/{party}/statements/{period}"):
        operation = paths[path]["get"]
        content = operation["responses"]["200"]["content"]
        assert list(content) == [JSON, "text/csv", XLSX]
        assert "$ref" in content[JSON]["schema"] and content[XLSX]["schema"] == {"type": "string", "format": "binary"}
        (parameter,) = [one for one in operation["parameters"] if one["name"] == "format"]
        assert parameter["example"] == "json"
