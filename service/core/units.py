"""Units of measurement: which conversions are known, always as exact fractions and never rounded."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

Conversion = Callable[[Fraction], Fraction]

# HbA1c: NGSP % = 0.09148 x IFCC (mmol/mol) + 2.152, the international master equation.
_SLOPE, _INTERCEPT = Fraction("0.09148"), Fraction("2.152")
_CONVERSIONS: dict[tuple[str, str, str], Conversion] = {
    ("hba1c", "%", "mmol/mol"): lambda ngsp: (ngsp - _INTERCEPT) / _SLOPE,
    ("hba1c", "mmol/mol", "%"): lambda ifcc: ifcc * _SLOPE + _INTERCEPT,
}


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


@lru_cache(maxsize=4096)
def to_four_decimals(value: Fraction) -> str:
    """A quantity for people: at most four decimals, half away from zero, no trailing zeros ("8.375", "73")."""
    if value.denominator == 1:
        return str(value.numerator)
    scaled = abs(value) * 10_000
    size = int(scaled) + (1 if scaled - int(scaled) >= Fraction(1, 2) else 0)
    whole, decimals = divmod(size, 10_000)
    text = f"{whole}.{decimals:04d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and size else text
