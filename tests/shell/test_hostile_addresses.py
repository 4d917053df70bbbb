"""Odd addresses, parameters and events by chance: never a failure of the service, never a word of them repeated."""

import base64
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.pages import cursor
from service.workflows.personal_data import personal_data_faults
from service.workflows.reading_events import Admitted, read_all
from tests.builders import EXAM, HBA1C, HOUSING, NO_VISIT, a_contract, a_timeline, covered, housed, measured, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import JSON, Api, answered, problem_in, sent

ODD = (
    *("%00", "a%00b", "%0A", "%F0%9F%98%80", "%FF", "%ED%A0%80"),
    *("%27%20OR%201=1", "..%2F..", "w%2F2022", "-1", "9" * 400),
)
GETS = (
    "/{}",
    "/v1/{}",
    "/docs-assets/{}",
    "/v1/contracts/{}",
    "/v1/contracts/{}/versions",
    "/v1/contracts/{}/file",
    "/v1/contracts/{}/findings",
    "/v1/contracts/{}/accounts",
    "/v1/contracts/{}/postings",
    "/v1/contracts/{}/statements/2022/preview",
    "/v1/contracts/w/statements/{}/preview",
    "/v1/investors/{}/statements/2022",
    "/v1/investors/a/statements/{}",
    "/v1/statements/{}",
    "/v1/statements/{}/detail",
    "/v1/statements/{}/detail/1",
    "/v1/statements/w.2022.a.1/detail/{}",
)
POSTS = (
    "/v1/contracts/{}/amendments",
    "/v1/contracts/{}/statements/2022",
    "/v1/contracts/w/statements/{}",
    "/v1/statements/{}/verify",
)
PARAMETERS = {
    "/v1/events": ("contract", "kind", "participant", "source", "id", "on_from", "on_through", "after", "limit"),
    "/v1/contracts/w": ("as_of",),
    "/v1/contracts/w/file": ("version",),
    "/v1/contracts/w/findings": ("period", "metric", "participant", "state", "after", "limit"),
    "/v1/contracts/w/postings": ("after", "limit"),
    "/v1/contracts/w/statements/2023/preview": ("investor",),
    "/v1/statements": ("contract", "period", "investor"),
}
VALUES = (
    "",
    "\0",
    "a\0b",
    "\n",
    "😀",
    "²",
    "٣",
    "-1",
    "1.5",
    "NaN",
    "1e400",
    "9" * 18,
    "9" * 19,
    "9" * 5_000,
    "0001-01-01",
    "9999-12-31",
    "2022-02-30",
    "1669075200",
    "%%%",
    cursor("w", "1"),
    cursor("\0", "1"),
    cursor("w", "9" * 18),
    cursor("w", "9" * 19),
    cursor("1", "9" * 18),
    cursor("9" * 18),
    cursor("²"),
    cursor("-1"),
    base64.b64encode(b"\xff\xfe").decode(),
)


async def issued(api: Api) -> None:
    await api.learn(W1_FACTS)
    await api.issue("2022")


async def test_an_odd_place_in_an_address_is_refused(w: Api) -> None:
    await issued(w)
    for odd in ODD:
        for path in GETS:
            response = await w.client.get(path.format(odd))
            assert response.status_code in (307, 404, 409, 422), (path, odd, response.status_code)
            if response.status_code != 307:  # to the docs page
                problem_in(response, response.status_code)
        for path in POSTS:
            response = await w.client.post(path.format(odd), content=b"{}", headers=JSON)
            assert response.status_code in (404, 405, 409, 422), (path, odd, response.status_code)
            problem_in(response, response.status_code)
    assert len((await w.get("/v1/statements"))["data"]) == 2


async def test_an_odd_value_of_a_parameter_is_refused_or_finds_nothing(w: Api) -> None:
    await issued(w)
    for path, names in PARAMETERS.items():
        for name in names:
            for value in VALUES:
                response = await w.client.get(path, params={name: value})
                assert response.status_code in (200, 404, 422), (path, name, value, response.status_code)
                if response.status_code != 200:
                    problem_in(response, response.status_code)
    for value in VALUES:
        response = await w.client.get("/v1/events/one", params={"contract": "w", "source": value, "id": value})
        problem_in(response, response.status_code)
    assert (await w.client.get("/v1/events?contract=%ff%fe&kind=%ed%a0%80")).status_code == 200


async def test_a_method_or_address_that_does_not_exist_is_a_problem_too(w: Api) -> None:
    problem_in(await w.client.get("/v2/contracts"), 404, "not-found")
    response = await w.client.delete("/v1/contracts/w")
    problem_in(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"


async def test_odd_headers_do_no_harm(w: Api) -> None:
    body = json.dumps(sent(housed("P1", "2022-08-31"))).encode()
    kind = (b"Content-Type", b"application/json")
    for headers in (
        [(b"Content-Type", b"application/json; charset=\xff")],
        [kind, (b"Content-Length", b"7x")],
        [kind, (b"Accept", b"zq7/\xe6")],
    ):
        response = await w.client.post("/v1/events", content=body, headers=headers)
        assert response.status_code < 500


NAMES = ["contract", "source", "id", "kind", "on", "participant", "name", "value", "unit", "names", "from", "through"]
NAMES += ["attributes", "evidence", "replaces", "replaces_source", "reason"]
WORDS = ["w", "case-system", "P1", "housing", "hba1c", "80", "mmol/mol", "2022-08-31", "started", "enrolment", "status"]
WORDS += ["measurement", "coverage", "retraction", "\0", "\ud800", "NaN", "1e400", "-0", "9999-12-31T23:59:59-23:59"]
TIMELINE = a_timeline(a_contract(HOUSING, HBA1C, NO_VISIT, EXAM, attributes={"age": ["young"]}))
SOUND = [
    sent(fact)
    for fact in (
        started("P1", "2022-01-01", attributes={"age": "young"}),
        housed("P1", "2022-01-01", evidence={"kind": "register", "ref": "r"}),
        measured("P1", "2022-01-01", "80"),
        covered(None, "2022-01-01", "2022-02-01"),
    )
]
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=3),
    max_leaves=6,
)
CHANGES = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), VALUE, max_size=4)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SOUND), CHANGES, st.sets(st.sampled_from(NAMES), max_size=2))
def test_whatever_an_event_holds_it_is_read_or_rejected_with_places(
    sound: dict[str, Any], changes: dict[str, Any], without: set[str]
) -> None:
    document = {name: value for name, value in {**sound, **changes}.items() if name not in without}
    (read,) = read_all([document], {"w": TIMELINE})
    if isinstance(read, Admitted):
        assert read.stored and not list(personal_data_faults(document))
    else:
        assert read.verdict == "rejected" and read.faults and all(fault.detail for fault in read.faults)


async def test_events_by_chance_are_answered_over_http_with_a_verdict_for_each(w: Api) -> None:
    words: list[Any] = [*WORDS, None, 1, [], {}]
    strange: list[Any] = [{**event, name: word} for event in SOUND for name in NAMES for word in words]
    body = json.dumps([*strange, None, 1, "x", [], {}]).encode()
    response = await w.client.post("/v1/events/batch", content=body, headers=JSON)
    verdicts = answered(response)["verdicts"]
    assert [verdict["index"] for verdict in verdicts] == list(range(len(strange) + 5))
    assert (await w.get("/v1/contracts/w/findings"))["data"]
    await w.issue("2022")
