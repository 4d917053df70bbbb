"""Commands on positions: where an investor, a payer or everybody in a contract stands, and what is due by age."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from service.cli.files import AsForm, ToFile, write_file
from service.cli.running import AsJson, answer_json, on_the_ledger, out, stop, wide
from service.core.canonical import Document
from service.core.life.position_documents import Side
from service.core.money import readable
from service.render.position_sheets import ageing_workbook, position_workbook
from service.workflows.positions import BUDGETED, SHARE, contract_position, party_ageing, party_position

app = typer.Typer(help="Where investors and payers stand.", no_args_is_help=True)
Party = Annotated[str, typer.Argument(help="The party's id in the contracts.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only transactions dated up to this day, as 2023-12-31."),
]
Effect = Annotated[str, typer.Option(help="The share of full effect at which coming periods are expected.")]
Due = Annotated[bool, typer.Option("--due", help="What is due, overdue and paid on each statement instead.")]
_OWED = ("stated", "paid", "outstanding", "carried", "expected")
_CAPITAL = ("committed", "drawn", *_OWED)


def chosen_effect(effect: str) -> str:
    """The share that was given; exit code 2 where it is none."""
    return effect if re.fullmatch(SHARE, effect) else stop("--effect is a share from 0 to 1, as 0.80", 2)


@app.command()
def contract(
    contract: Annotated[str, typer.Argument(help="A contract in the ledger.")],
    as_of: AsOf = None,
    known_at: Annotated[int | None, typer.Option(help="Only what the log held at this sequence number.", min=1)] = None,
    effect: Effect = BUDGETED,
    pending: Annotated[bool, typer.Option("--pending", help="Evaluate anew for what is pending.")] = False,
    form: AsForm = None,
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Where everybody in a contract stands."""
    told: Document = on_the_ledger(
        lambda ledger: contract_position(
            ledger,
            contract,
            as_of=as_of.date() if as_of else None,
            known_at=known_at,
            effect=chosen_effect(effect),
            pending=pending,
        )
    )
    if form is not None or to is not None:
        write_file(form, to, lambda: position_workbook(told))
    elif as_json:
        answer_json(told)
    else:
        _show_contract(told)


def _show_contract(told: Document) -> None:
    head = f"{told['title']}, {told['currency']}, as of {told['as_of']}"
    columns = (*_CAPITAL, "would pay") if "pending" in told["investors"][0] else _CAPITAL
    wide(120).print(_table(f"{head}: investors", ("party",), columns, told["investors"]))
    wide(120).print(_table("payers", ("party",), columns[2:], told["payers"]))
    for name in ("cap", "guarantee"):
        room = told[name]
        if room is not None:
            out.print(f"{name}: {readable(room['left'])} left of {readable(room['limit'])}", highlight=False)


@app.command()
def investor(
    party: Party,
    as_of: AsOf = None,
    effect: Effect = BUDGETED,
    due: Due = False,
    form: AsForm = None,
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Where an investor stands in each of its contracts, or with --due what is due to it."""
    _party(party, "investors", as_of, effect, due, form, to, as_json)


@app.command()
def payer(
    party: Party,
    as_of: AsOf = None,
    effect: Effect = BUDGETED,
    due: Due = False,
    form: AsForm = None,
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Where a payer or guarantor stands in each of its contracts, or with --due what it has to pay."""
    _party(party, "payers", as_of, effect, due, form, to, as_json)


def _party(
    party: str, side: Side, as_of: AsOf, effect: str, due: bool, form: AsForm, to: ToFile, as_json: bool
) -> None:
    on, share = as_of.date() if as_of else None, chosen_effect(effect)
    told: Document = on_the_ledger(
        lambda ledger: (
            party_ageing(ledger, party, side, as_of=on)
            if due
            else party_position(ledger, party, side, as_of=on, effect=share)
        )
    )
    if form is not None or to is not None:
        write_file(form, to, lambda: ageing_workbook(told) if due else position_workbook(told))
    elif as_json:
        answer_json(told)
    elif due:
        _show_due(told)
    else:
        columns = _CAPITAL if side == "investors" else _OWED
        rows = [*told["contracts"], *({**total, "contract": "in all"} for total in told["totals"])]
        wide(130).print(
            _table(f"{party}, expected at {effect} of full effect", ("contract", "currency"), columns, rows)
        )


def _show_due(told: Document) -> None:
    names = ("statement", "payer", "due_on", "days_overdue", "currency")
    wide(130).print(_table(told["party"], names, ("payable", "paid", "outstanding"), told["statements"]))
    for total in told["totals"]:
        for one in total["ages"]:
            out.print(f"{one['age']}: {readable(one['outstanding'])} {total['currency']}", highlight=False)


def _table(title: str, names: Sequence[str], amounts: Sequence[str], rows: Iterable[Document]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for name in amounts:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(str(row[name]) for name in names), *(_amount(row, name) for name in amounts))
    return table


def _amount(row: Document, name: str) -> str:
    """An amount; a question mark where it is not known, nothing where the terms do not say."""
    if name == "would pay":
        pending = row["pending"]
        return readable(pending["would_pay"]) + (f" + {pending['not_known']} (?)" if pending["not_known"] else "")
    if name == "committed" and row[name] is None:
        return ""
    return "?" if row[name] is None else readable(row[name])
