"""Statements and findings as tables for people."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from service.core.canonical import Document
from service.core.money import readable
from service.core.statement.since import price_in_words
from service.workflows.closing import Closed


def closed_table(period: str, closed: Iterable[Closed]) -> RenderableType:
    """What closing a period did, a row a contract: what is payable and carried, and what is pending and why."""
    table = Table(title=f"Period {period}", title_justify="left", title_style="bold")
    for name in ("contract", "outcome", "payable", "carried", "pending", "told"):
        table.add_column(name, justify="right" if name in ("payable", "carried") else "left")
    for one in closed:
        payable, carried = (
            "\n".join(readable(told["totals"][name]) for told in one.statements)
            for name in ("payable", "carried_forward")
        )
        waiting = "\n".join(f"{w.findings} x {w.metric}: {w.why}" for w in one.waiting)
        told = f"{one.told}\ndigest {one.digest}" if one.digest else one.told
        table.add_row(one.contract, one.outcome, payable, carried, waiting, told)
    return table


def statement_table(statement: Document) -> RenderableType:
    """One statement: a row a metric and cell, then the totals."""
    head = f"{statement['contract']['title']}: {statement['investor']['name']}, {statement['period']['label']}"
    table = Table(title=head, title_justify="left", title_style="bold", show_footer=False, expand=False)
    for name in ("metric", "what", "participants"):
        table.add_column(name, justify="right" if name == "participants" else "left")
    table.add_column(statement["currency"], justify="right")
    for metric in statement["metrics"]:
        _metric_rows(table, metric)
    table.add_section()
    for name, words in _TOTALS.items():
        amount = statement["totals"][name]
        if name in ("lines", "payable") or amount.strip("-0."):
            table.add_row("", words, "", Text(readable(amount), style="bold" if name == "payable" else ""))
    standing = list(_standing_rows(statement))
    if standing:
        table.add_section()
    for words, told in standing:
        table.add_row("", words, "", told)
    return Group(table, Text(_footnote(statement), style="dim"))


_TOTALS = {
    "lines": "this statement's lines",
    "carried_in": "carried from the statement before",
    "payable": "payable",
    "carried_forward": "carried to the next statement",
    "stated_to_date": "stated to date",
}


def _standing_rows(statement: Document) -> Iterator[tuple[str, str]]:
    """Capital, guarantee and plan, as far as the statement shows them."""
    capital, guarantee = statement.get("capital", {}), statement.get("guarantee", {})
    for name, words in (("drawn", "capital drawn"), ("balance", "stated to date less capital drawn")):
        if name in capital:
            yield words, readable(capital[name])
    if "return_cap" in statement:
        yield "left below the return cap", readable(statement["return_cap"]["left"])
    for tranche in statement.get("tranches", ()):
        cap = f", up to {readable(tranche['cap'])}" if "cap" in tranche else ""
        yield f"tranche {tranche['id']}{cap}", readable(tranche["stated_to_date"])
    if "would_cover" in guarantee:
        yield f"{guarantee['name']} would cover, settled now", readable(guarantee["would_cover"])
    for row in statement.get("plan", {}).get("metrics", ()):
        achieved = "too few to show" if row["achieved"] is None else str(row["achieved"])
        yield f"{row['metric']}: {row['planned']} planned, achieved", achieved


def _metric_rows(table: Table, metric: dict[str, Any]) -> None:
    heading = f"{metric['title']} ({metric['clause']})"
    table.add_row(
        heading, "total" + (", small groups merged" if metric["merged"] else ""), "", readable(metric["total"])
    )
    for cell in metric.get("lines", ()):
        what = f"{cell['kind']}, {cell['step']}, outcomes of {cell['outcome_period']}"
        what += f", {price_in_words(cell['tariff'])}" if cell["tariff"] else ""
        table.add_row("", what, str(cell["participants"]), readable(cell["amount"]))
    for cell in metric.get("clipped", ()):
        what = f"clipped by the {cell['limit']} limit, {cell['step']}: {readable(cell['clipped'])}"
        table.add_row("", what, str(cell["participants"]), "")
    for cell in metric.get("pending", ()):
        what = f"pending, {cell['step']}: {cell['in_words']}"
        amount = cell["would_be_due"]
        table.add_row("", what, str(cell["participants"]), f"({readable(amount)})" if amount else "(?)")


def _footnote(statement: Document) -> str:
    marks = ", ".join(statement["illustrative"])
    illustrative = f" Illustrative, in no agreement: {marks}." if marks else ""
    return (
        f"{statement['number']}, terms version {statement['terms_in_force']}, edition {statement['edition']}, "
        f"closed at sequence {statement['sequence']}.{illustrative}"
    )


def explanation_panel(title: str, paragraphs: list[str]) -> RenderableType:
    """An explained line; its title stands inside, because a title in the frame would be cut off."""
    body = Text("\n\n").join([Text(title, style="bold"), *map(Text, paragraphs)])
    return Panel(body, expand=False, width=110)


def faults_table(title: str, rows: list[tuple[str, str, str]]) -> RenderableType:
    """Faults by file, place and remedy."""
    table = Table(title=title, title_justify="left", title_style="bold red")
    for name in ("file", "place", "how to mend it"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
