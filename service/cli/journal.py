"""The command that writes a contract's journal for an accounting program."""

from enum import StrEnum
from typing import Annotated

import typer

from service.cli.running import on_the_ledger
from service.render.journal_text import JOURNAL_FORMS, JournalForm
from service.workflows.ledger import Ledger
from service.workflows.transactions import money_journal, written


class JournalFormat(StrEnum):
    """The forms of a journal."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"
    CSV = "csv"


def journal(
    contract: Annotated[str, typer.Argument(help="A contract in the ledger.")],
    form: Annotated[JournalFormat, typer.Option("--format", help="For which program.")] = JournalFormat.HLEDGER,
) -> None:
    """Write every transaction of a contract to standard output, as in: journal w --format beancount > w.beancount."""
    chosen: JournalForm = JOURNAL_FORMS[form.value]

    async def work(ledger: Ledger) -> None:
        async for part in written(ledger, await money_journal(ledger, contract), chosen):
            typer.echo(part, nl=False)

    on_the_ledger(work)
