"""What case systems may send: each kind, every fault at once, and never a value of theirs in what is said back."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from service.core.errors import Fault, InvalidInput
from service.core.events import fact_bytes, fact_from_bytes, read_fact, recorded_facts
from service.core.events.facts import participant_of

ZONE = ZoneInfo("Europe/Copenhagen")
HEAD = {"contract": "w", "source": "clinic", "id": "e1", "on": "2022-03-01"}
KINDS: dict[str, dict[str, Any]] = {
    "enrolment": {"participant": "P1", "name": "started", "attributes": {"cohort": "north"}},
    "milestone": {"participant": "P1", "name": "exam_passed"},
    "status": {"participant": "P1", "name": "housing", "value": "own_tenancy"},
    "measurement": {"participant": "P1", "name": "hba1c", "value": "73.20", "unit": "mmol/mol"},
    "occurrence": {"participant": "P1", "name": "emergency_visit"},
    "coverage": {"names": ["emergency_visit"], "from": "2022-01-01", "through": "2022-03-01"},
    "aggregate": {
        "name": "weeks",
        "group": "participants",
        "value": "41.2",
        "unit": "weeks",
        "n": 120,
        "follow_up": "year 1",
        "delivered_by": "The evaluator, Aarhus",
        "evidence": {"kind": "evaluation_report", "ref": "report 1, page 14"},
    },
    "retraction": {"replaces": "e0", "reason": "entered by mistake"},
}


def sent(kind: str, **changes: Any) -> dict[str, Any]:
    return {**HEAD, "kind": kind, **KINDS[kind], **changes}


def faults(document: Any) -> tuple[Fault, ...]:
    with pytest.raises(InvalidInput) as refused:
        read_fact(document, ZONE)
    assert refused.value.faults
    return refused.value.faults


def places(document: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults(document)]


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_is_read_and_survives_its_bytes(kind: str) -> None:
    fact = read_fact(sent(kind, evidence={"kind": "register", "ref": "journal 12, page 3"}), ZONE)
    assert fact.kind == kind
    assert fact_from_bytes(fact_bytes(fact)) == fact


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_says_when_it_is_kept_what_it_said_when_it_was_posted(kind: str) -> None:
    changes = {"replaces": "e0", "replaces_source": "other", "reason": "wrong"}
    fact = read_fact(sent(kind, evidence={"kind": "register", "ref": "journal 12, page 3"}, **changes), ZONE)
    kept = recorded_facts([(7, fact_bytes(fact))])[0].fact
    assert (type(kept).__name__, kept.ref, kept.target) == (type(fact).__name__, fact.ref, fact.target)
    assert (kept.participant, kept.evidence and kept.evidence.kind) == (participant_of(fact), "register")
    for name in set(structs.asdict(kept)) - {"participant", "evidence"}:
        assert getattr(kept, name) == getattr(fact, name)
    untold = set(type(fact).model_fields) - set(structs.asdict(kept))
    assert untold <= {"contract", "kind", "reason", "participant"}


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_unknown_field_is_refused_in_each_kind(kind: str) -> None:
    assert places(sent(kind, hans_hansen="0101011234")) == [("", "unknown-field")]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2022-03-01", "2022-03-01"),
        ("2022-03-01T23:30:00Z", "2022-03-02"),
        ("2022-03-01T22:59:59Z", "2022-03-01"),
        ("2022-07-01T22:00:00Z", "2022-07-02"),
        ("2022-07-01T21:59:59Z", "2022-07-01"),
        ("2022-03-27T00:30:00+01:00", "2022-03-27"),
        ("2022-10-29T22:30:00+00:00", "2022-10-30"),
        ("2022-03-02T05:00:00+09:00", "2022-03-01"),
    ],
)
def test_a_moment_is_moved_into_the_contracts_zone_and_cut_to_its_date(moment: str, day: str) -> None:
    assert str(read_fact(sent("milestone", on=moment), ZONE).on) == day


def test_a_moment_without_an_offset_is_refused() -> None:
    assert places(sent("milestone", on="2022-03-01T10:00:00")) == [("/on", "naive-date-time")]


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("1899-12-31", "out-of-range"),
        ("2200-01-01", "out-of-range"),
        ("0001-01-01T00:00:00+14:00", "out-of-range"),
        ("2022-02-30", "wrong-form"),
        ("1 March", "wrong-form"),
        (20220301, "wrong-form"),
        (None, "wrong-form"),
    ],
)
def test_a_date_that_is_none_is_refused_where_it_stands(on: Any, code: str) -> None:
    assert places(sent("milestone", on=on)) == [("/on", code)]


def test_every_fault_is_told_at_once_with_its_place() -> None:
    document = sent("measurement", on="soon", unit="", value="much", source="a b", evidence={"kind": "No Good"})
    del document["participant"]
    assert set(places(document)) == {
        ("/on", "wrong-form"),
        ("/unit", "wrong-form"),
        ("/value", "wrong-type"),
        ("/source", "wrong-form"),
        ("/evidence/kind", "wrong-form"),
        ("/participant", "required"),
    }


def test_what_is_said_back_holds_nothing_the_sender_wrote() -> None:
    secret = "zq9secret"
    documents = [
        sent("status", value=f"{secret} !", name=f"{secret} !", participant=f"{secret} \n"),
        sent("measurement", value=secret, unit=f"{secret} {secret}"),
        sent("milestone", **{secret: 1, f"{secret} x": 2}),
        sent("enrolment", attributes={secret: "Not A Word", f"{secret}-x": "a"}),
        sent("enrolment", name=secret),
        {**sent("milestone"), "kind": secret},
        sent("milestone", on=secret, evidence={secret: secret}),
        sent("coverage", names=[f"{secret} !"], **{"from": secret}),
    ]
    for document in documents:
        assert all(secret not in fault.pointer + fault.detail for fault in faults(document))


@pytest.mark.parametrize("document", [{}, [], None, "x", 5, {"kind": None}, {"kind": ["status"]}, {"kind": "other"}])
def test_what_is_no_event_at_all_is_refused(document: Any) -> None:
    assert faults(document)[0].pointer == ""


@pytest.mark.parametrize(
    "value", [1.5, True, None, "NaN", "-Infinity", "1,5", "", "1e999999", "9" * 25, "1e-13", "1E+20"]
)
def test_a_value_that_is_no_exact_number_is_refused(value: Any) -> None:
    (fault,) = faults(sent("measurement", value=value))
    assert fault.pointer == "/value"
    assert fault.code != "not-valid"


def test_one_number_has_one_form_in_bytes() -> None:
    for forms in (("73.2", "73.20", "7.32E+1"), ("0", "-0", "0.00", "-0.0"), ("100", "1E+2", 100)):
        assert len({fact_bytes(read_fact(sent("measurement", value=value), ZONE)) for value in forms}) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"replaces": "e0"}, "reason-missing"),
        ({"replaces_source": "other"}, "required"),
        ({"replaces": "e1", "reason": "wrong"}, "replaces-itself"),
        ({"replaces": "e1", "replaces_source": "clinic", "reason": "wrong"}, "replaces-itself"),
    ],
)
def test_a_correction_names_another_event_and_says_why(changes: dict[str, str], code: str) -> None:
    assert [code_of for _, code_of in places(sent("milestone", **changes))] == [code]


def test_the_same_id_of_another_source_may_be_replaced() -> None:
    fact = read_fact(sent("milestone", replaces="e1", replaces_source="other", reason="wrong"), ZONE)
    assert fact.target is not None
    assert (fact.target.source, fact.target.id) == ("other", "e1")


def test_a_retraction_names_what_it_withdraws() -> None:
    document = sent("retraction")
    del document["replaces"]
    assert [code for _, code in places(document)] == ["required"]


@pytest.mark.parametrize("changes", [{"from": "2022-03-02", "through": "2022-03-01"}, {"through": "2022-03-02"}])
def test_a_check_ends_after_it_begins_and_before_it_is_reported(changes: dict[str, str]) -> None:
    assert [code for _, code in places(sent("coverage", **changes))] == ["wrong-order"]


def test_attributes_are_declared_at_the_start_only() -> None:
    assert [code for _, code in places(sent("enrolment", name="withdrew"))] == ["not-allowed"]


def test_a_text_that_was_read_before_is_read_the_same_again() -> None:
    for _ in range(2):
        assert str(read_fact(sent("status", on="2022-03-01T23:30:00Z"), ZONE).on) == "2022-03-02"
        assert str(read_fact(sent("status", on="2022-03-01T23:30:00Z"), ZoneInfo("UTC")).on) == "2022-03-01"
        assert places(sent("status", on="2022-02-30")) == [("/on", "wrong-form")]
        assert places(sent("status", on="2200-01-01")) == [("/on", "out-of-range")]
        assert places(sent("measurement", value="1" * 25)) == [("/value", "too-precise")]
        assert places(sent("status", on="73.20")) == [("/on", "wrong-form")]
        assert read_fact(sent("measurement", value="73.20"), ZONE).model_dump()["value"] == "73.2"


def test_what_is_remembered_of_texts_has_an_end() -> None:
    values = [f"{number}.5" for number in range(20_005)]
    read = [read_fact(sent("measurement", value=value), ZONE).model_dump()["value"] for value in values]
    assert read == values


def test_a_figure_for_a_group_names_nobody_and_its_report_and_who_delivered_it() -> None:
    assert places(sent("aggregate", participant="P1")) == [("", "unknown-field")]
    without = sent("aggregate")
    del without["evidence"], without["delivered_by"]
    assert sorted(places(without)) == [("/delivered_by", "required"), ("/evidence", "required")]
    assert places(sent("aggregate", evidence={"kind": "evaluation_report"})) == [("/evidence/ref", "required")]


@pytest.mark.parametrize("n", [0, -1, "120", 1.5, True])
def test_the_size_of_a_group_is_a_whole_number_above_zero(n: Any) -> None:
    ((pointer, _),) = places(sent("aggregate", n=n))
    assert pointer == "/n"


def test_a_figure_is_exact() -> None:
    fact = read_fact(sent("aggregate", value="41.20"), ZONE)
    assert b'"41.2' in fact_bytes(fact)
    assert places(sent("aggregate", value=float("nan"))) != []
