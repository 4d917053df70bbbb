"""Bodies nobody should send: each refused with a problem document, nothing echoed, nothing stored, nobody hurt."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.builders import HBA1C, HOUSING, a_contract, covered, housed, measured, retraction, started
from tests.shell.calling import JSON, TOML, Api, answered, faults_in, problem_in, sent

MARKER = "zq7marker"
EVENT = sent(housed("P1", "2022-08-31"))
READING = (
    "/v1/events",
    "/v1/events/batch",
    "/v1/events/batch?atomic=true",
    "/v1/contracts",
    "/v1/contracts/w/amendments",
)
MALFORMED = [
    b"",
    b"{",
    b'{"zq7marker"',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"zq7marker": NaN}',
    b"[Infinity]",
    b"[-Infinity]",
    b'{"zq7marker": 1, "zq7marker": 2}',
    b'[{"a": {"b": 1, "b": 2}}]',
    b"[" * 100_000,
    b"[" * 50 + b"]" * 50,
    b'{"zq7marker":' * 5_000,
    b"9" * 5_000,
    b"[-" + b"9" * 5_000 + b"]",
    b"0." + b"1" * 5_000,
    b"{} {}",
    b"{'zq7marker': 1}",
    b'{"a": "\x00"}',
]


@pytest.fixture
async def ready(api: Api) -> Api:
    await api.register(a_contract(HOUSING, HBA1C, attributes={"age": ["young", "old"]}))
    return api


async def assert_unharmed(api: Api) -> None:
    """Nothing was stored, and the next request works."""
    assert await api.stored() == (1, 0)
    assert answered(await api.event(EVENT), 201)["sequence"] == 2


async def test_what_is_not_json_is_refused_everywhere(ready: Api) -> None:
    for path in READING:
        for body in MALFORMED:
            response = await ready.client.post(path, content=body, headers=JSON)
            problem = problem_in(response, 400, "malformed")
            assert problem["errors"] and all(fault["detail"] for fault in problem["errors"])
            assert MARKER not in response.text
    await assert_unharmed(ready)


async def test_json_of_another_shape_is_refused_everywhere(ready: Api) -> None:
    for body in (
        b"null",
        b"1",
        b"1e400",
        b'"zq7marker"',
        b"true",
        b"[]",
        b"[[]]",
        b"[null]",
        b"[1]",
        b'{"value":1e999999999}',
    ):
        for path in READING:
            response = await ready.client.post(path, content=body, headers=JSON)
            if path == "/v1/events/batch" and body in (b"[[]]", b"[null]", b"[1]"):
                assert answered(response)["summary"]["rejected"] == 1
            else:
                assert response.status_code in (400, 422), (path, body, response.text)
                assert problem_in(response, response.status_code)["errors"]
            assert MARKER not in response.text
    await assert_unharmed(ready)


async def test_toml_that_cannot_be_read_is_refused(ready: Api) -> None:
    for body in (
        b"",
        b"contract = zq7marker",
        b"contract = 'zq7marker\n",
        b"contract = 1\ncontract = 2",
        b"[zq7marker]\n[zq7marker]",
        b"\xef\xbb\xbfcontract = 'w'",
        b"contract = '\x00'",
        b"\xff",
        b"a = " + b"[" * 100_000,
        b"a = {b = " * 1_000,
        b"a = 1979-13-01",
        b"a = " + b"9" * 5_000,
        b".".join([b"a"] * 100_000) + b" = 1",
    ):
        for path in ("/v1/contracts", "/v1/contracts/w/amendments"):
            response = await ready.client.post(path, content=body, headers=TOML)
            assert problem_in(response, 422 if body == b"" else 400)["errors"]
            assert MARKER not in response.text
    await assert_unharmed(ready)


async def test_another_kind_of_body_is_refused_with_those_that_are_taken(ready: Api) -> None:
    for path in READING:
        for kind in ("text/html", "application/xml", "multipart/form-data", "", "application/jsonx", "zq7marker/æ"):
            response = await ready.client.post(path, content=b"{}", headers=[(b"Content-Type", kind.encode("latin-1"))])
            assert "application/json" in problem_in(response, 415, "media-type-not-supported")["detail"]
            assert MARKER not in response.text
    await assert_unharmed(ready)


async def test_a_body_over_the_limit_is_refused_with_and_without_its_length_announced(ready: Api) -> None:
    limit = 10 * 1024 * 1024
    sent_bytes = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent_bytes
        for _ in range(400):
            sent_bytes += 100_000
            yield b" " * 100_000

    for path in READING:
        problem_in(await ready.client.post(path, content=b" " * (limit + 1), headers=JSON), 413, "body-too-large")
    problem_in(await ready.client.post("/v1/events", content=chunks(), headers=JSON), 413, "body-too-large")
    at_the_limit = json.dumps(EVENT).encode().ljust(limit)
    assert answered(await ready.client.post("/v1/events", content=at_the_limit, headers=JSON), 201)


async def test_more_events_than_a_batch_holds_are_refused(ready: Api) -> None:
    response = await ready.client.post("/v1/events/batch", json=[EVENT] * 10_001)
    assert faults_in(response) == [("", "wrong-size")]
    await assert_unharmed(ready)


async def test_a_batch_that_names_thousands_of_unknown_contracts_is_answered(ready: Api) -> None:
    answer = await ready.batch([{**EVENT, "contract": f"c-{place}"} for place in range(2_000)] + [EVENT])
    assert answer["summary"] == {"accepted": 1, "duplicate": 0, "conflict": 0, "rejected": 2_000}


async def test_every_fault_of_an_event_is_told_at_once_with_its_place(ready: Api) -> None:
    wrong = {
        **sent(measured("P1", "2022-03-01", "80")),
        "contract": 7,
        "id": "with space",
        "on": "2022-03-01T10:00:00",
        "value": True,
        "evidence": {"kind": "Upper", "ref": ""},
        "zq7marker": 1,
    }
    response = await ready.event(wrong)
    assert sorted(faults_in(response)) == [
        ("", "unknown-field"),
        ("/contract", "wrong-type"),
        ("/evidence/kind", "wrong-form"),
        ("/evidence/ref", "too-short"),
        ("/id", "wrong-form"),
        ("/on", "naive-date-time"),
        ("/value", "wrong-type"),
    ]
    assert MARKER not in response.text
    await assert_unharmed(ready)


FAULTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({**EVENT, MARKER: 1}, [("", "unknown-field")]),
    ({**EVENT, "evidence": {"kind": "register", MARKER: 1}}, [("/evidence", "unknown-field")]),
    ({**EVENT, "kind": MARKER}, [("", "not-allowed")]),
    ({name: value for name, value in EVENT.items() if name != "kind"}, [("", "required")]),
    ({name: value for name, value in EVENT.items() if name != "on"}, [("/on", "required")]),
    ({**EVENT, "contract": MARKER}, [("/contract", "unknown-contract")]),
    ({**EVENT, "contract": MARKER, "on": MARKER}, [("/on", "wrong-form"), ("/contract", "unknown-contract")]),
    ({**EVENT, "contract": [MARKER]}, [("/contract", "wrong-type")]),
    ({**EVENT, "contract": {MARKER: 1}}, [("/contract", "wrong-type")]),
    ({**EVENT, "on": 20220831}, [("/on", "wrong-form")]),
    ({**EVENT, "on": "2022-02-30"}, [("/on", "wrong-form")]),
    ({**EVENT, "on": "2022-08-31T10:00:00"}, [("/on", "naive-date-time")]),
    ({**EVENT, "on": "1899-12-31"}, [("/on", "out-of-range")]),
    ({**EVENT, "on": "0001-01-01T00:00:00+14:00"}, [("/on", "out-of-range")]),
    ({**EVENT, "participant": ""}, [("/participant", "too-short")]),
    ({**EVENT, "participant": "Åse Hansen"}, [("/participant", "wrong-form")]),
    ({**EVENT, "id": "x" * 201}, [("/id", "too-long")]),
    ({**EVENT, "reason": "line\nbreak", "replaces": "x"}, [("/reason", "wrong-form")]),
    ({**EVENT, "replaces_source": "x"}, [("", "required")]),
    (sent(measured("P1", "2022-03-01", "80"), unit=MARKER), [("/unit", "unknown-unit")]),
    (sent(measured("P1", "2022-03-01", "80"), value=MARKER), [("/value", "wrong-type")]),
    (sent(measured("P1", "2022-03-01", "80"), value="NaN"), [("/value", "wrong-type")]),
    (sent(measured("P1", "2022-03-01", "80"), value="0.1234567890123"), [("/value", "too-precise")]),
    (sent(started("P1", "2022-03-01"), attributes={MARKER: "young"}), [("/attributes", "unknown-attribute")]),
    (sent(started("P1", "2022-03-01"), attributes={"age": MARKER}), [("/attributes/age", "unknown-value")]),
    (sent(started("P1", "2022-03-01"), name="withdrew", attributes={"age": "old"}), [("", "not-allowed")]),
    ({**sent(covered("P1", "2022-03-01", "2022-03-31")), "from": "2022-04-01"}, [("", "wrong-order")]),
    ({**EVENT, "value": 1}, [("/value", "wrong-type")]),
    ({**sent(retraction(housed("P1", "2022-08-31"))), "value": 1}, [("", "unknown-field")]),
]


async def test_each_fault_of_an_event_has_its_place_and_its_code(ready: Api) -> None:
    for document, faults in FAULTS:
        for path, body in (("/v1/events", document), ("/v1/events/batch?atomic=true", [document])):
            response = await ready.client.post(path, json=body)
            prefix = "/0" if "batch" in path else ""
            told = faults_in(response)
            pointers = sorted((f"{prefix}{pointer}", code) for pointer, code in faults)
            assert sorted(told) == pointers, document
            assert MARKER not in response.text, document
    await assert_unharmed(ready)


async def test_text_that_is_not_unicode_is_refused_in_every_place(ready: Api) -> None:
    for name in (*EVENT, "reason", "evidence", MARKER):
        for text in (r"\ud800", r"zq7marker\udfff", r"\u0000"):
            body = json.dumps({**EVENT, name: "TEXT"}).replace("TEXT", text)
            for path, whole in (("/v1/events", body), ("/v1/events/batch?atomic=true", f"[{body}]")):
                response = await ready.client.post(path, content=whole.encode(), headers=JSON)
                assert problem_in(response, 422)["errors"]
                assert MARKER not in response.text
    for body in (r'{"\ud800": "010190-1234"}', r'{"a": {"\ud800": ["010190-1234"]}}', r'{"\ud800": 1}'):
        problem_in(await ready.client.post("/v1/events", content=body.encode(), headers=JSON), 422)
    await assert_unharmed(ready)


async def test_civil_registration_numbers_are_refused_wherever_they_stand(ready: Api) -> None:
    plain, old = "0701614321", "211062-5629"
    for document, pointer in (
        ({**EVENT, "participant": plain}, "/participant"),
        ({**EVENT, "participant": old}, "/participant"),
        ({**EVENT, "participant": f"family-{old}"}, "/participant"),
        ({**EVENT, "id": f"case-{old}"}, "/id"),
        ({**EVENT, "source": f"{old}"}, "/source"),
        ({**EVENT, "reason": f"mother is {old}", "replaces": "x"}, "/reason"),
        ({**EVENT, "evidence": {"kind": "register", "ref": f"journal {old.replace('-', ' ')}"}}, "/evidence/ref"),
        ({**EVENT, "evidence": {"kind": "register", "ref": old.replace("-", "")}}, "/evidence/ref"),
        ({**EVENT, MARKER: [{"x": old}]}, "/0"),
        ({**EVENT, "attributes": {f"k{old}": "x"}}, "/attributes"),
    ):
        response = await ready.event(document)
        problem = problem_in(response, 422, "personal-data-suspected")
        assert problem["errors"][0]["pointer"] == pointer
        assert all(number not in response.text for number in (plain, old, old.replace("-", ""), MARKER))
    await assert_unharmed(ready)


async def test_numbers_that_only_look_alike_are_taken(ready: Api) -> None:
    for place, document in enumerate(
        (
            {**EVENT, "evidence": {"kind": "register", "ref": "invoice 9912311234"}},
            {**EVENT, "evidence": {"kind": "register", "ref": "case 0701614322 of the court"}},
            {**EVENT, "participant": "F-2023-0017"},
        )
    ):
        answered(await ready.event({**document, "id": f"e-{place}"}), 201)
