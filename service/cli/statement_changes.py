"""The command that tells what changed between two statements, as the investor reads it."""

from typing import Annotated

import typer
from rich.text import Text

from service.cli.running import AsJson, answer_json, on_the_ledger, out
from service.core.canonical import Document
from service.core.money import readable
from service.workflows.statement_changes import changes_told


def changes(
    statement: Annotated[str, typer.Argument(help="A statement's id, as dialog-mod-vold.2023.council.1.")],
    since: Annotated[str | None, typer.Option(help="An earlier one to the same investor; else the one before.")] = None,
    as_json: AsJson = False,
) -> None:
    """What changed since an earlier statement, in sentences by metric; no participant is named."""
    found = on_the_ledger(lambda ledger: changes_told(ledger, statement, since))
    if as_json:
        answer_json(found)
    else:
        _tell(found)


def _tell(found: Document) -> None:
    out.print(found["title"], style="bold", highlight=False)
    out.print(found["summary"], highlight=False)
    for one in found["amendments"]:
        told = f"Amended: terms version {one['version']}, effective from {one['effective_from']}: {one['reason']}."
        out.print(told, highlight=False)
    for metric in found["metrics"]:
        if metric["changes"]:
            heading = f"{metric['title']} ({metric['clause']}): {readable(metric['total'])} {found['currency']}"
            out.print(Text(f"\n{heading}", style="bold"))
        for change in metric["changes"]:
            out.print(f"  {change['sentence']}", highlight=False)
