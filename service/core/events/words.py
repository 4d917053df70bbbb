"""The small values facts are made of: dates, numbers, names; refused with a remedy when malformed."""

import re
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from service.core.faults import Refused

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?\Z")
_REMEMBERED, _LONGEST_REMEMBERED = 10_000, 40  # texts of each form, and their characters
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


def _remembering(form: re.Pattern[str]) -> Callable[[Any, ValidatorFunctionWrapHandler], Any]:
    """A validator that reads a text of that form once: thousands of events share few dates and few values.

    What such a text means must depend on nothing else. Refusals are not remembered.
    """
    known: dict[str, Any] = {}

    def read(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        if type(value) is not str:
            return handler(value)
        found = known.get(value)
        if found is None:
            found = handler(value)
            if len(value) <= _LONGEST_REMEMBERED and form.match(value):
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[value] = found
        return found

    return read


def _local_date(value: Any, info: ValidationInfo) -> Any:
    """A date, or a date-time with offset moved into the contract's zone and cut to its date (terms 1)."""
    if isinstance(value, str) and not _DATE.match(value):
        value = _cut_to_date(value, info.context)
    if isinstance(value, datetime) or not isinstance(value, str | date):
        raise Refused("wrong-form", "must be a date, YYYY-MM-DD, or a date-time with an offset, in quotes")
    return value


def _cut_to_date(value: str, context: Any) -> date:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Refused("wrong-form", "must be a date, YYYY-MM-DD, or a date-time with an offset") from None
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise Refused(
            "naive-date-time", "has a time without an offset; send the date alone, or add the offset, as +01:00"
        )
    zone: tzinfo | None = (context or {}).get("zone")
    if zone is None:
        raise Refused("wrong-form", "must be a date, YYYY-MM-DD")
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        raise Refused("out-of-range", "must lie between 1900-01-01 and 2199-12-31") from None


def _in_range(value: date) -> date:
    if not EARLIEST <= value < LATEST:
        raise Refused("out-of-range", "must lie between 1900-01-01 and 2199-12-31")
    return value


def _exact_number(value: Any) -> Any:
    is_text = isinstance(value, str) and _PLAIN_NUMBER.match(value) is not None
    if isinstance(value, bool) or not (is_text or isinstance(value, int | Decimal)):
        raise Refused("wrong-type", "must be a number, or a decimal number in quotes")
    number = Decimal(value)
    if not number.is_finite():
        raise Refused("not-finite", "must be a finite number")
    return number


def plain_decimal(value: Decimal) -> str:
    """The shortest plain text of a decimal: 73.20 and 7.32E+1 are both "73.2"."""
    text = format(abs(value) if value == 0 else value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


LocalDate = Annotated[
    date,
    BeforeValidator(_local_date),
    AfterValidator(_in_range),
    WrapValidator(_remembering(_DATE)),
    Field(description="YYYY-MM-DD in the contract's zone"),
]
Identifier = Annotated[str, Field(pattern=r"^[!-~]+$", min_length=1, max_length=200)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=500)]
Number = Annotated[
    Decimal,
    BeforeValidator(_exact_number),
    PlainSerializer(plain_decimal, return_type=str),
    Field(max_digits=24, decimal_places=12),
    WrapValidator(_remembering(_PLAIN_NUMBER)),
]
