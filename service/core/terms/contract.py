"""One version of the terms of a contract: the document the parties signed, as data."""

from typing import Annotated, Literal

from pydantic import Field

from service.core.money import Rounding
from service.core.period import PeriodKind
from service.core.terms.bookkeeping import Booking
from service.core.terms.limits import ContractLimits, MetricLimits
from service.core.terms.parties import Party, PayerShare, PayerShares, Shares
from service.core.terms.rules import Rule
from service.core.terms.settling import Drawdown, Guarantee, Plan
from service.core.terms.tariffs import ByPayerTariff, Deadweight, Deduction, Indexed, Tariff, Uplift
from service.core.terms.words import Count, Day, Duration, Flag, Frozen, Key, Months, StepId, Title, Word

PriceBasis = Literal["achieved_on", "enrolled_on"]


class Requirement(Frozen):
    """Another metric of the same participant that must be achieved first (P18), so long before at least.

    `stated` asks for more: the outcome must stand on an issued statement.
    """

    metric: Word
    step: StepId | None = Field(None, description="absent: all its steps")
    gap: Duration | None = None
    already: Literal["achieved", "stated"] = "achieved"


class Cohort(Frozen):
    """A group that is counted together: by declared attributes, or everybody where none is given."""

    id: Word
    where: dict[Key, Annotated[tuple[Word, ...], Field(min_length=1)]] = Field(default_factory=dict)
    planned: Count | None = Field(None, description="participants counted with until the cohort is closed")
    closes_on: Day | None = Field(None, description="the last day of enrolment")


class Metric(Frozen):
    """One line of the rate card: what is measured, when it counts, what it pays."""

    id: Word
    title: Title
    clause: Title = Field(description="where the signed contract says so")
    rule: Rule
    tariff: Tariff
    accepts_evidence: Annotated[tuple[Word, ...], Field(min_length=1)] | None = None
    eligible: dict[Key, Annotated[tuple[Word, ...], Field(min_length=1)]] = Field(default_factory=dict)
    limits: MetricLimits = MetricLimits()
    uplifts: tuple[Uplift, ...] = ()
    deadweight: Deadweight | None = None
    deductions: tuple[Deduction, ...] = ()
    indexed: Flag = Field(True, description="whether the contract's indexation changes its prices")
    requires: tuple[Requirement, ...] = ()
    excludes: tuple[Word, ...] = Field((), description="metrics that, once achieved, leave this one unpaid (P17)")
    payers: PayerShares | None = Field(None, description="who owes this metric, where not the contract's payers")
    price_basis: PriceBasis | None = None
    each: Flag = Field(False, description="judge every enrolment, not the first alone")
    after_withdrawal: Flag = False
    counts_earlier: Literal["on_effective_from"] | None = None
    retention_months: Months | None = Field(
        None, description="for how long after evidence_until the facts it reads are needed; absent: no end is agreed"
    )


class Terms(Frozen):
    """The whole terms of a contract at one version; an amendment is a whole file again."""

    contract: Word
    title: Title
    version: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    effective_from: Day
    reason: Title
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: Annotated[str, Field(max_length=60)]
    periods: PeriodKind
    first_statement_period: Annotated[str, Field(max_length=10)] | None = None
    participant: Key = Field(description="the unit that can achieve outcomes: person, family, school")
    price_basis: PriceBasis = "achieved_on"
    rounding: Rounding = "half-up"
    smallest_group: Annotated[int, Field(strict=True, ge=3, le=1_000)] = 5
    small_groups: Literal["merge", "carry"] = "merge"
    approval: Literal["two-people", "one-person"] = Field(
        "two-people", description="whether whoever prepares a statement may also approve it"
    )
    payment_days: Annotated[int, Field(strict=True, ge=0, le=365)] = Field(
        30, description="days after its issue until a statement is to be paid"
    )
    floor: Literal[0] | None = Field(None, description="0: what is owed back at final settlement is not collected")
    outcomes_until: Day
    evidence_until: Day
    edition: Annotated[str, Field(max_length=20)] = Field(
        description="the edition of the calculation, as 2026-12; only an amendment moves a contract to another"
    )
    source: Title | None = None
    illustrative: tuple[Title, ...] = Field(description="which parts no document tells; empty when all are agreed")
    attributes: dict[Key, Annotated[tuple[Word, ...], Field(min_length=1)]] = Field(default_factory=dict)
    parties: Annotated[dict[Word, Party], Field(min_length=1)]
    shares: Shares
    limits: ContractLimits = ContractLimits()
    indexation: tuple[Indexed, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    guarantee: Guarantee | None = None
    drawdowns: tuple[Drawdown, ...] = ()
    plans: tuple[Plan, ...] = ()
    bookkeeping: tuple[Booking, ...] = Field((), description="where payers book what they owe; vouchers carry it")
    metrics: Annotated[tuple[Metric, ...], Field(min_length=1, max_length=200)]

    def metric(self, metric_id: str) -> Metric | None:
        """The metric by its id."""
        return next((metric for metric in self.metrics if metric.id == metric_id), None)

    def payers_of(self, metric: Metric) -> tuple[PayerShare, ...]:
        """Who owes the metric, in the contract's order."""
        return metric.payers or self.shares.payers

    def who_owes(self, metric: Metric) -> tuple[str, ...]:
        """The payers of the metric: those with a price of their own, else those with a share."""
        if isinstance(metric.tariff, ByPayerTariff):
            return tuple(price.party for price in metric.tariff.payers)
        return tuple(share.party for share in self.payers_of(metric))

    def booking_of(self, payer: str, metric_id: str | None) -> Booking | None:
        """Where a payer books a metric, or with None what is of no metric; None where nothing is agreed."""
        entries = {entry.metric: entry for entry in self.bookkeeping if entry.payer == payer}
        return entries.get(metric_id) or entries.get(None)

    def basis_of(self, metric: Metric) -> PriceBasis:
        """Which date decides the version that governs the metric."""
        return metric.price_basis or self.price_basis
