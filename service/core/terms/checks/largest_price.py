"""The most that one outcome can be worth under a tariff, as far as the tariff alone tells."""

from decimal import Decimal
from typing import assert_never

from service.core.terms.tariffs import (
    BandsTariff,
    ByPayerTariff,
    FlatTariff,
    GradedTariff,
    PerUnitTariff,
    SlidingTariff,
    Tariff,
)


def largest_price(tariff: Tariff) -> Decimal | None:
    """Its size in major units, also where the investors owe it; None where it depends on a quantity."""
    match tariff:
        case FlatTariff():
            prices = list(tariff.price.values()) if isinstance(tariff.price, dict) else [tariff.price]
        case GradedTariff():
            prices = list(tariff.prices.values())
        case BandsTariff():
            if tariff.over == "quantity" and not tariff.lump:
                return None
            prices = [band.price for band in tariff.bands]
        case SlidingTariff():
            prices = [point.price for point in tariff.points]
        case ByPayerTariff():
            parts = [largest_price(price.tariff) for price in tariff.payers]
            known = [part for part in parts if part is not None]
            return sum(known, Decimal(0)) if len(known) == len(parts) else None
        case PerUnitTariff():
            return None
        case _:
            assert_never(tariff)
    return max(map(abs, prices))
