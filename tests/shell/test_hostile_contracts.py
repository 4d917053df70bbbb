"""Contract files nobody should send: every fault named with its place and remedy, and the ledger as it was."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.core.errors import InvalidInput
from service.storage.contract_files import JSON as AS_JSON
from service.storage.contract_files import terms_in
from tests.builders import EMPLOYMENT, EXAM, HBA1C, HOUSING, NO_VISIT, a_contract
from tests.shell.calling import JSON, TOML, Api, faults_in, problem_in

MARKER = "zq7marker"
WHOLE = a_contract(
    HOUSING,
    HBA1C,
    NO_VISIT,
    EMPLOYMENT,
    EXAM,
    contract="v",
    limits={"contract": {"amount": "100.00"}, "participant": {"count": 1}},
    attributes={"age": ["young"]},
)
Place = tuple[str | int, ...]


def changed(place: Place, value: Any) -> dict[str, Any]:
    document: Any = copy.deepcopy(WHOLE)
    node = document
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return document  # type: ignore[no-any-return]


async def refused(api: Api, document: Any) -> list[tuple[str, str]]:
    """The faults of a contract, the same whether it is registered or amends another; nothing of it echoed."""
    body = json.dumps(document).encode()
    response = await api.client.post("/v1/contracts", content=body, headers=JSON)
    assert MARKER not in response.text, response.text
    assert all(fault["detail"] for fault in problem_in(response, 422, "contract-invalid")["errors"])
    amendment = await api.client.post("/v1/contracts/w/amendments", content=body, headers=JSON)
    assert amendment.json()["errors"] == response.json()["errors"]
    return faults_in(response)


async def test_each_fault_of_a_contract_has_its_place_and_its_code(w: Api) -> None:
    share = {"party": "a", "weight": 1}
    for place, value, faults in (
        ((MARKER,), 1, [("", "unknown-field")]),
        (("parties", "a", MARKER), 1, [("/parties/a", "unknown-field")]),
        (("version",), "1", [("/version", "wrong-type")]),
        (("version",), True, [("/version", "wrong-type")]),
        (("currency",), MARKER, [("/currency", "wrong-form"), ("/currency", "unknown-currency")]),
        (("currency",), "XYZ", [("/currency", "unknown-currency")]),
        (("time_zone",), MARKER, [("/time_zone", "unknown-zone")]),
        (("periods",), MARKER, [("/periods", "not-allowed")]),
        (("edition",), MARKER, [("/edition", "not-allowed")]),
        (("effective_from",), "2022-01-01T00:00:00", [("/effective_from", "wrong-form")]),
        (("outcomes_until",), "2021-01-01", [("/outcomes_until", "wrong-order")]),
        (("first_statement_period",), MARKER[:9], [("/first_statement_period", "wrong-form")]),
        (("shares", "payers", 0, "party"), MARKER, [("/shares/payers/0/party", "unknown-party")]),
        (("shares", "payers", 0, "party"), "a", [("/shares/payers/0/party", "wrong-role")]),
        (("shares", "investors"), [share, share], [("/shares/investors/1/party", "repeated")]),
        (("shares", "investors", 1, "weight"), 0, [("/shares/investors/1/weight", "out-of-range")]),
        (("shares", "investors", 1, "weight"), -1, [("/shares/investors/1/weight", "out-of-range")]),
        (("shares", "investors", 0, "committed"), 0.5, [("/shares/investors/0/committed", "float-money")]),
        (("limits", "contract", "amount"), "0.001", [("/limits/contract/amount", "too-precise")]),
        (("limits", "contract", "amount"), "-1", [("/limits/contract/amount", "out-of-range")]),
        (("limits", "contract", "amount"), "NaN", [("/limits/contract/amount", "wrong-type")]),
        (("limits", "contract", "amount"), "1e400", [("/limits/contract/amount", "wrong-type")]),
        (("metrics", 1, "tariff", "price"), 20000.5, [("/metrics/1/tariff/price", "float-money")]),
        (("metrics", 1, "tariff", "price"), MARKER, [("/metrics/1/tariff/price", "wrong-type")]),
        (("metrics", 1, "tariff", "kind"), MARKER, [("/metrics/1/tariff", "not-allowed")]),
        (("metrics", 1, "rule", "kind"), MARKER, [("/metrics/1/rule", "not-allowed")]),
        (("metrics", 1, "id"), "housing", [("/metrics/1/id", "repeated")]),
        (("metrics",), [], [("/metrics", "too-few")]),
    ):
        told = await refused(w, changed(place, value))
        assert set(faults) <= set(told), (place, value, told)
        assert all(pointer.startswith(faults[0][0]) for pointer, _ in told), (place, told)
    assert await w.stored() == (1, 0)


async def test_all_faults_of_a_contract_are_told_at_once(w: Api) -> None:
    document = changed(("currency",), "XYZ")
    document["shares"]["payers"][0]["party"] = MARKER
    document["metrics"][1]["tariff"]["price"] = 0.5
    document["metrics"][4]["id"] = "employment"
    document[MARKER] = 1
    assert set(await refused(w, document)) == {
        ("/currency", "unknown-currency"),
        ("/shares/payers/0/party", "unknown-party"),
        ("/metrics/1/tariff/price", "float-money"),
        ("/metrics/4/id", "repeated"),
        ("", "unknown-field"),
    }


async def test_toml_has_the_same_faults(w: Api) -> None:
    body = b"contract = 'v'\nversion = 1.5\ncurrency = 'DKK'\nzq7marker = nan\n[limits]\ncontract = { amount = inf }\n"
    response = await w.client.post("/v1/contracts", content=body, headers=TOML)
    assert {("", "unknown-field"), ("/limits/contract/amount", "not-finite")} <= set(faults_in(response))
    assert MARKER not in response.text


def places(node: Any, at: Place = ()) -> Iterator[Place]:
    if at:
        yield at
    keyed = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, member in keyed:
        yield from places(member, (*at, key))


NASTY = st.sampled_from(
    (
        *("", "\0", "\ud800", "NaN", "sNaN", "Infinity", "1e400", "1e-400", "1e999999999", "9" * 50, "x" * 400),
        *("²", "٣", "2022-13-45", "2022-01-01T00:00:00", "9999-12-31", "0001-01-01"),
    )
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NASTY | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | NASTY, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(sorted(places(WHOLE), key=repr)), ANYTHING), min_size=1, max_size=3))
def test_whatever_stands_in_a_contract_it_is_read_or_refused_with_places(changes: list[tuple[Place, Any]]) -> None:
    document: Any = copy.deepcopy(WHOLE)
    for place, value in changes:
        node = document
        for key in place[:-1]:
            node = node[key] if holds(node, key) else None
        if holds(node, place[-1]):
            node[place[-1]] = value
    try:
        terms_in(json.dumps(document).encode(), AS_JSON, None)
    except InvalidInput as error:
        assert error.faults


def holds(node: Any, key: str | int) -> bool:
    """Whether the place is still there after an earlier change."""
    return key in node if isinstance(node, dict) else isinstance(node, list) and key in range(len(node))


async def test_a_cpr_number_in_a_contract_is_refused_because_the_log_keeps_it_for_ever(api: Api) -> None:
    for changes in ({"reason": "after a talk with 010190-1234"}, {"title": "For 2110625629 and others"}):
        document = a_contract(**changes)
        response = await api.client.post("/v1/contracts", json=document)
        told = problem_in(response, 422)
        assert told["code"] == "personal-data-suspected"
        assert "0101" not in response.text and "2110" not in response.text
    assert (await api.get("/v1/contracts"))["data"] == []
