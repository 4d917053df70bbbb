"""The forms of events over HTTP: CloudEvents, CSV and JSON lines say the same as plain JSON, faults included."""

from typing import Any

import httpx
import orjson
import pytest

from service.core.events import Fact
from tests.builders import correction, covered, housed, measured, retraction, started, visit
from tests.shell.calling import Api, Document, answered, faults_in, problem_in, sent
from tests.write_statements import CONTRACTS

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"
TENANCY = housed("P1", "2022-08-31")
FACTS: tuple[Fact, ...] = (
    started("P1", "2022-08-31"),
    TENANCY,
    measured("P1", "2022-09-01", "73.2"),
    visit("P1", "2022-09-02", evidence={"kind": "hospital_register", "ref": "lpr 1"}),
    covered(None, "2022-09-01", "2022-12-31"),
    correction(TENANCY, on="2022-09-01"),
    retraction(TENANCY),
)


def cloud(fact: Fact, **changes: Any) -> Document:
    """A fact in the envelope of a CloudEvent."""
    data = sent(fact)
    envelope = {
        "specversion": "1.0",
        "type": f"outcome.{data.pop('kind')}.v1",
        "source": data.pop("source"),
        "id": data.pop("id"),
    }
    if "participant" in data:
        envelope["subject"] = data.pop("participant")
    return {**envelope, "datacontenttype": "application/json", "traceparent": "00-1", "data": data, **changes}


async def post(api: Api, body: bytes, media_type: str, path: str = "/v1/events/batch", **query: Any) -> httpx.Response:
    headers = {"Content-Type": media_type}
    return await api.client.post(path, content=body, headers=headers, params=query)


async def test_every_kind_of_cloud_event_is_the_same_event_as_in_plain_json(w: Api) -> None:
    body = orjson.dumps([cloud(fact) for fact in FACTS])
    assert answered(await post(w, body, MANY))["summary"]["accepted"] == len(FACTS)
    assert (await w.batch([sent(fact) for fact in FACTS]))["summary"]["duplicate"] == len(FACTS)


async def test_a_single_cloud_event_is_accepted_and_a_repeated_one_a_duplicate(w: Api) -> None:
    body = orjson.dumps(cloud(TENANCY))
    assert answered(await post(w, body, f"{ONE}; charset=utf-8", "/v1/events"), 201)["verdict"] == "accepted"
    assert answered(await post(w, body, ONE, "/v1/events"))["verdict"] == "duplicate"


async def test_the_time_of_a_cloud_event_is_its_date_in_the_zone_of_the_contract(w: Api) -> None:
    event = cloud(TENANCY, time="2022-08-30T22:30:00Z")
    del event["data"]["on"]
    answered(await post(w, orjson.dumps(event), ONE, "/v1/events"), 201)
    assert answered(await w.event(sent(TENANCY)))["verdict"] == "duplicate"
    both = cloud(housed("P2", "2022-08-31"), time="2024-01-01T00:00:00Z")
    answered(await post(w, orjson.dumps(both), ONE, "/v1/events"), 201)
    assert (await w.get("/v1/events", participant="P2"))["data"][0]["event"]["on"] == "2022-08-31"


WITHOUT_DATE = {name: part for name, part in cloud(TENANCY)["data"].items() if name != "on"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"specversion": "0.3"}, ("/specversion", "not-allowed")),
        ({"specversion": None}, ("/specversion", "required")),
        ({"type": "com.example.started"}, ("/type", "not-allowed")),
        ({"type": "outcome.miracle.v1"}, ("/type", "not-allowed")),
        ({"type": 1}, ("/type", "not-allowed")),
        ({"type": None}, ("/type", "required")),
        ({"source": ""}, ("/source", "too-short")),
        ({"id": 7}, ("/id", "wrong-type")),
        ({"subject": "two words"}, ("/subject", "wrong-form")),
        ({"subject": None}, ("/subject", "required")),
        ({"subject": "010190-1234"}, ("/subject", "personal-data-suspected")),
        ({"time": "yesterday"}, ("/time", "wrong-form")),
        ({"time": "2022-08-31T10:00:00"}, ("/time", "wrong-form")),
        ({"time": "2022-13-31T10:00:00Z"}, ("/time", "wrong-form")),
        ({"data": WITHOUT_DATE}, ("/time", "required")),
        ({"data": None}, ("/data", "required")),
        ({"data": [1]}, ("/data", "wrong-type")),
        ({"data_base64": "e30="}, ("/data_base64", "not-allowed")),
        ({"datacontenttype": "text/xml"}, ("/datacontenttype", "not-allowed")),
        ({"dataschema": 1}, ("/dataschema", "wrong-type")),
        ({"data": {**cloud(TENANCY)["data"], "id": "x"}}, ("/data/id", "not-allowed")),
        ({"data": {**cloud(TENANCY)["data"], "value": "Own"}}, ("/data/value", "wrong-form")),
        ({"data": {**cloud(TENANCY)["data"], "extra": 1}}, ("", "unknown-field")),
        ({"Bad_Name": "x"}, ("", "unknown-field")),
        ({"nested": {"a": 1}}, ("", "wrong-type")),
    ],
)
async def test_a_fault_of_a_cloud_event_points_into_the_envelope(
    w: Api, changes: Document, fault: tuple[str, str]
) -> None:
    response = await post(w, orjson.dumps(cloud(TENANCY, **changes)), ONE, "/v1/events")
    assert faults_in(response) == [fault]
    (verdict,) = answered(await post(w, orjson.dumps([cloud(TENANCY, **changes)]), MANY))["verdicts"]
    assert [(one["pointer"], one["code"]) for one in verdict["errors"]] == [fault]
    assert await w.stored() == (1, 0)


async def test_all_faults_of_envelope_and_data_are_told_at_once(w: Api) -> None:
    event = cloud(TENANCY, specversion="2", time="now")
    event["data"] |= {"value": "Own", "contract": "nobody"}
    faults = faults_in(await post(w, orjson.dumps(event), ONE, "/v1/events"))
    assert faults == [
        ("/specversion", "not-allowed"),
        ("/time", "wrong-form"),
        ("/data/value", "wrong-form"),
        ("/data/contract", "unknown-contract"),
    ]


async def test_a_list_is_no_single_event_and_a_single_event_no_batch(w: Api) -> None:
    assert faults_in(await post(w, orjson.dumps([cloud(TENANCY)]), ONE, "/v1/events")) == [("", "wrong-type")]
    problem_in(await post(w, orjson.dumps(cloud(TENANCY)), MANY), 422, "batch-invalid")
    problem_in(await post(w, orjson.dumps(cloud(TENANCY)), ONE), 415)
    problem_in(await post(w, b"id,source\n", "text/csv", "/v1/events"), 415)


async def test_a_shipped_file_of_facts_is_uploaded_as_it_stands(api: Api) -> None:
    folder = CONTRACTS / "dialog-mod-vold"
    toml = {"Content-Type": "application/toml"}
    answered(await api.client.post("/v1/contracts", content=(folder / "1.toml").read_bytes(), headers=toml), 201)
    body = (folder / "events.csv").read_bytes()
    answer = answered(await post(api, body, "text/csv", contract="dialog-mod-vold"))
    assert answer["summary"]["accepted"] == 68
    assert [one["line"] for one in answer["verdicts"]] == list(range(2, 70))
    again = answered(await post(api, body, "text/csv; charset=utf-8", contract="dialog-mod-vold", atomic="true"))
    assert again["summary"]["duplicate"] == 68


CSV = b"""id,source,kind,participant,on,name,value,evidence_kind,evidence_ref,attributes,contract
e-1,file,enrolment,P1,2022-08-31,started,,,,,w
e-2,file,status,P1,31-08-2022,housing,Own,,,,w
e-3,file,status,P1,2022-08-31

e-4,file,coverage,,2022-12-31,emergency_visit,,Case System,"two
lines",,w
e-5,file,enrolment,P2,2022-08-31,started,,,,programme=havnen,w
e-6,file,status,P2,2022-08-31,housing,own_tenancy,,,,nobody
"""
FAULTS = [
    ("/3/on", "wrong-form"),
    ("/3/value", "wrong-form"),
    ("/4", "malformed"),
    ("/6/evidence_kind", "wrong-form"),
    ("/6/evidence_ref", "wrong-form"),
    ("/6/from", "required"),
    ("/6/through", "required"),
    ("/8/attributes", "unknown-attribute"),
    ("/9/contract", "unknown-contract"),
]


async def test_all_faults_of_all_rows_are_told_at_once_with_line_and_column(w: Api) -> None:
    refused = problem_in(await post(w, CSV, "text/csv", atomic="true"), 422, "batch-refused")
    assert sorted((fault["pointer"], fault["code"]) for fault in refused["errors"]) == sorted(FAULTS)
    assert await w.stored() == (1, 0)
    for path in ("/v1/events/validate", "/v1/events/batch"):
        answer = answered(await post(w, CSV, "text/csv", path))
        faults = [(fault["pointer"], fault["code"]) for one in answer["verdicts"] for fault in one.get("errors", [])]
        assert sorted(faults) == sorted(FAULTS)
        assert [(one["line"], one["verdict"]) for one in answer["verdicts"]][:2] == [(2, "accepted"), (3, "rejected")]
    assert await w.stored() == (1, 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", "/1"),
        (b"a,b\n1,2\n", "/1"),
        (b"id,source,kind,on,id\n", "/1"),
        (b'id,source,kind,on\n"a"b,c,d,e\n', "/2"),
        (b"id,source,kind,on\n\xff,c,d,e\n", ""),
    ],
)
async def test_what_is_no_csv_of_events_is_refused_whole(w: Api, body: bytes, pointer: str) -> None:
    refused = problem_in(await post(w, body, "text/csv"), 400, "malformed")
    assert [fault["pointer"] for fault in refused["errors"]] == [pointer]


async def test_a_csv_without_rows_is_no_batch(w: Api) -> None:
    problem_in(await post(w, b"id,source,kind,on\n", "text/csv"), 422, "batch-invalid")


async def test_json_lines_are_a_batch_whose_pointers_begin_with_the_line(w: Api) -> None:
    lines = [orjson.dumps(sent(TENANCY)), b"", b'{"id": 1, "id": 2}', orjson.dumps(sent(TENANCY, id="x", value="Own"))]
    answer = answered(await post(w, b"\n".join(lines), "application/x-ndjson"))
    assert [(one["line"], one["verdict"]) for one in answer["verdicts"]] == [
        (1, "accepted"),
        (3, "rejected"),
        (4, "rejected"),
    ]
    faults = [(fault["pointer"], fault["code"]) for one in answer["verdicts"] for fault in one.get("errors", [])]
    assert faults == [("/3", "malformed"), ("/4/value", "wrong-form")]


async def test_the_contract_of_the_address_stands_where_an_event_names_none(w: Api) -> None:
    document = {name: part for name, part in sent(TENANCY).items() if name != "contract"}
    assert (await w.batch([document], contract="w"))["summary"]["accepted"] == 1
    response = await w.client.post("/v1/events", json=document, params={"contract": "w"})
    assert answered(response)["verdict"] == "duplicate"
    assert (await w.batch([{**document, "contract": "nobody"}], contract="w"))["summary"]["rejected"] == 1
    body = orjson.dumps([cloud(TENANCY, data={**WITHOUT_DATE, "on": "2022-08-31"})])
    assert answered(await post(w, body, MANY, contract="w"))["summary"]["duplicate"] == 1
