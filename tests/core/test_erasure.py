"""What stands of an erased participant where others depend on it: amendments, and cohorts."""

import pytest

from tests.book import amounts, lines
from tests.builders import HOUSING, a_contract, housed, started
from tests.builders_groups import group_metric
from tests.core.worked import W1_FACTS
from tests.erasing import ErasingBook

SHARE = group_metric(
    {
        "kind": "cohort_share",
        "member": {"id": "housed", "rule": {**HOUSING["rule"], "steps": [{"months": 3}]}},
        "of": "enrolled",
        "at_least": {"share": "0.5"},
        "evaluated": {"on": "2022-12-01"},
    }
)


def cohort(*, achieved: int, others: int) -> ErasingBook:
    """So many who were housed for 3 months by 2022-12-01 (A0 and on), and so many who were not (B0 and on)."""
    book = ErasingBook(a_contract(SHARE))
    for place in range(achieved):
        book.learn(started(f"A{place}", "2022-01-10"), housed(f"A{place}", "2022-01-10"))
        book.learn(housed(f"A{place}", "2022-06-01"))
    for place in range(others):
        book.learn(started(f"B{place}", "2022-01-10"), housed(f"B{place}", "2022-01-10", "shelter"))
    return book


def test_amendment_lines_of_an_erased_participant_are_still_proved() -> None:
    cheaper = {"kind": "flat", "price": {"3 months": "14000.00", "6 months": "15000.00", "12 months": "30000.00"}}
    book = ErasingBook().learn(*W1_FACTS)
    book.state("2022")
    second = {**HOUSING, "tariff": cheaper}
    book.amend(a_contract(second, version=2, effective_from="2022-10-01", reason="cheaper"))
    kinds = [line[0] for line in amounts(book.state("2023")["a"])]
    assert "amendment" in kinds
    book.erase("P1")
    assert book.proved()


def test_what_was_stated_of_a_cohort_stands_though_a_later_fact_says_otherwise() -> None:
    book = cohort(achieved=2, others=2)
    (line,) = lines(book.state("2022")["a"])
    assert line["kind"] == "new"
    book.erase("B0")
    book.learn(housed("A1", "2022-02-01", "shelter"))
    assert lines(book.state("2023")["a"]) == []
    assert book.proved()


@pytest.mark.parametrize("gone", ["B0", "B1"])
def test_a_share_below_the_threshold_is_not_reached_by_erasing_who_did_not_achieve(gone: str) -> None:
    book = cohort(achieved=1, others=2)
    assert lines(book.state("2022")["a"]) == []
    book.erase(gone)
    assert lines(book.state("2023")["a"]) == []
    assert book.proved()
