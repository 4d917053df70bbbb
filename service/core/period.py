"""Half-open date ranges, statement periods by name, and the arithmetic of months, weeks and days."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

PeriodKind = Literal["year", "half-year", "quarter", "month"]

_MONTHS: dict[PeriodKind, int] = {"year": 12, "half-year": 6, "quarter": 3, "month": 1}
_LABEL = re.compile(r"(?P<year>\d{4})(?:-(?P<part>H[12]|Q[1-4]|0[1-9]|1[0-2]))?\Z")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The dates from `start` up to but not including `end`."""

    start: date
    end: date
    label: str = ""

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def last_day(self) -> date:
        """The last date inside the period."""
        return self.end - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Move by calendar months, keeping the day number and clamping it to the month's last day."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year = day.year + years
    # Every month has 28 days; only a later day needs to ask how long this one is.
    last = 28 if day.day <= 28 else calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def add_weeks(day: date, weeks: int) -> date:
    """Move by weeks of seven days."""
    return day + timedelta(days=7 * weeks)


@lru_cache(maxsize=4096)
def period_containing(day: date, kind: PeriodKind) -> Period:
    """The statement period of that kind in which the date lies."""
    months = _MONTHS[kind]
    first_month = (day.month - 1) // months * months + 1
    start = date(day.year, first_month, 1)
    return Period(start, add_months(start, months), _label(start, kind))


def next_period(period: Period, kind: PeriodKind) -> Period:
    """The period that begins where this one ends."""
    return period_containing(period.end, kind)


def period_named(label: str, kind: PeriodKind) -> Period:
    """The period of that kind by its name: 2023, 2023-H1, 2023-Q4, 2023-12; ValueError for any other text,
    and for a year outside 1900 to 2199."""
    found = _LABEL.match(label)
    if found is None or not 1900 <= int(found["year"]) < 2200:
        raise ValueError(f"not the name of a {kind}")
    part = found["part"] or ""
    month = {"H": 6, "Q": 3}.get(part[:1], 0)
    first = (int(part[1:]) - 1) * month + 1 if month else int(part or 1)
    named = period_containing(date(int(found["year"]), first, 1), kind)
    if named.label != label:
        raise ValueError(f"not the name of a {kind}")
    return named


def _label(start: date, kind: PeriodKind) -> str:
    match kind:
        case "year":
            return f"{start.year:04d}"
        case "half-year":
            return f"{start.year:04d}-H{(start.month + 5) // 6}"
        case "quarter":
            return f"{start.year:04d}-Q{(start.month + 2) // 3}"
        case "month":
            return f"{start.year:04d}-{start.month:02d}"
