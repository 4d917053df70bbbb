"""What an achievement pays: the tariff kinds and the limits, vocabulary only; service.core.price interprets them."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from service.core.faults import Refused
from service.core.terms.words import Amount, Count, Factor, Frozen, Key, StepId, Title


def _price_shape(value: Any) -> str:
    return "by-step" if isinstance(value, dict) else "one"


Prices = Annotated[
    Annotated[Amount, Tag("one")] | Annotated[dict[StepId, Amount], Tag("by-step")], Discriminator(_price_shape)
]


class FlatTariff(Frozen):
    """A price an achievement (A1): one for all steps, or one a step."""

    kind: Literal["flat"]
    price: Prices

    def price_of(self, step: str) -> Decimal:
        """The price of a step in major units."""
        return self.price[step] if isinstance(self.price, dict) else self.price


class PerUnitTariff(Frozen):
    """A price times the quantity of the finding (A6)."""

    kind: Literal["per_unit"]
    price: Amount
    unit: Title = Field(description="what one unit is, in words")


class GradedTariff(Frozen):
    """A price by the value reached, as the kind of job."""

    kind: Literal["graded"]
    prices: Annotated[dict[Key, Amount], Field(min_length=1)]


Tariff = Annotated[FlatTariff | PerUnitTariff | GradedTariff, Field(discriminator="kind")]


class Limit(Frozen):
    """The most that is paid: a count of achievements, an amount, or a number of units; exactly one of them."""

    count: Count | None = None
    amount: Amount | None = None
    units: Factor | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Limit":
        if sum(part is not None for part in (self.count, self.amount, self.units)) != 1:
            raise Refused("exactly-one", "needs exactly one of count, amount, units")
        return self


class MetricLimits(Frozen):
    """Limits inside one metric: per participant, and in all."""

    participant: Limit | None = None
    metric: Limit | None = None


class ContractLimits(Frozen):
    """Limits over all metrics: per participant, and of the contract."""

    participant: Limit | None = None
    contract: Limit | None = None
