"""Money is whole minor units: one rounding, one splitting, and text that reads back."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.core.money import Rounding, from_text, round_minor, split, to_minor, to_text


@pytest.mark.parametrize(
    ("mode", "rounded"),
    [
        ("half-up", (0, 1, 2, 3, 2, -1, -3)),
        ("half-even", (0, 0, 2, 2, 2, 0, -2)),
        ("up", (1, 1, 2, 3, 2, -1, -3)),
        ("down", (0, 0, 1, 2, 2, 0, -2)),
    ],
)
def test_each_rounding_mode_acts_on_the_size_of_the_amount(mode: Rounding, rounded: tuple[int, ...]) -> None:
    amounts = ("0.4", "0.5", "1.5", "2.5", "2", "-0.5", "-2.5")
    assert tuple(round_minor(Fraction(amount), mode) for amount in amounts) == rounded


def test_a_negative_amount_rounds_and_splits_as_the_mirror_of_its_positive() -> None:
    assert round_minor(Fraction(-5, 2), "half-up") == -3
    assert split(-100, (1, 1, 1)) == (-34, -33, -33)


def test_the_odd_minor_units_go_to_the_largest_remainders_and_ties_to_the_earlier() -> None:
    assert split(10, (1, 1, 1)) == (4, 3, 3)
    assert split(10, (1, 1, 2)) == (3, 2, 5)
    assert split(1, (1, 2)) == (0, 1)
    assert split(0, (1, 2)) == (0, 0)
    assert split(7, (5,)) == (7,)


@pytest.mark.parametrize("weights", [(), (0,), (1, -1)])
def test_a_split_without_positive_weights_is_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="positive"):
        split(100, weights)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1_500_000, "DKK", "15000.00"),
        (-5, "DKK", "-0.05"),
        (0, "DKK", "0.00"),
        (15, "JPY", "15"),
        (-1, "KWD", "-0.001"),
    ],
)
def test_minor_units_are_written_with_the_decimals_of_the_currency_and_read_back(
    minor: int, currency: str, text: str
) -> None:
    assert to_text(minor, currency) == text
    assert from_text(text, currency) == minor


def test_more_decimals_than_the_currency_has_are_refused() -> None:
    assert to_minor(Decimal("1.500"), "DKK") == 150
    with pytest.raises(ValueError, match="more than 2 decimals"):
        to_minor(Decimal("1.505"), "DKK")
    with pytest.raises(ValueError, match="more than 0 decimals"):
        to_minor(Decimal("1.5"), "JPY")
