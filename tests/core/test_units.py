"""Measurements are compared as exact fractions in the contract's unit."""

from fractions import Fraction

import pytest

from service.core.units import can_convert, convert, to_four_decimals, units_for


def test_ngsp_percent_becomes_mmol_per_mol_without_rounding_and_back() -> None:
    ifcc = convert("hba1c", Fraction("9.5"), "%", "mmol/mol")
    assert ifcc == (Fraction("9.5") - Fraction("2.152")) / Fraction("0.09148")
    assert to_four_decimals(ifcc) == "80.3236"
    assert convert("hba1c", ifcc, "mmol/mol", "%") == Fraction("9.5")


def test_only_known_conversions_are_made() -> None:
    assert can_convert("stress", "points", "points")
    assert convert("stress", Fraction(3), "points", "points") == 3
    assert not can_convert("stress", "%", "mmol/mol")
    with pytest.raises(KeyError):
        convert("stress", Fraction(3), "%", "mmol/mol")
    assert set(units_for("hba1c", "mmol/mol")) == {"mmol/mol", "%"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("73", "73"),
        ("8.375", "8.375"),
        ("1/3", "0.3333"),
        ("2/3", "0.6667"),
        ("-1/20000", "-0.0001"),
        ("-1/30000", "0"),
    ],
)
def test_people_see_at_most_four_decimals(value: str, text: str) -> None:
    assert to_four_decimals(Fraction(value)) == text
