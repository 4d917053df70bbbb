"""Answers of the service to the commands that call it over HTTP."""

from typing import Any

import httpx
import typer

from service.cli.running import err


def answer(response: httpx.Response) -> Any:
    """The JSON of a good answer; a problem is told and ends the command."""
    if response.is_error:
        told = response.json()
        err.print(f"{told['title']}: {told['detail']}", style="bold red", highlight=False)
        for fault in told["errors"]:
            err.print(f"  {fault['pointer'] or '(the whole)'}: {fault['detail']}", highlight=False)
        raise typer.Exit(1)
    return response.json()
