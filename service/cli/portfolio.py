"""Commands on a fund's portfolio: its table by year, and where the printed one does not add up."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from service.cli.files import AsForm, ToFile, write_file
from service.cli.positions import AsOf, Effect, chosen_effect
from service.cli.running import AsJson, answer_json, on_the_ledger, out, told, wide
from service.core.canonical import Document
from service.core.money import exponent_of, readable, to_text
from service.core.portfolio import Difference, Fund, Portfolio, Row, differences_from_print
from service.render.position_sheets import portfolio_workbook
from service.workflows.portfolio import portfolio_from_files
from service.workflows.positions import BUDGETED, portfolio_by_year

app = typer.Typer(help="The portfolio of a fund.", no_args_is_help=True)
FundFile = Annotated[
    Path, typer.Argument(help="The file of a fund, beside the folders of its contracts.", exists=True, dir_okay=False)
]


@app.command()
def show(file: FundFile, as_json: AsJson = False) -> None:
    """The portfolio by year: running costs, drawdowns of the terms, repayments by the contracts' own facts."""
    portfolio = told(lambda: portfolio_from_files(file))
    if as_json:
        answer_json(_document(portfolio))
    else:
        wide(110).print(_table(portfolio))
        out.print(Text(_origins(portfolio.fund), style="dim"))


@app.command()
def compare(file: FundFile, as_json: AsJson = False) -> None:
    """Name each printed total and balance that does not add up, and by how much. Exit code 1 when any does not."""
    portfolio = told(lambda: portfolio_from_files(file))
    differences = differences_from_print(portfolio)
    if as_json:
        answer_json(
            {"adds_up": not differences, "differences": [_difference(portfolio.fund, each) for each in differences]}
        )
    else:
        wide(110).print(_table(portfolio))
        out.print(Text(_origins(portfolio.fund), style="dim"))
        for each in differences:
            out.print(_sentence(portfolio.fund, each), highlight=False, soft_wrap=True)
        if not differences:
            out.print("Every printed total and balance adds up.")
    raise typer.Exit(1 if differences else 0)


@app.command("ledger")
def of_ledger(
    investor: Annotated[str, typer.Argument(help="The investor's id in the contracts of the ledger.")],
    as_of: AsOf = None,
    effect: Effect = BUDGETED,
    form: AsForm = None,
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """An investor's portfolio by year from the ledger: accounts of past years, what plans expect of coming ones."""
    on, share = as_of.date() if as_of else None, chosen_effect(effect)
    found: Document = on_the_ledger(lambda ledger: portfolio_by_year(ledger, investor, as_of=on, effect=share))
    if form is not None or to is not None:
        write_file(form, to, lambda: portfolio_workbook(found))
    elif as_json:
        answer_json(found)
    else:
        wide(40 + 16 * len(found["years"])).print(_by_year(found))
        out.print(Text("e: expected by the contract's plan; ?: not known, left out of the sums", style="dim"))


def _by_year(found: Document) -> Table:
    """Two rows a contract, as the printed tables of a fund have them; what is repaid is negative."""
    title = f"{found['party']}, coming years at {found['effect']} of full effect"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("row", no_wrap=True)
    for name in (*map(str, found["years"]), "total"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found["contracts"]:
        cells = (*one["years"], one["total"])
        table.add_row(one["contract"], *(_moved(cell["drawn"]) for cell in cells))
        table.add_row("- repaid", *(_repaid(cell) for cell in cells))
    for total in found["totals"]:
        table.add_section()
        cells = (*total["years"], total["total"])
        table.add_row(f"drawn, {total['currency']}", *(_moved(cell["drawn"]) for cell in cells), style="bold")
        table.add_row(f"- repaid, {total['currency']}", *(_repaid(cell) for cell in cells), style="bold")
    return table


def _moved(amount: str) -> str:
    return readable(amount) if amount.strip("-0.") else ""


def _repaid(cell: Document) -> str:
    if cell["stated"] is None:
        return "?"
    told = _moved(f"-{cell['stated']}" if not cell["stated"].startswith("-") else cell["stated"][1:])
    return f"{told} e" if told and cell.get("holds") == "expectation" else told


def _table(portfolio: Portfolio) -> Table:
    fund = portfolio.fund
    head = f"{fund.title}, {fund.unit:,} {fund.currency}"
    table = Table(title=head, title_justify="left", title_style="bold")
    table.add_column("row", no_wrap=True)
    for column in fund.columns:
        table.add_column(column.label, justify="right", no_wrap=True)
    for row in portfolio.rows:
        if row.kind != "repaid" or any(cell.minor for cell in row.cells):
            table.add_row(_heading(row), *(_in_units(fund, cell.minor) if cell.minor else "" for cell in row.cells))
    table.add_section()
    lines = {"sum of the rows": portfolio.totals_minor, "left at the end": portfolio.balances_minor}
    for name, amounts in lines.items():
        table.add_row(name, *(_in_units(fund, minor) for minor in amounts), style="bold")
    printed = {"printed total": fund.printed.totals, "printed left": fund.printed.balances}
    for name, told_amounts in printed.items():
        table.add_row(name, *(_in_units(fund, fund.minor(amount)) for amount in told_amounts), style="dim")
    return table


def _heading(row: Row) -> str:
    return "- repaid" if row.kind == "repaid" else row.title


def _origins(fund: Fund) -> str:
    return (
        "Drawn: by the terms of the contracts. Repaid in years of accounts: what the statements state, calculated "
        f"from the contracts' own facts; in years of budget: expected at {fund.budget_effect:.0%} of full effect, as "
        f"printed. Running costs, and what has no contract: as printed. Source: {fund.source}."
    )


def _in_units(fund: Fund, minor: int) -> str:
    """An amount in the unit of the fund, exactly: 131300000 øre in thousands of kroner is "1,313"."""
    amount = Decimal(minor) / (fund.unit * 10 ** exponent_of(fund.currency))
    text = format(amount, "f")
    return readable(text.rstrip("0").rstrip(".") if "." in text else text)


def _sentence(fund: Fund, difference: Difference) -> str:
    printed, found, off = (
        _in_units(fund, minor)
        for minor in (difference.printed_minor, difference.found_minor, abs(difference.off_by_minor))
    )
    where = difference.column
    match difference.what:
        case "row":
            return f"{where}: {difference.title}: printed is {printed}, the contract gives {found}: off by {off}."
        case "total":
            sign = ", and has the wrong sign" if difference.printed_minor * difference.found_minor < 0 else ""
            return f"{where}: the printed total {printed} is not the sum of the rows, {found}: off by {off}{sign}."
        case "balance":
            implied = _in_units(fund, difference.implied_minor or 0)
            return (
                f"{where}: the printed balance {printed} is not the one before less the printed total, {found}: "
                f"off by {off}; it implies a total of {implied}."
            )


def _difference(fund: Fund, difference: Difference) -> dict[str, Any]:
    amounts = {
        "printed": difference.printed_minor,
        "found": difference.found_minor,
        "off_by": difference.off_by_minor,
        "implied_total": difference.implied_minor,
    }
    return {
        "what": difference.what,
        "column": difference.column,
        "title": difference.title,
        **{name: None if minor is None else to_text(minor, fund.currency) for name, minor in amounts.items()},
        "sentence": _sentence(fund, difference),
    }


def _document(portfolio: Portfolio) -> dict[str, Any]:
    fund = portfolio.fund

    def texts(amounts: tuple[int, ...]) -> list[str]:
        return [to_text(minor, fund.currency) for minor in amounts]

    return {
        "fund": fund.fund,
        "title": fund.title,
        "investor": fund.investor,
        "currency": fund.currency,
        "capital": to_text(fund.minor(fund.capital), fund.currency),
        "columns": [column.model_dump(mode="json") for column in fund.columns],
        "rows": [
            {
                "kind": row.kind,
                "title": row.title,
                "contract": row.contract,
                "amounts": texts(tuple(cell.minor for cell in row.cells)),
                "from": [cell.origin for cell in row.cells],
            }
            for row in portfolio.rows
        ],
        "totals": texts(portfolio.totals_minor),
        "balances": texts(portfolio.balances_minor),
    }
