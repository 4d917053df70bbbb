"""Counting days while leaving out calendar ranges that do not count, as school holidays (P8)."""

from collections.abc import Iterable
from datetime import date, timedelta

from service.core.terms.words import DayRange

_DAY = timedelta(days=1)


class CountedDays:
    """The calendar less the ranges that do not count."""

    def __init__(self, ranges: Iterable[DayRange]) -> None:
        self._ranges = _merged(ranges)

    def between(self, start: date, end: date) -> int:
        """How many days count in [start, end)."""
        left_out = sum(
            max((min(end, until) - max(start, begin)).days, 0) for begin, until in self._ranges if begin < end
        )
        return max((end - start).days, 0) - left_out

    def until(self, start: date, end: date) -> date:
        """The first date by which as many counted days have passed since `start` as [start, end) has days in all."""
        return self.after(start, (end - start).days) if self._ranges else end

    def after(self, start: date, days: int) -> date:
        """The first date by which that many counted days have passed since `start`."""
        end = start + timedelta(days)
        for begin, until in self._ranges:
            if until <= start:
                continue
            if begin >= end:
                break
            end += until - max(begin, start)
        return end


def _merged(ranges: Iterable[DayRange]) -> tuple[tuple[date, date], ...]:
    merged: list[tuple[date, date]] = []
    for begin, until in sorted((days.start, days.through + _DAY) for days in ranges):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((begin, until))
    return tuple(merged)
