"""Periods are half-open, named by their kind, and months keep their day number."""

from datetime import date

import pytest

from service.core.period import (
    PeriodKind,
    add_months,
    add_weeks,
    next_period,
    period_containing,
    period_named,
)


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        ("2022-08-31", 6, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-10-31", 4, "2024-02-29"),
        ("2022-12-15", 1, "2023-01-15"),
        ("2022-01-31", -2, "2021-11-30"),
        ("2022-01-31", 0, "2022-01-31"),
    ],
)
def test_adding_months_keeps_the_day_and_clamps_it_to_the_months_last(day: str, months: int, moved: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(moved)


def test_weeks_are_seven_days() -> None:
    assert add_weeks(date(2024, 2, 26), 1) == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("kind", "label", "start", "end"),
    [
        ("year", "2023", "2023-01-01", "2024-01-01"),
        ("half-year", "2023-H2", "2023-07-01", "2024-01-01"),
        ("quarter", "2023-Q1", "2023-01-01", "2023-04-01"),
        ("month", "2023-12", "2023-12-01", "2024-01-01"),
    ],
)
def test_a_period_is_known_by_its_name_and_by_any_date_in_it(
    kind: PeriodKind, label: str, start: str, end: str
) -> None:
    period = period_named(label, kind)
    assert (str(period.start), str(period.end)) == (start, end)
    assert period == period_containing(period.start, kind) == period_containing(period.last_day, kind)
    assert period.start in period
    assert period.end not in period
    assert next_period(period, kind) == period_containing(period.end, kind)
    assert (period.end - period.last_day).days == 1


@pytest.mark.parametrize(
    "label", ["2023-Q5", "2023-13", "2023-1", "23", "2023-H1", "", "2023\n", "２０２３", "0000", "9999"]
)
def test_another_name_is_refused_for_a_year(label: str) -> None:
    with pytest.raises(ValueError, match="not the name of a year"):
        period_named(label, "year")
