"""The words of a description: sentences by what they are about, and how amounts, times and lists are said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import assert_never

from service.core.money import EXPONENT_BY_CURRENCY
from service.core.terms.individual_rules import BaselineWindow, Threshold
from service.core.terms.words import Anchor, DayRange, Duration, MilestoneAnchor, Step


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of a contract, and what it is about, which is the same in every version that says it."""

    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Clause:
    """The sentences under one heading; `about` names the same clause in every version."""

    about: str
    heading: str
    told: tuple[Told, ...]


def money(amount: Decimal, currency: str) -> str:
    """An amount with its thousands marked and the currency's decimals at least: "40,000.00 DKK"."""
    decimals = EXPONENT_BY_CURRENCY.get(currency, 0)
    exponent = amount.as_tuple().exponent
    written = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f"{amount:,.{max(decimals, written)}f} {currency}"


def number(value: Decimal) -> str:
    """A number without superfluous zeros: "1.4"."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal) -> str:
    """A share in per cent, exact: "8.5 %"."""
    return f"{number(share * 100)} %"


def either(words: Iterable[str]) -> str:
    """A list of which one counts: "a, b or c"."""
    return _joined(tuple(words), "or")


def all_of(words: Iterable[str]) -> str:
    """A list of which all count: "a, b and c"."""
    return _joined(tuple(words), "and")


def _joined(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def plural(number_of: int, thing: str) -> str:
    """A count with its thing: "1 day", "3 days"."""
    return f"{number_of:,} {thing}{'' if number_of == 1 else 's'}"


def anchor(point: Anchor) -> str:
    """Where a window begins: "enrolment", "the milestone exam_passed", "2023-01-01"."""
    if isinstance(point, MilestoneAnchor):
        return f"the milestone {point.milestone}"
    if isinstance(point, date):
        return str(point)
    match point:
        case "enrolled":
            return "enrolment"
        case "completed":
            return "completion"
        case "withdrew":
            return "withdrawal"
        case _:
            assert_never(point)


def within(length: Duration, start: Anchor) -> str:
    """A window in words: "within 3 months from completion"."""
    return f"within {length.label} from {anchor(start)}"


def step(one: Step) -> str:
    """A step by its length, and its name where that says something else."""
    return one.label if one.id in (None, one.label) else f'{one.label} (named "{one.id}")'


def baseline(window: BaselineWindow) -> str:
    """Where a baseline is looked for."""
    start = anchor(window.anchor)
    return f"from {plural(window.before_days, 'day')} before to {plural(window.after_days, 'day')} after {start}"


def threshold(wanted: Threshold, unit: str, direction: str) -> str:
    """How much better: "by 8.5 % of the baseline or more"."""
    verb = "rises" if direction == "up" else "falls"
    if wanted.relative is not None:
        return f"{verb} by {percent(wanted.relative)} of the baseline or more"
    if wanted.absolute is not None:
        return f"{verb} by {number(wanted.absolute)} {unit} or more"
    least = "or more" if direction == "up" else "or less"
    return f"is {number(wanted.target or Decimal(0))} {unit} {least}"


def ranges(days: Iterable[DayRange]) -> str:
    """Ranges of calendar dates, both ends included."""
    return all_of(f"{entry.start} through {entry.through}" for entry in days)


def where(attributes: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """A group by its attributes: "cohort is north or south and sex is female"."""
    return all_of(f"{attribute} is {either(values)}" for attribute, values in attributes)
