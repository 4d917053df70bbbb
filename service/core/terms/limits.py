"""The most that is paid, by participant, metric, period, payer and contract; vocabulary only."""

from typing import Literal

from pydantic import model_validator

from service.core.faults import Refused
from service.core.terms.words import Amount, Count, Factor, Frozen, Word


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


class PeriodLimit(Limit):
    """The most a period: of the period in which outcomes were achieved, or of the one in which they are stated."""

    counts_in: Literal["achieved", "stated"] = "achieved"


class PayerLimit(Frozen):
    """The most one payer owes; `then` takes over what is above it, else that stays unpaid."""

    party: Word
    amount: Amount
    then: Word | None = None


class ContractLimits(Frozen):
    """Limits over all metrics: per participant, per period, per payer, and of the contract."""

    participant: Limit | None = None
    period: PeriodLimit | None = None
    payers: tuple[PayerLimit, ...] = ()
    contract: Limit | None = None
