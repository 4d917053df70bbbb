"""A fund's portfolio by year: running costs, drawn and repaid, their sums, and where what was printed differs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from service.core.canonical import Document
from service.core.errors import Fault, InvalidInput
from service.core.money import from_text, to_minor
from service.core.terms import TermsTimeline
from service.core.terms.words import Frozen, Share, SignedAmount, Title, Word

Amounts = Annotated[tuple[SignedAmount, ...], Field(min_length=1)]
Year = Annotated[int, Field(strict=True, ge=1900, lt=2200)]
RowKind = Literal["cost", "drawn", "repaid"]
Origin = Literal["as printed", "terms", "statements", "expected as printed"]


class Column(Frozen):
    """A year of accounts or of budget, or several years together; both years included."""

    label: Title
    first_year: Year
    last_year: Year
    holds: Literal["accounts", "budget"]

    def of(self, by_year: Mapping[int, int]) -> int:
        """The sum of what is known of its years."""
        return sum(by_year.get(year, 0) for year in range(self.first_year, self.last_year + 1))


class Cost(Frozen):
    """A running cost of the fund, as printed."""

    title: Title
    amounts: Amounts


class Programme(Frozen):
    """What was printed of a programme; without a contract it is a donation."""

    title: Title
    contract: Word | None = None
    drawn: Amounts
    repaid: Amounts


class Printed(Frozen):
    """The last rows of a printed table: each column's total, and what is left at its end."""

    totals: Amounts
    balances: Amounts


class Fund(Frozen):
    """A fund's table as it was printed: amounts in `unit` of the currency, one a column, repayments negative."""

    fund: Word
    title: Title
    investor: Word
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    unit: Literal[1, 1_000, 1_000_000]
    capital: SignedAmount
    budget_effect: Share
    source: Title
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    costs: tuple[Cost, ...] = ()
    programmes: tuple[Programme, ...] = ()
    printed: Printed

    def minor(self, amount: Decimal) -> int:
        """A printed amount in minor units; ValueError where it has more decimals than the currency."""
        return to_minor(amount * self.unit, self.currency)

    def lists(self) -> Iterator[tuple[str, tuple[Decimal, ...]]]:
        """Every list of amounts with its place in the file as a JSON Pointer."""
        for place, cost in enumerate(self.costs):
            yield f"/costs/{place}/amounts", cost.amounts
        for place, programme in enumerate(self.programmes):
            yield f"/programmes/{place}/drawn", programme.drawn
            yield f"/programmes/{place}/repaid", programme.repaid
        yield "/printed/totals", self.printed.totals
        yield "/printed/balances", self.printed.balances


class ContractMoney(NamedTuple):
    """What one contract tells of the fund's money, in minor units by calendar year."""

    drawn_by_year: Mapping[int, int]
    stated_by_year: Mapping[int, int]


class Cell(NamedTuple):
    """An amount in minor units, where it is from, and what was printed in its place."""

    minor: int
    origin: Origin
    printed_minor: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, a cell a column."""

    kind: RowKind
    title: str
    contract: str | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The table with its sums and balances by column, in minor units."""

    fund: Fund
    rows: tuple[Row, ...]
    totals_minor: tuple[int, ...]
    balances_minor: tuple[int, ...]


class Difference(NamedTuple):
    """Something printed that does not add up: `found_minor` stands against it.

    A balance is measured against the printed balance before it less the printed total; `implied_minor` is the total
    that the two printed balances imply.
    """

    what: Literal["row", "total", "balance"]
    column: str
    title: str
    printed_minor: int
    found_minor: int
    implied_minor: int | None = None

    @property
    def off_by_minor(self) -> int:
        """What was printed less what is found."""
        return self.printed_minor - self.found_minor


def drawn_by_year(terms: TermsTimeline, investor: str) -> Mapping[int, int]:
    """What the investor draws by the latest terms, in minor units by calendar year."""
    by_year: dict[int, int] = {}
    for drawdown in terms.latest.drawdowns:
        if drawdown.party == investor:
            minor = to_minor(drawdown.amount, terms.latest.currency)
            by_year[drawdown.on.year] = by_year.get(drawdown.on.year, 0) + minor
    return by_year


def stated_by_year(statements: Iterable[Document]) -> Mapping[int, int]:
    """What statements state, in minor units by the year in which their period begins."""
    by_year: dict[int, int] = {}
    for statement in statements:
        year = int(statement["period"]["from"][:4])
        by_year[year] = by_year.get(year, 0) + from_text(statement["totals"]["lines"], statement["currency"])
    return by_year


def portfolio_of(fund: Fund, contracts: Mapping[str, ContractMoney]) -> Portfolio:
    """The portfolio; `contracts` holds every contract that the fund's programmes name.

    Drawdowns are those of the terms. Repayments are what statements state in years of accounts, and in years of budget
    what was printed as expected; running costs, and programmes without a contract, are as printed. InvalidInput where
    a contract moves money in a year that no column holds.
    """
    rows = (
        *(Row("cost", cost.title, None, _as_printed(fund, cost.amounts)) for cost in fund.costs),
        *(row for programme in fund.programmes for row in _rows_of(fund, programme, contracts)),
    )
    totals = tuple(sum(row.cells[place].minor for row in rows) for place in range(len(fund.columns)))
    balances = accumulate(totals, lambda left, total: left - total, initial=fund.minor(fund.capital))
    return Portfolio(fund, rows, totals, tuple(balances)[1:])


def _as_printed(fund: Fund, amounts: Sequence[Decimal]) -> tuple[Cell, ...]:
    return tuple(Cell(minor, "as printed", minor) for minor in map(fund.minor, amounts))


def _rows_of(fund: Fund, programme: Programme, contracts: Mapping[str, ContractMoney]) -> tuple[Row, Row]:
    drawn, repaid = _as_printed(fund, programme.drawn), _as_printed(fund, programme.repaid)
    if programme.contract is not None:
        told = contracts[programme.contract]
        drawn = tuple(
            Cell(column.of(told.drawn_by_year), "terms", cell.printed_minor)
            for column, cell in zip(fund.columns, drawn, strict=True)
        )
        repaid = tuple(
            _repaid(column, told, cell.printed_minor) for column, cell in zip(fund.columns, repaid, strict=True)
        )
        _refuse_uncovered(fund, programme.contract, told)
    name = programme.contract
    return Row("drawn", programme.title, name, drawn), Row("repaid", programme.title, name, repaid)


def _refuse_uncovered(fund: Fund, contract: str, told: ContractMoney) -> None:
    """Money of a year that no column holds would be missing from every sum."""
    held = {year for column in fund.columns for year in range(column.first_year, column.last_year + 1)}
    moved = {year for by_year in (told.drawn_by_year, told.stated_by_year) for year, minor in by_year.items() if minor}
    for year in sorted(moved - held):
        fault = Fault("/columns", "year-missing", f"no column holds {year}, in which {contract} moves money; add it")
        raise InvalidInput("The table leaves out years in which money moved.", [fault])


def _repaid(column: Column, told: ContractMoney, printed_minor: int) -> Cell:
    if column.holds == "budget":
        return Cell(printed_minor, "expected as printed", printed_minor)
    return Cell(-column.of(told.stated_by_year), "statements", printed_minor)


def differences_from_print(portfolio: Portfolio) -> tuple[Difference, ...]:
    """Everything printed that does not add up: rows against contracts, totals against rows, balances against totals."""
    fund = portfolio.fund
    found = [
        *_differing_rows(portfolio),
        *(
            Difference("total", column.label, "total", printed, summed)
            for column, printed, summed in zip(
                fund.columns, map(fund.minor, fund.printed.totals), portfolio.totals_minor, strict=True
            )
        ),
        *_balances(fund),
    ]
    order = {column.label: place for place, column in enumerate(fund.columns)}
    off = [difference for difference in found if difference.off_by_minor]
    return tuple(sorted(off, key=lambda difference: order[difference.column]))


def _differing_rows(portfolio: Portfolio) -> Iterator[Difference]:
    for row in portfolio.rows:
        for column, cell in zip(portfolio.fund.columns, row.cells, strict=True):
            yield Difference("row", column.label, f"{row.title}, {row.kind}", cell.printed_minor, cell.minor)


def _balances(fund: Fund) -> Iterator[Difference]:
    before = fund.minor(fund.capital)
    for column, total, balance in zip(fund.columns, fund.printed.totals, fund.printed.balances, strict=True):
        left = fund.minor(balance)
        yield Difference("balance", column.label, "balance", left, before - fund.minor(total), before - left)
        before = left
