"""The shapes of positions, ages, portfolios and consolidated statements: what parties read of where they stand."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from service.api.statement_documents import (
    Amount,
    BesideLine,
    Capital,
    DueFrom,
    FinalSettlement,
    MetricSection,
    Sha256,
    Shape,
    StatementContract,
    StatementInvestor,
    StatementPeriod,
    Totals,
)
from service.core.life.ageing import Bucket
from service.core.life.by_year import DrawnFrom, Holds
from service.core.life.statements import State

Effect = Annotated[str, Field(description="the share of full effect at which coming periods are expected")]
AsOf = Annotated[date, Field(description="transactions dated up to this day count; the terms and plan in force on it")]


class Room(Shape):
    """A limit in money, and how much of it is used."""

    limit: Amount
    used: Amount
    left: Amount


class GuaranteeRoom(Room):
    """What the guarantor covers at most, and what it was stated to pay."""

    party: str


class OwedOut(Shape):
    """What is owed: stated = paid + outstanding + carried, always."""

    stated: Amount
    paid: Amount
    outstanding: Amount = Field(description="negative: paid too much, or to be paid back")
    carried: Amount = Field(
        description="a negative balance that goes on to the next statement, or what was set off against another payer"
    )


class BetweenTwo(OwedOut):
    """What is owed between the party and one other."""

    party: str
    name: str


class PendingOut(Shape):
    """What pending outcomes would pay, before limits."""

    outcomes: int
    would_pay: Amount = Field(description="of those of which it is known")
    not_known: int = Field(description="outcomes of which it is not known what they would pay")


class PartyStand(OwedOut):
    """Where one party of a contract stands."""

    party: str
    name: str
    planned: Amount | None = Field(description="by the plan in force, as it says it; null where it is not known")
    expected: Amount | None = Field(description="stated, and what the plan expects of periods not stated yet")
    between: list[BetweenTwo]
    pending: PendingOut | None = Field(None, description="where it was asked for")


class InvestorStand(PartyStand):
    """Where one investor of a contract stands."""

    committed: Amount | None
    agreed: Amount = Field(description="drawdowns by the terms up to the day")
    drawn: Amount = Field(description="drawdowns as recorded")
    return_cap: Room | None


class ContractHeading(Shape):
    """The contract, and what it has left."""

    contract: str
    title: str
    currency: str
    as_of: AsOf
    cap: Room | None = Field(description="the contract's limit, where it is an amount; used by the last statement")
    guarantee: GuaranteeRoom | None


class ContractPosition(ContractHeading):
    """Where everybody in a contract stands."""

    sequence: int = Field(description="the log's sequence number up to which entries count")
    effect: Effect
    investors: list[InvestorStand]
    payers: list[PartyStand]


class InvestorInContract(ContractHeading, InvestorStand):
    """Where an investor stands in one of its contracts."""


class PayerInContract(ContractHeading, PartyStand):
    """Where a payer stands in one of its contracts."""


class PayerTotal(OwedOut):
    """The sum of the contracts of one currency; what is not known of a contract is left out and counted."""

    currency: str
    contracts: int
    planned: Amount
    planned_not_known: int
    expected: Amount
    expected_not_known: int


class InvestorTotal(PayerTotal):
    """The sum of the contracts of one currency, capital included."""

    committed: Amount
    agreed: Amount
    drawn: Amount


class InvestorPosition(Shape):
    """Where an investor stands in each of its contracts, and in all by currency."""

    party: str
    effect: Effect
    contracts: list[InvestorInContract]
    totals: list[InvestorTotal]


class PayerPosition(Shape):
    """Where a payer or guarantor stands in each of its contracts, and in all by currency."""

    party: str
    effect: Effect
    contracts: list[PayerInContract]
    totals: list[PayerTotal]


class AgedOut(Shape):
    """What one payer has to pay on one statement."""

    statement: str
    contract: str
    period: str
    investor: str
    payer: str
    payer_name: str
    currency: str
    state: State
    issued_on: date
    due_on: date
    days_overdue: int
    payable: Amount
    paid: Amount
    outstanding: Amount
    age: Bucket | None = Field(description="null where nothing is outstanding")


class AgeSum(Shape):
    """What is outstanding of an age."""

    age: Bucket
    outstanding: Amount


class AgeTotal(Shape):
    """What is outstanding of a currency, and by age."""

    currency: str
    outstanding: Amount
    ages: list[AgeSum]


class Ageing(Shape):
    """What is due, overdue and paid: a row a statement and payer."""

    party: str
    statements: list[AgedOut]
    totals: list[AgeTotal]


class YearAmounts(Shape):
    """A year, or several together."""

    drawn: Amount
    stated: Amount | None = Field(description="repaid: what statements of the year's periods state, or are expected to")
    paid: Amount = Field(description="by value date")
    not_known: int = Field(description="years of contracts of which nobody knows what will be stated")


class ContractYear(YearAmounts):
    """A year of a contract."""

    year: int
    holds: Holds = Field(description="accounts once every period of the year is issued")


class YearSum(YearAmounts):
    """A year of all contracts of a currency."""

    year: int


class PortfolioRow(Shape):
    """A contract by year."""

    contract: str
    title: str
    currency: str
    as_of: AsOf
    drawn_from: DrawnFrom = Field(description="recorded drawdowns, or as long as there are none those of the terms")
    years: list[ContractYear]
    total: YearAmounts


class PortfolioTotal(Shape):
    """All contracts of a currency by year."""

    currency: str
    years: list[YearSum]
    total: YearAmounts


class PortfolioByYear(Shape):
    """An investor's contracts by calendar year; currencies are never added up."""

    party: str
    effect: Effect
    years: list[int]
    contracts: list[PortfolioRow]
    totals: list[PortfolioTotal]


class ConsolidatedSection(Shape):
    """One issued statement; every part of it as it was issued."""

    statement: str
    number: str
    sha256: Sha256
    contract: StatementContract
    period: StatementPeriod
    currency: str
    terms_in_force: int
    illustrative: list[str]
    totals: Totals
    metrics: list[MetricSection]
    due_from: list[DueFrom]
    payable_from: list[DueFrom] | None = None
    carried_from: list[DueFrom] | None = None
    beside: list[BesideLine] | None = None
    capital: Capital | None = None
    final_settlement: FinalSettlement | None = None


class ConsolidatedTotals(Totals):
    """The totals of all contracts of one currency."""

    currency: str
    contracts: int


class Consolidated(Shape):
    """An investor's statements of a period over all its contracts."""

    document: Literal["consolidated statement"]
    investor: StatementInvestor
    period: str
    sections: list[ConsolidatedSection]
    totals: list[ConsolidatedTotals]
