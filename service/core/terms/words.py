"""The small values terms are made of: names, amounts, durations, anchors; refused with a remedy when malformed."""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Strict, Tag, model_validator

from service.core.faults import Refused
from service.core.money import JsonNumber
from service.core.period import add_months, add_weeks

_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def _exact_amount(value: Any) -> Any:
    if isinstance(value, JsonNumber | float):
        raise Refused("float-money", 'is a JSON number with decimals; write the amount in quotes, as "40000.00"')
    is_text = isinstance(value, str) and _PLAIN_NUMBER.match(value) is not None
    if isinstance(value, bool) or not (is_text or isinstance(value, int | Decimal)):
        raise Refused("wrong-type", 'must be an amount: 40_000.00 in TOML, "40000.00" in JSON')
    amount = Decimal(value)
    if not amount.is_finite():
        raise Refused("not-finite", "must be a finite number")
    return amount


def _exact_factor(value: Any) -> Any:
    return _exact_amount(Decimal(value) if isinstance(value, JsonNumber) else value)


def _plain_date(value: Any) -> Any:
    if isinstance(value, str) and _DATE.match(value):
        return value
    if type(value) is not date:
        raise Refused("wrong-form", "must be a date, YYYY-MM-DD, without a time")
    return value


Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
StepId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$", max_length=60)]
Title = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]
Amount = Annotated[Decimal, BeforeValidator(_exact_amount), Field(ge=0, max_digits=18, decimal_places=6)]
Factor = Annotated[Decimal, BeforeValidator(_exact_factor), Field(gt=0, max_digits=18, decimal_places=9)]
SignedAmount = Annotated[Decimal, BeforeValidator(_exact_amount), Field(max_digits=18, decimal_places=6)]
Number = Annotated[Decimal, BeforeValidator(_exact_factor), Field(max_digits=18, decimal_places=9)]
Share = Annotated[Decimal, BeforeValidator(_exact_factor), Field(ge=0, le=1, max_digits=18, decimal_places=12)]
Effect = Annotated[Decimal, BeforeValidator(_exact_factor), Field(gt=0, le=1, max_digits=18, decimal_places=12)]
OutOf = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,6}/[1-9][0-9]{0,6}$", description='as "50/162"')]
Day = Annotated[date, BeforeValidator(_plain_date), Field(ge=date(1900, 1, 1), lt=date(2200, 1, 1))]
Count = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
CountOrNone = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]
Months = Annotated[int, Strict(), Field(ge=1, le=600)]
Weeks = Annotated[int, Strict(), Field(ge=1, le=2_600)]
Days = Annotated[int, Strict(), Field(ge=1, le=20_000)]
DaysOrNone = Annotated[int, Strict(), Field(ge=0, le=20_000)]
Flag = Annotated[bool, Strict()]


class Frozen(BaseModel):
    """A part of the terms: immutable, and no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)


class Duration(Frozen):
    """A length of time: months (the day number is kept), weeks of seven days, or days; exactly one of them."""

    months: Months | None = None
    weeks: Weeks | None = None
    days: Days | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Duration":
        if sum(part is not None for part in (self.months, self.weeks, self.days)) != 1:
            raise Refused("exactly-one", "needs exactly one of months, weeks, days")
        return self

    def after(self, day: date, times: int = 1) -> date:
        """The date this long after `day`, `times` over, counted from `day` so that clamping never adds up."""
        if self.months is not None:
            return add_months(day, self.months * times)
        if self.weeks is not None:
            return add_weeks(day, self.weeks * times)
        return day + timedelta(days=(self.days or 0) * times)

    @cached_property
    def label(self) -> str:
        """In words: "3 months"."""
        for unit, length in (("month", self.months), ("week", self.weeks), ("day", self.days)):
            if length is not None:
                return f"{length} {unit}" + ("" if length == 1 else "s")
        raise AssertionError("a duration has a length")


class Step(Duration):
    """One step of a metric: its duration, and its id where that is not the duration in words."""

    id: StepId | None = None
    within: Duration | None = None

    @cached_property
    def name(self) -> str:
        """How findings and tariffs name the step."""
        return self.id or self.label


class MilestoneAnchor(Frozen):
    """A window begins at a milestone of the participant."""

    milestone: Key


def _anchor_kind(value: Any) -> str:
    if isinstance(value, dict | MilestoneAnchor):
        return "milestone"
    is_date = isinstance(value, date) or (isinstance(value, str) and bool(_DATE.match(value)))
    return "date" if is_date else "name"


Anchor = Annotated[
    Annotated[Literal["enrolled", "completed", "withdrew"], Tag("name")]
    | Annotated[MilestoneAnchor, Tag("milestone")]
    | Annotated[Day, Tag("date")],
    Discriminator(_anchor_kind),
]


class Window(Duration):
    """A half-open stretch of time from an anchor."""

    anchor: Anchor


class DayRange(Frozen):
    """Calendar dates, both ends included."""

    start: Day = Field(alias="from")
    through: Day

    @model_validator(mode="after")
    def _in_order(self) -> "DayRange":
        if self.through < self.start:
            raise Refused("wrong-order", "through must not lie before from")
        return self
