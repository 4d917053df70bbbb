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
from service.settings import BadSettings, Settings, settings
from service.storage.scope import EVERYTHING
from service.workflows.ledger import Ledger
from service.workflows.opening import ledger_at, prepare

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]

# No markup: what is shown are titles and names of others, in which brackets mean nothing.
out = Console(soft_wrap=False, markup=False)
err = Console(stderr=True, markup=False)
ACTOR = "command-line"


def wide(columns: int) -> Console:
    """Wide enough for every amount: on a narrower terminal lines break, but no figure is cut."""
    return Console(width=max(out.width, columns), markup=False)


def chosen() -> Settings:
    """The settings of this process; bad ones are told and end with exit code 2."""
    try:
        return settings()
    except BadSettings as error:
        stop(str(error), 2)


def opened() -> Ledger:
    """The ledger of DATABASE_URL, not yet prepared."""
    try:
        return ledger_at(chosen(), lambda: datetime.now(UTC), secrets.token_bytes, EVERYTHING)
    except ValueError as error:
        stop(f"DATABASE_URL: {error}", 2)


def on_the_ledger(work: Callable[[Ledger], Awaitable[Result]]) -> Result:
    """Run a use case on the ledger of DATABASE_URL; a refusal is told and ends with exit code 1."""

    async def run() -> Result:
        ledger = opened()
        try:
            key = await prepare(ledger, chosen())
            if key is not None:
                err.print(f"Administrator key, shown this once: {key}", highlight=False, soft_wrap=True)
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
    except OSError as error:
        stop(f"The database cannot be reached, or a file cannot be read: {error}")


def refuse(error: LedgerError) -> NoReturn:
    """Tell a refusal, every fault with its place and remedy, and end."""
    err.print(error.message, style="bold red", highlight=False)
    for fault in error.faults if isinstance(error, InvalidInput) else ():
        err.print(f"  {fault.pointer or '(the whole)'}: {fault.detail}", highlight=False)
    raise typer.Exit(1)


def stop(message: str, code: int = 1) -> NoReturn:
    """Say what stands in the way, and end."""
    err.print(message, style="bold red", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def answer_json(document: Any) -> None:
    """A document on standard output, for programs."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True))
