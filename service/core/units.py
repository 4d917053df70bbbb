"""Units of measurement: which conversions are known, always as exact fractions and never rounded."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

Conversion = Callable[[Fraction], Fraction]

# HbA1c: NGSP % = 0.09148 x IFCC (mmol/mol) + 2.152, the international master equation.
_SLOPE, _INTERCEPT = Fraction("0.09148"), Fraction("2.152")
_CONVERSIONS: dict[tuple[str, str, str], Conversion] = {
    ("hba1c", "%", "mmol/mol"): lambda ngsp: (ngsp - _INTERCEPT) / _SLOPE,
    ("hba1c", "mmol/mol", "%"): lambda ifcc: ifcc * _SLOPE + _INTERCEPT,
}


@lru_cache(maxsize=4096)
def exact(value: Decimal) -> Fraction:
    """A decimal as the fraction it is; many facts share few values."""
    return Fraction(value)


def can_convert(measure: str, unit: str, into: str) -> bool:
    """Whether a value of the measure in `unit` can be compared in `into`."""
    return unit == into or (measure, unit, into) in _CONVERSIONS


def known_units(measure: str) -> tuple[str, ...]:
    """The units a measure with known conversions can be compared in; none for a measure without."""
    return tuple(sorted({target for name, _, target in _CONVERSIONS if name == measure}))


def units_for(measure: str, into: str) -> tuple[str, ...]:
    """The units in which the measure may be reported when the contract compares it in `into`."""
    others = sorted(unit for known, unit, target in _CONVERSIONS if known == measure and target == into)
    return (into, *others)


def convert(measure: str, value: Fraction, unit: str, into: str) -> Fraction:
    """The value in the unit `into`, exact; KeyError where no conversion is known."""
    if unit == into:
        return value
    return _CONVERSIONS[measure, unit, into](value)


def to_four_decimals(value: Fraction, times: int = 1) -> str:
    """A quantity for people, or a whole multiple of it: at most four decimals, half away from zero, no trailing zeros
    ("8.375", "73")."""
    numerator, denominator = value.numerator * times, value.denominator
    # In whole numbers, because this runs for every finding and exact fractions are slow.
    size = (abs(numerator) * 20_000 + denominator) // (2 * denominator)
    whole, decimals = divmod(size, 10_000)
    text = f"{whole}.{decimals:04d}".rstrip("0").rstrip(".") if decimals else str(whole)
    return f"-{text}" if numerator < 0 and size else text
