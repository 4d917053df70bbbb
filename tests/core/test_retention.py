"""Who is due for erasure: whose facts no metric needs any more, by the retention that the terms agree."""

from datetime import date
from typing import Any

import pytest

from service.core.events import Fact
from service.core.retention import due_for_erasure
from tests.builders import EXAM, HOUSING, a_contract, a_fact, a_timeline, correction, covered, housed, started

EVER = date(2199, 12, 31)
ENDS = {"outcomes_until": "2024-12-31", "evidence_until": "2025-06-30"}
PASSED = a_fact("milestone", "P1", "2022-05-01", name="exam_passed")
UNREAD = a_fact("milestone", "P1", "2022-05-01", name="moved_in")


def kept(metric: dict[str, Any], months: int | None) -> dict[str, Any]:
    """The metric with what it reads needed for so many months after the last evidence."""
    return metric if months is None else {**metric, "retention_months": months}


def due(documents: list[dict[str, Any]], *facts: Fact, as_of: date = EVER) -> dict[str, str]:
    """Who is due under these versions, and since when."""
    return {name: str(since) for name, since in due_for_erasure(a_timeline(*documents), facts, as_of)}


def signed(housing: int | None, exam: int | None, **changes: Any) -> dict[str, Any]:
    """A contract on stable housing and an exam, with the months of retention of each."""
    return a_contract(kept(HOUSING, housing), kept(EXAM, exam), **{**ENDS, **changes})


def amended(housing: int | None, exam: int | None, **changes: Any) -> dict[str, Any]:
    """Its second version."""
    return signed(housing, exam, version=2, effective_from="2023-01-01", reason="retention", **changes)


@pytest.mark.parametrize(("as_of", "who"), [("2026-06-29", set()), ("2026-06-30", {"P1"}), ("2026-07-01", {"P1"})])
def test_a_participant_is_due_from_the_day_on_which_the_months_after_the_last_evidence_are_over(
    as_of: str, who: set[str]
) -> None:
    assert {*due([signed(12, 12)], PASSED, as_of=date.fromisoformat(as_of))} == who


def test_months_keep_the_day_and_end_with_a_shorter_month() -> None:
    assert due([signed(8, 8, evidence_until="2025-06-30")], PASSED) == {"P1": "2026-02-28"}


def test_what_several_metrics_read_is_needed_until_the_last_of_them_needs_it() -> None:
    assert due([signed(60, 12)], PASSED) == {"P1": "2026-06-30"}
    assert due([signed(60, 12)], PASSED, housed("P1", "2022-05-01")) == {"P1": "2030-06-30"}


def test_every_metric_reads_an_enrolment() -> None:
    assert due([signed(60, 12)], started("P1", "2022-01-10"), PASSED) == {"P1": "2030-06-30"}


def test_nobody_is_due_where_no_end_is_agreed() -> None:
    assert due([signed(None, None)], PASSED, housed("P2", "2022-05-01")) == {}


def test_whom_a_metric_without_an_agreed_end_reads_is_never_due_and_others_are() -> None:
    assert due([signed(None, 12)], PASSED, housed("P2", "2022-05-01")) == {"P1": "2026-06-30"}
    assert due([signed(None, 12)], PASSED, housed("P1", "2022-05-01")) == {}


def test_what_no_metric_reads_holds_nobody_back_and_alone_makes_nobody_due() -> None:
    assert due([signed(12, 12)], PASSED, UNREAD) == {"P1": "2026-06-30"}
    assert due([signed(12, 12)], UNREAD) == {}


def test_a_check_of_everybodys_source_is_about_nobody() -> None:
    assert due([signed(12, 12)], covered(None, "2022-01-01", "2022-12-31")) == {}


def test_a_fact_that_was_corrected_is_kept_and_counts_as_long() -> None:
    wrong = housed("P1", "2022-05-01")
    mended = correction(wrong, name="employment")
    assert due([signed(None, 12)], wrong, mended, PASSED) == {}


def test_an_amendment_can_agree_a_retention_where_there_was_none() -> None:
    assert due([signed(None, None), amended(12, 12)], PASSED) == {"P1": "2026-06-30"}


def test_an_amendment_can_take_the_end_away() -> None:
    assert due([signed(12, 12), amended(12, None)], PASSED) == {}


@pytest.mark.parametrize(("first", "second"), [(12, 24), (24, 12)])
def test_of_several_versions_the_latest_end_counts(first: int, second: int) -> None:
    assert due([signed(12, first), amended(12, second)], PASSED) == {"P1": "2027-06-30"}


def test_a_contract_that_is_prolonged_keeps_facts_longer() -> None:
    assert due([signed(12, 12), amended(12, 12, evidence_until="2026-06-30")], PASSED) == {"P1": "2027-06-30"}


def test_a_metric_that_an_amendment_drops_still_needs_what_it_read() -> None:
    dropped = a_contract(kept(HOUSING, 12), version=2, effective_from="2023-01-01", reason="no exam", **ENDS)
    assert due([signed(12, 24), dropped], PASSED) == {"P1": "2027-06-30"}
    assert due([signed(12, None), dropped], PASSED) == {}


def test_those_who_are_due_are_told_by_name() -> None:
    people = [housed(name, "2022-05-01") for name in ("P3", "P1", "P2")]
    assert [*due([signed(12, 12)], *people)] == ["P1", "P2", "P3"]
