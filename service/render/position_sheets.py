"""Positions, ages, portfolios by year and consolidated statements as workbooks: a row a contract, party or year."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.core.canonical import Document
from service.render.documents import facts_sheet, parts_of, table_sheet
from service.render.sheets import Cell, Column, Row, Sheet, Workbook

_OWED = ("stated", "paid", "outstanding", "carried")
_PARTY = ("party", "name", "committed", "agreed", "drawn", *_OWED, "planned", "expected")
_BETWEEN = ("contract", "of", "party", "name", "currency", *_OWED)
_LISTS = ("investors", "payers", "contracts", "statements", "sections", "totals")
_AMOUNTS = ("drawn", "stated", "paid")


def position_workbook(document: Document) -> Workbook:
    """The position of a contract, or of a party over its contracts."""
    title = f"Position of {document.get('contract') or document['party']}"
    rows = [row for name in ("investors", "payers", "contracts") for row in document.get(name, ())]
    sheets = [facts_sheet("Position", _singles(document))]
    for name in ("investors", "payers", "contracts", "totals"):
        if name in document:
            keys = ("contract", "title", "currency", *_PARTY) if name == "contracts" else _PARTY
            wanted = () if name == "totals" else keys
            sheets.append(table_sheet(name.capitalize(), map(_without_lists, document[name]), wanted, "position"))
    sheets.append(table_sheet("Between", _between(document, rows), _BETWEEN, "position"))
    return Workbook(title, tuple(sheets))


def _singles(document: Document) -> dict[str, Any]:
    return parts_of({name: value for name, value in document.items() if name not in _LISTS}).singles


def _without_lists(row: Mapping[str, Any]) -> Document:
    return {name: value for name, value in row.items() if not isinstance(value, list)}


def _between(document: Document, rows: Iterable[Document]) -> Iterator[Document]:
    for row in rows:
        named = {"contract": row.get("contract", document.get("contract")), "of": row["party"]}
        currency = {"currency": row.get("currency", document.get("currency"))}
        yield from (named | currency | one for one in row["between"])


def ageing_workbook(document: Document) -> Workbook:
    """What is due, overdue and paid, a row a statement and payer, and the sums by age."""
    ages = [{"currency": total["currency"], **one} for total in document["totals"] for one in total["ages"]]
    return Workbook(
        f"What is due, {document['party']}",
        (
            table_sheet("Statements", document["statements"], ("statement", "payer", "outstanding", "age"), "position"),
            table_sheet("Ages", ages, ("currency", "age", "outstanding"), "position"),
        ),
    )


def portfolio_workbook(document: Document) -> Workbook:
    """The table by year, four rows a contract and a currency; then the contracts and where drawdowns are from."""
    years = document["years"]
    columns = (
        *map(Column, ("Contract", "Title", "Currency", "What")),
        *(Column(str(year), "amount") for year in years),
        Column("Total", "amount"),
    )
    rows = [row for one in document["contracts"] for row in _contract_rows(one)]
    rows += [row for total in document["totals"] for row in _total_rows(total)]
    contracts = ({name: value for name, value in one.items() if name != "years"} for one in document["contracts"])
    title = f"Portfolio of {document['party']} at {document['effect']} of full effect"
    return Workbook(title, (Sheet("By year", columns, tuple(rows)), table_sheet("Contracts", contracts, ("contract",))))


def _total_rows(total: Document) -> Iterator[Row]:
    """How many contracts are not in the sum of a year stands below it."""
    named = ("", "All contracts")
    yield from _year_rows(named, total)
    left_out = (Cell("count", one["not_known"]) for one in (*total["years"], total["total"]))
    yield (*named, total["currency"], "not known", *left_out)


def _contract_rows(one: Document) -> Iterator[Row]:
    named = (one["contract"], one["title"])
    yield from _year_rows(named, one)
    holds = (Cell("text", year["holds"]) for year in one["years"])
    yield (*named, one["currency"], "holds", *holds, None)


def _year_rows(named: tuple[str, str], one: Document) -> Iterator[Row]:
    for what in _AMOUNTS:
        yield (*named, one["currency"], what, *(year[what] for year in one["years"]), one["total"][what])


def consolidated_workbook(document: Document) -> Workbook:
    """A row a statement with its totals and digest, a row a metric of each, and the totals by currency."""
    sections = [_section(one) for one in document["sections"]]
    metrics = [
        {
            "statement": one["number"],
            "metric": metric["id"],
            "metric_title": metric["title"],
            "clause": metric["clause"],
        }
        | {"total": metric["total"], "currency": one["currency"]}
        for one in document["sections"]
        for metric in one["metrics"]
    ]
    return Workbook(
        f"Consolidated statement, {document['investor']['name']}, {document['period']}",
        (
            facts_sheet("Consolidated statement", _singles(document)),
            table_sheet("Statements", sections, ("statement", "contract", "currency")),
            table_sheet("Metrics", metrics, ("statement", "metric", "metric_title", "clause", "total")),
            table_sheet("Totals", document["totals"]),
        ),
    )


def _section(one: Document) -> Document:
    named = {"statement": one["number"], "contract": one["contract"]["title"], "period": one["period"]["label"]}
    return named | {"currency": one["currency"], **one["totals"], "sha256": one["sha256"]}
