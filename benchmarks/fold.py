"""The bare fold: what one participant achieved, from its ordered rows and nothing else."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson

from benchmarks.payload import (
    BASELINE_AFTER_DAYS,
    BASELINE_BEFORE_DAYS,
    CHECKPOINT_MONTHS,
    PERIOD_END,
    QUALIFYING,
    STEPS_MONTHS,
    THRESHOLD_PER_MILLE,
    TOLERANCE_DAYS,
)

_STEPS = {months: f"job: {months} months" for months in STEPS_MONTHS}
_IMPROVED = f"hba1c: {CHECKPOINT_MONTHS} months"
Statuses = list[tuple[date, bool]]
Readings = list[tuple[date, Decimal]]


def achievements_of(rows: Iterable[Any]) -> Iterator[str]:
    """The steps that a participant reached before the period's end; rows are (participant, date, kind, payload)."""
    enrolled: date | None = None
    statuses: dict[date, bool] = {}
    readings: dict[date, Decimal] = {}
    for _, on, kind, payload in rows:
        day = date.fromisoformat(on) if isinstance(on, str) else on
        if kind == "status":
            statuses[day] = orjson.loads(payload)["value"] in QUALIFYING
        elif kind == "measurement":
            readings[day] = Decimal(orjson.loads(payload)["value"])
        elif enrolled is None:
            enrolled = day
    if enrolled is not None:
        yield from _kept_a_job(list(statuses.items()))
        yield from _improved(list(readings.items()), enrolled)


def _kept_a_job(statuses: Statuses) -> Iterator[str]:
    runs: list[list[Any]] = []
    for on, qualifies in statuses:
        if runs and runs[-1][2] != qualifies:
            runs[-1][1] = on
        if not runs or runs[-1][2] != qualifies:
            runs.append([on, None, qualifies])
    for months in STEPS_MONTHS:
        for start, end, qualifies in runs:
            complete = _months_after(start, months)
            if qualifies and (complete <= end if end is not None else complete <= statuses[-1][0]):
                if complete < PERIOD_END:
                    yield _STEPS[months]
                break


def _improved(readings: Readings, enrolled: date) -> Iterator[str]:
    first, last = enrolled - timedelta(days=BASELINE_BEFORE_DAYS), enrolled + timedelta(days=BASELINE_AFTER_DAYS)
    baseline = next((reading for reading in reversed(readings) if first <= reading[0] <= last), None)
    if baseline is None:
        return
    checkpoint = _months_after(enrolled, CHECKPOINT_MONTHS)
    near = [
        (abs((on - checkpoint).days), -on.toordinal(), value)
        for on, value in readings
        if abs((on - checkpoint).days) <= TOLERANCE_DAYS and on > baseline[0]
    ]
    if near:
        _, day, value = min(near)
        if (baseline[1] - value) * 1000 >= THRESHOLD_PER_MILLE * baseline[1] and date.fromordinal(-day) < PERIOD_END:
            yield _IMPROVED


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
