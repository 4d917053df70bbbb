"""A contract file is read whole or refused with all its faults, each with its place and its remedy."""

from typing import Any

import pytest

from service.core.errors import Fault, InvalidInput
from service.core.money import JsonNumber
from service.core.terms import read_amendment, read_terms
from service.core.terms.parties import whole_weights
from tests.builders import EMPLOYMENT, EXAM, HBA1C, HOUSING, NO_VISIT, ZONES, a_contract, a_timeline, read, with_rule


def faults(document: Any) -> tuple[Fault, ...]:
    with pytest.raises(InvalidInput) as refused:
        read_terms(document, ZONES)
    assert all(fault.detail and fault.code != "not-valid" for fault in refused.value.faults)
    return refused.value.faults


def places(document: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults(document)]


def shares(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    return {"shares": {**a_contract()["shares"], **lists}}


WRONG: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "an unknown field": (a_contract(colour="red"), [("", "unknown-field")]),
    "an unknown field of a metric": (a_contract({**HOUSING, "colour": "red"}), [("/metrics/0", "unknown-field")]),
    "a wrong type": (a_contract(title=5), [("/title", "wrong-type")]),
    "an unknown currency": (a_contract(currency="DKR"), [("/currency", "unknown-currency")]),
    "an unknown zone": (a_contract(time_zone="Europe/Aarhus"), [("/time_zone", "unknown-zone")]),
    "a period name of another kind": (
        a_contract(first_statement_period="2023-Q1"),
        [("/first_statement_period", "wrong-form")],
    ),
    "dates in the wrong order": (a_contract(outcomes_until="2021-12-31"), [("/outcomes_until", "wrong-order")]),
    "an unknown party": (
        a_contract(**shares(payers=[{"party": "nobody", "weight": 1}])),
        [("/shares/payers/0/party", "unknown-party")],
    ),
    "a party in the wrong role": (
        a_contract(**shares(payers=[{"party": "a", "weight": 1}])),
        [("/shares/payers/0/party", "wrong-role")],
    ),
    "a party twice": (
        a_contract(**shares(payers=[{"party": "city", "weight": 1}, {"party": "city", "weight": 2}])),
        [("/shares/payers/1/party", "repeated")],
    ),
    "no weight": (
        a_contract(**shares(payers=[{"party": "city", "weight": 0}])),
        [("/shares/payers/0/weight", "out-of-range")],
    ),
    "a negative weight": (
        a_contract(**shares(payers=[{"party": "city", "weight": "-1"}])),
        [("/shares/payers/0/weight", "out-of-range")],
    ),
    "a payer of a metric in the wrong role": (
        a_contract({**HOUSING, "payers": [{"party": "a", "weight": 1}]}),
        [("/metrics/0/payers/0/party", "wrong-role")],
    ),
    "money as a float": (
        a_contract({**EXAM, "tariff": {"kind": "flat", "price": 10000.5}}),
        [("/metrics/0/tariff/price", "float-money")],
    ),
    "money as a JSON number with decimals": (
        a_contract({**EXAM, "tariff": {"kind": "flat", "price": JsonNumber("10000.50")}}),
        [("/metrics/0/tariff/price", "float-money")],
    ),
    "more decimals than the currency has": (
        a_contract({**EXAM, "tariff": {"kind": "flat", "price": "1.005"}}),
        [("/metrics/0/tariff/price", "too-precise")],
    ),
    "a limit with too many decimals": (
        a_contract(limits={"contract": {"amount": "1.005"}}),
        [("/limits/contract/amount", "too-precise")],
    ),
    "a limit of two sorts": (
        a_contract(limits={"contract": {"amount": "1.00", "count": 1}}),
        [("/limits/contract", "exactly-one")],
    ),
    "a step without a price": (
        a_contract({**HOUSING, "tariff": {"kind": "flat", "price": {"3 months": "1.00"}}}),
        [("/metrics/0/tariff/price", "steps-differ")],
    ),
    "a graded tariff on another rule": (
        a_contract({**EXAM, "tariff": EMPLOYMENT["tariff"]}),
        [("/metrics/0/tariff", "not-allowed")],
    ),
    "a value without a price": (
        a_contract({**EMPLOYMENT, "tariff": {"kind": "graded", "prices": {"ordinary": "1.00"}}}),
        [("/metrics/0/tariff/prices", "values-differ")],
    ),
    "an unknown attribute": (
        a_contract({**HOUSING, "eligible": {"cohort": ["north"]}}),
        [("/metrics/0/eligible/cohort", "unknown-attribute")],
    ),
    "an undeclared value of an attribute": (
        a_contract({**HOUSING, "eligible": {"cohort": ["south"]}}, attributes={"cohort": ["north"]}),
        [("/metrics/0/eligible/cohort", "unknown-value")],
    ),
    "two metrics of one id": (a_contract(EXAM, EXAM), [("/metrics/1/id", "repeated")]),
    "two steps of one id": (
        a_contract({**with_rule(HOUSING, steps=[{"months": 3}, {"months": 3}]), "tariff": EXAM["tariff"]}),
        [("/metrics/0/rule", "repeated")],
    ),
    "within beside restart": (
        a_contract({**with_rule(HOUSING, steps=[{"months": 3, "within": {"months": 6}}]), "tariff": EXAM["tariff"]}),
        [("/metrics/0/rule", "not-allowed")],
    ),
    "within on a checkpoint": (
        a_contract(with_rule(HBA1C, checkpoints=[{"months": 12, "within": {"months": 24}}])),
        [("/metrics/0/rule", "not-allowed")],
    ),
    "a duration of two sorts": (
        a_contract(with_rule(NO_VISIT, windows={"months": 1, "weeks": 1})),
        [("/metrics/0/rule/windows", "exactly-one")],
    ),
    "no threshold": (a_contract(with_rule(HBA1C, threshold={})), [("/metrics/0/rule/threshold", "exactly-one")]),
    "a fault in the window of a milestone": (
        a_contract(with_rule(EXAM, within={"anchor": "enrolled", "months": "x"})),
        [("/metrics/0/rule/within/months", "wrong-type")],
    ),
    "groups smaller than three": (a_contract(smallest_group=2), [("/smallest_group", "out-of-range")]),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_a_contract_is_refused_for(name: str) -> None:
    document, expected = WRONG[name]
    assert places(document) == expected


@pytest.mark.parametrize("document", [[], None, "x", 5])
def test_what_is_no_contract_at_all_is_refused(document: Any) -> None:
    assert places(document) == [("", "wrong-type")]


SHAPES: tuple[Any, ...] = (None, 5, "x", [], {}, [5], [[]], {"x": 5}, {"x": []}, True)


def test_parts_of_the_wrong_shape_are_refused_without_an_accident() -> None:
    for part in a_contract():
        for value in SHAPES:
            document = a_contract()
            document[part] = value
            try:
                read_terms(document, ZONES)
            except InvalidInput as refused:
                assert refused.faults


def test_all_faults_of_a_file_are_told_at_once() -> None:
    document = a_contract(
        {**HOUSING, "tariff": {"kind": "flat", "price": {"3 months": "1.005"}}},
        {**EXAM, "limits": {"metric": {"count": 0}}},
        currency="DKR",
        version="1",
        periods="week",
        **shares(payers=[{"party": "nobody", "weight": 1}]),
    )
    del document["reason"]
    assert {
        ("/version", "wrong-type"),
        ("/periods", "not-allowed"),
        ("/reason", "required"),
        ("/currency", "unknown-currency"),
        ("/shares/payers/0/party", "unknown-party"),
        ("/metrics/0/tariff/price", "steps-differ"),
        ("/metrics/1/limits/metric/count", "out-of-range"),
    } == set(places(document))


def test_no_fault_repeats_what_the_file_says() -> None:
    secret = "zq9secret!"
    document = a_contract({**HOUSING, "id": secret, secret: 1}, title=[secret], currency=secret, time_zone=secret)
    assert all("zq9" not in fault.pointer + fault.detail for fault in faults(document))


AMENDED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the same start": ({}, ["/effective_from"]),
    "a wrong version": ({"version": 3, "effective_from": "2023-01-01"}, ["/version"]),
    "what is fixed": (
        {"effective_from": "2023-01-01", "currency": "EUR", "periods": "quarter", "participant": "family"},
        ["/currency", "/periods", "/participant"],
    ),
}


@pytest.mark.parametrize("name", list(AMENDED))
def test_an_amendment_is_refused_for(name: str) -> None:
    changes, pointers = AMENDED[name]
    with pytest.raises(InvalidInput) as refused:
        read_amendment(a_contract(**{"version": 2, **changes}), ZONES, a_timeline(a_contract()))
    assert [fault.pointer for fault in refused.value.faults] == pointers


def test_an_amendment_may_start_before_a_version_that_is_known() -> None:
    known = a_timeline(a_contract(), a_contract(version=2, effective_from="2024-01-01"))
    between = read_amendment(a_contract(version=3, effective_from="2023-01-01"), ZONES, known)
    timeline = a_timeline(*(a_contract(version=v, effective_from=f"{y}-01-01") for v, y in ((1, 2022), (2, 2024))))
    assert str(between.effective_from) == "2023-01-01"
    assert [version.terms.version for version in timeline.versions] == [1, 2]


def test_the_versions_in_force_follow_one_another() -> None:
    timeline = a_timeline(a_contract(), a_contract(version=2, effective_from="2023-04-01"))
    first, second = (version.terms for version in timeline.versions)
    for day, terms in (("2021-01-01", first), ("2023-03-31", first), ("2023-04-01", second), ("2030-01-01", second)):
        assert timeline.in_force(type(first.effective_from).fromisoformat(day)) is terms
    assert timeline.range_of(first) == (first.effective_from, second.effective_from)
    assert timeline.range_of(second) == (second.effective_from, None)
    assert timeline.known_at(1).latest is first


def test_the_periods_follow_from_the_first_that_is_stated() -> None:
    assert a_timeline(a_contract()).first_period().label == "2022"
    later = a_timeline(a_contract(periods="quarter", first_statement_period="2022-Q3"))
    assert [later.period_after(label).label for label in (None, "2022-Q3", "2022-Q4")] == [
        "2022-Q3",
        "2022-Q4",
        "2023-Q1",
    ]


def test_weights_keep_their_proportion_as_whole_numbers() -> None:
    terms = read(
        a_contract(**shares(payers=[{"party": "city", "weight": "0.6"}, {"party": "region", "weight": "0.25"}]))
    )
    assert whole_weights(terms.shares.payers) == (12, 5)


def test_a_measure_with_known_units_is_compared_in_one_of_them() -> None:
    assert places(a_contract(with_rule(HBA1C, unit="mg/dl"))) == [("/metrics/0/rule/unit", "unknown-unit")]
    assert read(a_contract(with_rule(HBA1C, unit="%"))).metrics[0].id == "hba1c"
