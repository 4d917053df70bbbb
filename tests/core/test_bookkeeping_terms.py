"""Bookkeeping that cannot be: payers that owe nothing, metrics there are not, one account told twice."""

from typing import Any

import pytest

from tests.builders import read
from tests.builders_terms import Places, everything, places, with_metrics

UNSOUND: dict[str, tuple[dict[str, Any], Places]] = {
    "an account of a party that owes nothing, of no metric, and a debt beside a metric": (
        with_metrics(
            bookkeeping=[
                {"payer": "a", "account": "1"},
                {"payer": "x", "account": "1"},
                {"payer": "city", "metric": "x", "account": "1"},
                {"payer": "city", "metric": "housing", "account": "1", "debt_account": "9"},
            ]
        ),
        [
            ("/bookkeeping/0/payer", "wrong-role"),
            ("/bookkeeping/1/payer", "unknown-party"),
            ("/bookkeeping/2/metric", "unknown-metric"),
            ("/bookkeeping/3/debt_account", "not-allowed"),
        ],
    ),
    "one account told twice": (
        with_metrics(
            bookkeeping=[
                {"payer": "city", "account": "1"},
                {"payer": "city", "metric": "housing", "account": "1"},
                {"payer": "city", "account": "2"},
            ]
        ),
        [("/bookkeeping/2", "repeated")],
    ),
}


@pytest.mark.parametrize("wrong", UNSOUND)
def test_bookkeeping_under_which_nothing_could_be_booked_is_refused(wrong: str) -> None:
    document, expected = UNSOUND[wrong]
    assert places(document) == expected


def test_a_metric_without_an_entry_of_its_own_is_booked_as_whatever_has_none() -> None:
    terms = read(everything())
    booked = {metric: terms.booking_of("city", metric) for metric in ("housing", "hba1c", None)}
    assert {metric: entry and entry.account for metric, entry in booked.items()} == {
        "housing": "4020",
        "hba1c": "4010",
        None: "4010",
    }
    assert terms.booking_of("region", "housing") is None
