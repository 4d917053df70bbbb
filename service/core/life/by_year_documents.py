"""An investor's portfolio by year as a document: a row a contract, a column a year, sums by currency."""

from collections.abc import Iterable, Iterator, Mapping

from service.core.canonical import Document
from service.core.life.by_year import ContractYears, Year
from service.core.money import to_text


def portfolio_document(party: str, effect: str, told: Iterable[ContractYears]) -> Document:
    """The table of all contracts over the same years, without gaps; currencies are never added up."""
    contracts = list(told)
    found = {year for one in contracts for year in one.years}
    years = range(min(found), max(found) + 1) if found else range(0)
    by_currency: dict[str, list[ContractYears]] = {}
    for one in contracts:
        by_currency.setdefault(one.life.currency, []).append(one)
    return {
        "party": party,
        "effect": effect,
        "years": list(years),
        "contracts": [_contract(one, years) for one in contracts],
        "totals": [_total(currency, same, years) for currency, same in by_currency.items()],
    }


def _contract(one: ContractYears, years: Iterable[int]) -> Document:
    latest = one.life.terms.latest
    cells = {year: one.of(year) for year in years}
    return {
        "contract": latest.contract,
        "title": latest.title,
        "currency": latest.currency,
        "as_of": str(one.on),
        "drawn_from": one.drawn_from,
        "years": [
            {"year": year, "holds": cell.holds, **_amounts([cell], latest.currency)} for year, cell in cells.items()
        ],
        "total": _amounts(cells.values(), latest.currency),
    }


def _total(currency: str, same: list[ContractYears], years: Iterable[int]) -> Document:
    columns: Mapping[int, list[Year]] = {year: [one.of(year) for one in same] for year in years}
    return {
        "currency": currency,
        "years": [{"year": year, **_amounts(cells, currency)} for year, cells in columns.items()],
        "total": _amounts((cell for cells in columns.values() for cell in cells), currency),
    }


def _amounts(cells: Iterable[Year], currency: str) -> Document:
    """Sums of what is known; `not_known` counts the years of contracts of which nothing is known to be stated."""
    every = list(cells)
    stated = list(_known(every))
    not_known = len(every) - len(stated)
    alone = len(every) == 1 and not_known
    return {
        "drawn": to_text(sum(cell.drawn_minor for cell in every), currency),
        "stated": None if alone else to_text(sum(stated), currency),
        "paid": to_text(sum(cell.paid_minor for cell in every), currency),
        "not_known": not_known,
    }


def _known(cells: Iterable[Year]) -> Iterator[int]:
    yield from (cell.stated_minor for cell in cells if cell.stated_minor is not None)
