"""Commands on keys: make a new administrator key."""

from typing import Annotated

import typer

from service.cli.running import on_the_ledger, out
from service.workflows.access import new_administrator_key

app = typer.Typer(help="Keys that callers send as a bearer token.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Keys that callers send as a bearer token."""


@app.command()
def new(name: Annotated[str, typer.Argument(help="Whose key it is; a key of this name stops working.")]) -> None:
    """Make an administrator key. It is shown once and never stored."""
    out.print(on_the_ledger(lambda ledger: new_administrator_key(ledger, name)), highlight=False)
