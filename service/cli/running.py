"""What every command shares: the ledger it works on, how it answers, its exit codes (0 done, 1 refused, 2 usage)."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from service.core.errors import InvalidInput, LedgerError
from service.settings import settings
from service.workflows.ledger import Ledger
from service.workflows.opening import ledger_at, prepare

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]

out = Console(soft_wrap=False)
err = Console(stderr=True)
ACTOR = "command-line"


def opened() -> Ledger:
    """The ledger of DATABASE_URL, not yet prepared."""
    return ledger_at(settings(), lambda: datetime.now(UTC), secrets.token_bytes)


def on_the_ledger(work: Callable[[Ledger], Awaitable[Result]]) -> Result:
    """Run a use case on the ledger of DATABASE_URL; a refusal is told and ends with exit code 1."""

    async def run() -> Result:
        ledger = opened()
        try:
            key = await prepare(ledger, settings())
            if key is not None:
                err.print(f"Administrator key, shown this once: {key}", highlight=False)
            return await work(ledger)
        finally:
            await ledger.database.dispose()

    return told(lambda: asyncio.run(run()))


def told(work: Callable[[], Result]) -> Result:
    """Run something; a refusal is told in full and ends with exit code 1."""
    try:
        return work()
    except LedgerError as error:
        refuse(error)


def refuse(error: LedgerError) -> NoReturn:
    """Tell a refusal, every fault with its place and remedy, and end."""
    err.print(f"[bold red]{error.message}[/]", highlight=False)
    for fault in error.faults if isinstance(error, InvalidInput) else ():
        err.print(f"  {fault.pointer or '(the whole)'}: {fault.detail}", highlight=False, markup=False)
    raise typer.Exit(1)


def answer_json(document: Any) -> None:
    """A document on standard output, for programs."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True))
