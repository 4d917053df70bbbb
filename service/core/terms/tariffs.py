"""What an achievement pays: the tariff kinds, vocabulary only; service.core.price interprets them."""

import itertools
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from service.core.faults import Refused
from service.core.terms.words import (
    Amount,
    Day,
    Factor,
    Flag,
    Frozen,
    Key,
    Number,
    Share,
    SignedAmount,
    StepId,
    Title,
    Word,
)


def _price_shape(value: Any) -> str:
    return "by-step" if isinstance(value, dict) else "one"


Prices = Annotated[
    Annotated[SignedAmount, Tag("one")] | Annotated[dict[StepId, SignedAmount], Tag("by-step")],
    Discriminator(_price_shape),
]


class FlatTariff(Frozen):
    """A price an achievement (A1): one for all steps, or one a step; a negative price is owed by the investors."""

    kind: Literal["flat"]
    price: Prices

    def price_of(self, step: str) -> Decimal:
        """The price of a step in major units."""
        return self.price[step] if isinstance(self.price, dict) else self.price


class PerUnitTariff(Frozen):
    """A price times the quantity of the finding (A6)."""

    kind: Literal["per_unit"]
    price: SignedAmount
    unit: Title = Field(description="what one unit is, in words")


class GradedTariff(Frozen):
    """A price by the value reached: the kind of job, or the member of a composite rule."""

    kind: Literal["graded"]
    prices: Annotated[dict[StepId, Amount], Field(min_length=1)]


class Band(Frozen):
    """A price up to a number, inclusive; the last band is open."""

    up_to: Factor | None = None
    price: Amount


class BandsTariff(Frozen):
    """A price by bands (A5, A8): over the achievements of the metric so far, those of the period, or the quantity.

    `marginal` prices every achievement or unit by the band it falls in, `whole` all of them by the band the last one
    reaches. `lump` pays the band's price once, whatever the quantity in it.
    """

    kind: Literal["bands"]
    over: Literal["contract", "period", "quantity"]
    how: Literal["marginal", "whole"]
    lump: Flag = False
    bands: Annotated[tuple[Band, ...], Field(min_length=2, max_length=100)]

    @model_validator(mode="after")
    def _check_bands(self) -> "BandsTariff":
        ends = [band.up_to for band in self.bands[:-1]]
        known = [end for end in ends if end is not None]
        if len(known) != len(ends) or self.bands[-1].up_to is not None:
            raise Refused(
                "hole", "every band but the last needs up_to, and the last has none, so that no number is left out"
            )
        if any(later <= earlier for earlier, later in itertools.pairwise(known)):
            raise Refused("wrong-order", "up_to must rise from band to band")
        if self.lump and (self.over, self.how) != ("quantity", "whole"):
            raise Refused("not-allowed", 'lump stands beside over = "quantity" and how = "whole" only')
        return self


class Point(Frozen):
    """What a quantity pays."""

    quantity: Number
    price: Amount


class SlidingTariff(Frozen):
    """A price on a line between points (A7, A9): nothing below the first, no more than the last pays beyond it."""

    kind: Literal["sliding"]
    points: Annotated[tuple[Point, ...], Field(min_length=2, max_length=20)]

    @model_validator(mode="after")
    def _check_points(self) -> "SlidingTariff":
        quantities = [point.quantity for point in self.points]
        if any(later <= earlier for earlier, later in itertools.pairwise(quantities)):
            raise Refused("wrong-order", "quantities must rise from point to point")
        return self


OnePayerTariff = Annotated[
    FlatTariff | PerUnitTariff | GradedTariff | BandsTariff | SlidingTariff, Field(discriminator="kind")
]


class PayerPrice(Frozen):
    """What one payer pays for an achievement, whatever the others pay."""

    party: Word
    tariff: OnePayerTariff


class ByPayerTariff(Frozen):
    """A tariff a payer (A3): each pays its own price, as a fund that tops up a local one."""

    kind: Literal["by_payer"]
    payers: Annotated[tuple[PayerPrice, ...], Field(min_length=1, max_length=30)]


Tariff = Annotated[
    FlatTariff | PerUnitTariff | GradedTariff | BandsTariff | SlidingTariff | ByPayerTariff,
    Field(discriminator="kind"),
]


class Uplift(Frozen):
    """A factor on the price for participants with one of these values of an attribute (A2)."""

    attribute: Key
    values: Annotated[tuple[Word, ...], Field(min_length=1)]
    factor: Factor


class Indexed(Frozen):
    """A factor on prices of outcomes achieved from a date on (A14); of several the latest that has begun counts."""

    start: Day = Field(alias="from")
    factor: Factor


class Deadweight(Frozen):
    """What would have happened anyway (A12): a share of every amount, or the first achievements of a cohort."""

    share: Share | None = None
    expected_rate: Share | None = Field(None, description="floor(rate x enrolled) achievements are not paid")
    cohorts: Annotated[tuple[Word, ...], Field(min_length=1)] | None = Field(
        None, description="ids declared under cohorts, each counted alone; absent: everybody"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "Deadweight":
        if (self.share is None) == (self.expected_rate is None):
            raise Refused("exactly-one", "needs exactly one of share, expected_rate")
        if self.cohorts is not None and self.expected_rate is None:
            raise Refused("not-allowed", "cohorts stand beside expected_rate only")
        return self


class Deduction(Frozen):
    """Something taken off every line of a metric (A16), by name: a share of it or an amount, never below zero."""

    name: Title
    clause: Title
    share: Share | None = None
    amount: Amount | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Deduction":
        if (self.share is None) == (self.amount is None):
            raise Refused("exactly-one", "needs exactly one of share, amount")
        return self
