"""Capital, guarantee and plans: what stands beside the rate card; vocabulary only."""

from typing import Annotated

from pydantic import Field

from service.core.terms.words import Amount, CountOrNone, Day, Effect, Frozen, Title, Word


class Guarantee(Frozen):
    """Who covers the investors' shortfall at final settlement, and up to what amount."""

    party: Word
    amount: Amount


class Drawdown(Frozen):
    """Capital that an investor pays out to the programme on a date."""

    party: Word
    on: Day
    amount: Amount


class Expected(Frozen):
    """What a metric is expected to achieve in a period."""

    metric: Word
    period: Annotated[str, Field(max_length=10)]
    outcomes: CountOrNone
    amount: Amount | None = None


class Plan(Frozen):
    """Expected outcomes, in force from a date until the next plan begins; plans are never added up."""

    start: Day = Field(alias="from")
    reason: Title
    effect: Effect | None = Field(
        None, description="share of full effect that its figures count on; absent: full effect"
    )
    expected: Annotated[tuple[Expected, ...], Field(min_length=1, max_length=2_000)]
