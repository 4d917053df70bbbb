"""A contract in plain English: nothing that it says is left out, and what an amendment changes is told."""

import copy
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from pydantic import ValidationError

from service.core.terms import Terms
from service.core.terms.describe import describe
from service.core.terms.diff import changes_between
from service.storage.contract_files import contract_folders
from service.workflows.from_files import terms_from
from tests.builders import EXAM, HBA1C, HOUSING, NO_VISIT, a_contract, read, with_rule
from tests.builders_terms import COMPARISON, everything
from tests.write_statements import CONTRACTS

Place = tuple[str | int, ...]
WORDS = [
    "two-people",
    "restart",
    "cumulative",
    "carried-forward",
    "reported",
    "days",
    "months",
    "any",
    "all",
    "best",
    "enrolled",
    "completed",
    "withdrew",
    "measured",
    "left-out",
    "group",
    "up",
    "down",
    "achieved",
    "stated",
    "period",
    "contract",
    "quantity",
    "marginal",
    "whole",
    "year",
    "month",
    "quarter",
    "half-up",
    "achieved_on",
    "carry",
    "weight",
    "drawn",
    "verifier",
    "investor",
    "2024",
    "1/3",
    "EUR",
]
# One of several ways to say the same: another way is not said beside it.
ALTERNATIVES = {"months", "weeks", "days", "share", "fraction", "count", "amount", "units", "absolute", "target"}
FIXED = {
    "kind",
    "edition",
    "need",
    "counts_earlier",
    "floor",
    "on_break",
    "id",
    "step",
    "over",
    "how",
    "lump",
}


def said(terms: Terms) -> str:
    """Everything a description says."""
    return "\n".join(
        f"{clause.heading}\n" + "\n".join(told.sentence for told in clause.told) for clause in describe(terms)
    )


def leaves(part: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value in a document, and where it stands."""
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else None
    if entries is None:
        yield place, part
        return
    for key, inner in entries:
        yield from leaves(inner, (*place, key))


def lists(part: Any, place: Place = ()) -> Iterator[tuple[Place, list[Any]]]:
    """Every list in a document, and where it stands."""
    if isinstance(part, list):
        yield place, part
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, inner in entries:
        yield from lists(inner, (*place, key))


def others(value: Any) -> Iterator[Any]:
    """Values that could stand in its place."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str):
        yield from ([str(Decimal(value) + Decimal("0.01"))] if value.lstrip("-").replace(".", "").isdigit() else [])
        if len(value) == 10 and value[4:5] == "-" == value[7:8]:
            yield str(date.fromisoformat(value) + timedelta(days=1))
        yield f"{value}x"
        yield from (word for word in WORDS if word != value)


def changed(document: dict[str, Any], place: Place, value: Any) -> Terms | None:
    """The terms with one value changed, None where they cannot be."""
    altered = copy.deepcopy(document)
    part: Any = altered
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    try:
        return Terms.model_validate(altered)
    except ValidationError:
        return None


def test_the_contract_that_says_everything_is_sound_and_leaves_no_field_out() -> None:
    terms = read(everything())
    known = {
        f"{type(model).__name__}.{name}"
        for model in models(terms)
        for name in {*type(model).model_fields} - ALTERNATIVES
    }
    used = {f"{type(model).__name__}.{name}" for model in models(terms) for name in model.model_fields_set}
    assert known - used == set()


def models(part: Any) -> Iterator[Any]:
    """Every model inside the terms."""
    if hasattr(part, "model_fields_set"):
        yield part
        part = [getattr(part, name) for name in type(part).model_fields]
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list | tuple):
        for inner in part:
            yield from models(inner)


def small_documents() -> Iterator[tuple[dict[str, Any], list[tuple[Place, Any]]]]:
    """The contract that says everything in small pieces, each with the values to change in it."""
    whole = everything()
    first = {**whole, "metrics": whole["metrics"][:1]}
    yield first, list(leaves(first))
    for metric in whole["metrics"][1:]:
        yield a_contract(metric), [(("metrics", 0, *place), value) for place, value in leaves(metric)]


def test_a_value_that_changes_changes_what_is_said() -> None:
    for document, values in small_documents():
        terms = Terms.model_validate(document)
        before = said(terms)
        for place, value in values:
            altered = (changed(document, place, other) for other in others(value))
            versions = list(islice((version for version in altered if version is not None), 2))
            assert versions or place[-1] in FIXED, f"nothing else could stand at {place}"
            for version in versions:
                assert said(version) != before, f"{place} is not told"
            assert not versions or changes_between(terms, versions[0]), f"{place} is not told as a change"


def test_an_entry_that_is_taken_out_of_a_list_is_said_no_more() -> None:
    document = everything()
    before = said(Terms.model_validate(document))
    for place, entries in lists(document):
        for turn in range(len(entries)):
            shorter = changed(document, place, entries[:turn] + entries[turn + 1 :])
            assert shorter is None or said(shorter) != before, f"{place}, entry {turn} is not told"


def test_the_order_in_which_odd_minor_units_and_tranches_are_served_is_told() -> None:
    document = everything()
    before = said(Terms.model_validate(document))
    for place, entries in lists(document):
        if place[-1] in ("payers", "investors", "tranches", "members", "metrics") and len(entries) > 1:
            turned = changed(document, place, entries[::-1])
            assert turned is None or said(turned) != before, place


def sentences(metric: dict[str, Any], **changes: Any) -> list[str]:
    """What is said of one metric."""
    clauses = describe(Terms.model_validate(a_contract(metric, **changes)))
    return [told.sentence for clause in clauses if clause.about == f"metric {metric['id']}" for told in clause.told]


def test_a_sustained_status_in_plain_english() -> None:
    assert sentences(with_rule(HOUSING, allowed_gap_days=14)) == [
        "Achieved when the housing status of a person stays own_tenancy for as long as a step asks.",
        "Step 3 months: complete on the day 3 months after the start.",
        "Step 6 months: complete on the day 6 months after the start.",
        "Step 12 months: complete on the day 12 months after the start.",
        "After a break longer than 14 days the time starts again from nothing.",
        "A step needs the housing status reported on or after the day it is complete.",
        'Step "3 months" pays 15,000.00 DKK.',
        'Step "6 months" pays 15,000.00 DKK.',
        'Step "12 months" pays 30,000.00 DKK.',
    ]


def test_an_improvement_and_an_absence_in_plain_english() -> None:
    assert sentences(HBA1C) == [
        "Achieved when the hba1c of a person, in mmol/mol, falls by 8.5 % of the baseline or more.",
        "The baseline is the latest measurement from 60 days before to 30 days after enrolment.",
        "Follow-up 12 months: the measurement nearest to 12 months after enrolment, at most 45 days away.",
        "Each achievement pays 20,000.00 DKK.",
    ]
    assert sentences(NO_VISIT)[0] == ("Achieved when a person has no emergency_visit in the 12 months from completion.")


def test_a_comparison_in_plain_english() -> None:
    assert sentences(COMPARISON)[:3] == [
        "Achieved when the weeks_on_support of ungi, in weeks, is lower than that of others, "
        "as an evaluator reports them.",
        "The quantity is the difference times the number of people in ungi.",
        "A difference of less than 0.5 weeks counts for nothing.",
    ]


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ({**EXAM, "tariff": {"kind": "flat", "price": "-5.00"}}, "Each achievement costs the investors 5.00 DKK."),
        (
            {**EXAM, "deadweight": {"expected_rate": "0.31"}},
            "The first achievements, as many as 31 % of all enrolled, are not paid: they would have happened anyway.",
        ),
        (
            {**EXAM, "requires": [{"metric": "housing", "gap": {"weeks": 13}, "already": "stated"}]},
            "The same person must have achieved every step of housing and stood on an issued statement, "
            "13 weeks before at least.",
        ),
        (
            {**EXAM, "retention_months": 1},
            "The facts it reads are needed until 1 month after the last day for evidence.",
        ),
        ({**EXAM, "limits": {"participant": {"count": 1}}}, "At most 1 achievement is paid for each person."),
    ],
)
def test_prices_conditions_and_limits_in_plain_english(metric: dict[str, Any], told: str) -> None:
    assert told in sentences(metric)


def test_an_amendment_is_told_by_what_it_changes() -> None:
    cheaper = {**EXAM, "tariff": {"kind": "flat", "price": "8000.00"}}
    old = Terms.model_validate(a_contract(HOUSING, EXAM))
    new = Terms.model_validate(a_contract(cheaper, NO_VISIT))
    told = [change.sentence for change in changes_between(old, new)]
    assert (
        "Changed, metric exam, price: Each achievement pays 10,000.00 DKK. Now: Each achievement pays 8,000.00 DKK."
        in told
    )
    assert any(sentence.startswith("New, metric no-visit, rule: Achieved when a person has no") for sentence in told)
    assert any(sentence.startswith("No longer, metric housing, rule: ") for sentence in told)
    assert changes_between(old, old) == ()


def test_metrics_in_another_order_are_a_change() -> None:
    old, new = (Terms.model_validate(a_contract(*metrics)) for metrics in ((HOUSING, EXAM), (EXAM, HOUSING)))
    assert [change.about for change in changes_between(old, new)] == ["order of metrics"]


def test_every_agreement_that_is_shipped_is_described_and_each_of_its_metrics_under_its_clause() -> None:
    for folder in contract_folders(CONTRACTS):
        for version in terms_from(folder.versions).versions:
            headings = [clause.heading for clause in describe(version.terms)]
            assert all(any(metric.clause in heading for heading in headings) for metric in version.terms.metrics)
