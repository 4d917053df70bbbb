"""One version of the terms of a contract: the document the parties signed, as data."""

from decimal import Decimal
from functools import lru_cache
from math import lcm
from typing import Annotated, Literal

from pydantic import Field

from service.core.money import Rounding
from service.core.period import PeriodKind
from service.core.terms.rules import Rule
from service.core.terms.tariffs import ContractLimits, MetricLimits, Tariff
from service.core.terms.words import Amount, Day, Factor, Flag, Frozen, Key, Title, Word

Role = Literal["investor", "outcome_payer", "service_provider", "guarantor", "verifier"]
PriceBasis = Literal["achieved_on", "enrolled_on"]


class Party(Frozen):
    """An organisation and what it is in this contract."""

    name: Title
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


class PayerShare(Frozen):
    """The weight with which an outcome payer carries an outcome."""

    party: Word
    weight: Factor


class InvestorShare(Frozen):
    """The weight with which an investor is due an outcome, and the capital it has committed."""

    party: Word
    weight: Factor
    committed: Amount | None = None


PayerShares = Annotated[tuple[PayerShare, ...], Field(min_length=1)]
InvestorShares = Annotated[tuple[InvestorShare, ...], Field(min_length=1)]


@lru_cache(maxsize=1024)
def whole_weights(shares: tuple[PayerShare, ...] | tuple[InvestorShare, ...]) -> tuple[int, ...]:
    """The weights in the same proportion as whole numbers, in the order of the list."""
    ratios = [Decimal(share.weight).as_integer_ratio() for share in shares]
    scale = lcm(*(denominator for _, denominator in ratios))
    return tuple(numerator * scale // denominator for numerator, denominator in ratios)


class Shares(Frozen):
    """Who owes and who is due. Lists, because their order decides who gets an odd minor unit."""

    payers: PayerShares
    investors: InvestorShares


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
    payers: PayerShares | None = Field(None, description="who owes this metric, where not the contract's payers")
    price_basis: PriceBasis | None = None
    each: Flag = Field(False, description="judge every enrolment, not the first alone")
    after_withdrawal: Flag = False
    counts_earlier: Literal["on_effective_from"] | None = None


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
    small_groups: Literal["merge"] = "merge"
    outcomes_until: Day
    evidence_until: Day
    edition: Literal["2026-12"]
    source: Title | None = None
    illustrative: tuple[Title, ...] = Field(description="which parts no document tells; empty when all are agreed")
    attributes: dict[Key, Annotated[tuple[Word, ...], Field(min_length=1)]] = Field(default_factory=dict)
    parties: Annotated[dict[Word, Party], Field(min_length=1)]
    shares: Shares
    limits: ContractLimits = ContractLimits()
    metrics: Annotated[tuple[Metric, ...], Field(min_length=1, max_length=200)]

    def metric(self, metric_id: str) -> Metric | None:
        """The metric by its id."""
        return next((metric for metric in self.metrics if metric.id == metric_id), None)

    def payers_of(self, metric: Metric) -> tuple[PayerShare, ...]:
        """Who owes the metric, in the contract's order."""
        return metric.payers or self.shares.payers

    def basis_of(self, metric: Metric) -> PriceBasis:
        """Which date decides the version that governs the metric."""
        return metric.price_basis or self.price_basis
