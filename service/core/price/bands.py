"""Prices by bands: over a count of achievements, or over the quantity of one finding."""

from decimal import Decimal
from fractions import Fraction

from service.core.price.standing import Standing
from service.core.terms.tariffs import Band, BandsTariff
from service.core.units import to_four_decimals


def price_of_counted_band(tariff: BandsTariff, standing: Standing) -> tuple[Decimal, str]:
    """The price of one achievement by its place (marginal) or by the count so far (whole), and why, in words."""
    counted = standing.in_contract if tariff.over == "contract" else standing.in_period
    whole = tariff.how == "whole"
    reached = counted.so_far if whole else counted.place
    place = _band_of(tariff.bands, Fraction(reached))
    price, where = tariff.bands[place].price, _in_words(tariff.bands, place)
    who = f"{reached} so far, all" if whole else f"number {reached},"
    return price, f"{who} in the {tariff.over}: {where}, {price:f} each"


def price_of_quantity_bands(tariff: BandsTariff, quantity: Fraction) -> tuple[Fraction, Decimal | None, str]:
    """The amount of a quantity, exact; the price of one unit where all are paid alike; and why, in words."""
    if tariff.how == "whole":
        place = _band_of(tariff.bands, quantity)
        price = tariff.bands[place].price
        told = f"{to_four_decimals(quantity)}, all {_in_words(tariff.bands, place)}, at {price:f}"
        return Fraction(price) * quantity, price, told
    amount, told_of = Fraction(0), []
    for units, price in _units_by_band(tariff.bands, quantity):
        amount += units * Fraction(price)
        told_of.append(f"{to_four_decimals(units)} at {price:f}")
    return amount, None, " + ".join(told_of)


def lump_of_bands(tariff: BandsTariff, quantity: Fraction) -> tuple[Decimal, str]:
    """The price that the band of a quantity pays once, and why, in words."""
    place = _band_of(tariff.bands, quantity)
    price = tariff.bands[place].price
    return price, f"{to_four_decimals(quantity)} {_in_words(tariff.bands, place)}, {price:f} once"


def _band_of(bands: tuple[Band, ...], number: Fraction) -> int:
    """The band a number falls in: ends are inclusive, the first has no lower end, the last no upper one."""
    return next(place for place, band in enumerate(bands) if band.up_to is None or number <= Fraction(band.up_to))


def _units_by_band(bands: tuple[Band, ...], quantity: Fraction) -> list[tuple[Fraction, Decimal]]:
    """How much of a quantity falls in each band it reaches; below zero all of it is in the first."""
    parts, lower = [], Fraction(0)
    for band in bands:
        reaches_on = band.up_to is not None and quantity > Fraction(band.up_to)
        upper = Fraction(band.up_to) if band.up_to is not None and reaches_on else quantity
        parts.append((upper - lower, band.price))
        if not reaches_on:
            break
        lower = upper
    return parts


def _in_words(bands: tuple[Band, ...], place: int) -> str:
    end = bands[place].up_to
    return f"in the band up to {end:f}" if end is not None else f"in the band above {bands[place - 1].up_to:f}"
