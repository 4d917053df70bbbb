"""Reads the file of a fund: the table that was printed of it, as data."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from service.core.errors import Fault, InvalidInput
from service.core.faults import faults_of
from service.core.money import EXPONENT_BY_CURRENCY
from service.core.portfolio import Fund
from service.storage.contract_files import TOML, read_file


def read_fund(file: Path) -> Fund:
    """The fund in a TOML file; InvalidInput with every fault at once, each with a pointer."""
    document = read_file(file.read_bytes(), TOML)
    try:
        fund = Fund.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(f"{file.name} is not the file of a fund.", faults_of(error, document)) from None
    faults = tuple(_faults_in(fund))
    if faults:
        raise InvalidInput(f"{file.name} does not fit together.", faults)
    return fund


def _faults_in(fund: Fund) -> Iterator[Fault]:
    if fund.currency not in EXPONENT_BY_CURRENCY:
        yield Fault("/currency", "unknown-currency", "must be an active ISO 4217 code, as DKK")
        return
    if len({column.label for column in fund.columns}) != len(fund.columns):
        yield Fault("/columns", "repeated", "two columns have the same label; give each its own")
    year = 0
    for place, column in enumerate(fund.columns):
        if not year < column.first_year <= column.last_year:
            yield Fault(f"/columns/{place}", "wrong-order", "years must rise from column to column, each in one only")
        year = max(year, column.last_year)
    for pointer, amounts in fund.lists():
        if len(amounts) != len(fund.columns):
            yield Fault(pointer, "wrong-length", f"must have {len(fund.columns)} amounts, one a column")
        if not all(_is_payable(fund, amount) for amount in amounts):
            yield Fault(pointer, "too-precise", "an amount has more decimals than the currency")
    if not _is_payable(fund, fund.capital):
        yield Fault("/capital", "too-precise", "has more decimals than the currency")
    named = [programme.contract for programme in fund.programmes if programme.contract is not None]
    if len(set(named)) != len(named):
        yield Fault("/programmes", "repeated", "two programmes name the same contract; its money would count twice")


def _is_payable(fund: Fund, amount: Decimal) -> bool:
    try:
        fund.minor(amount)
    except ValueError:
        return False
    return True
