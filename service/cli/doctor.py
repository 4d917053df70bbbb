"""Commands that tell an operator how the ledger is: doctor looks for itself, health asks the running service."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import httpx
import typer

from service.cli.running import AsJson, answer_json, chosen, opened, out, stop
from service.workflows.checkup import Check, check_up

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def doctor(
    as_json: AsJson = False,
    folder: Annotated[Path, typer.Option(help="A further folder whose disk must not be full.")] = Path("data"),
) -> None:
    """Check schema, guards, durability, clock, disk, signing key, chains; changes nothing. Exit code 1 on failure."""
    checks = asyncio.run(_checked(folder))
    if as_json:
        answer_json({"sound": all(check.passed for check in checks), "checks": [_told(check) for check in checks]})
    else:
        for check in checks:
            out.print(
                f"{'ok  ' if check.passed else 'FAIL'}  {check.name}: {check.found}", highlight=False, soft_wrap=True
            )
            if not check.passed:
                out.print(f"      {check.remedy}", highlight=False, soft_wrap=True)
    raise typer.Exit(0 if all(check.passed for check in checks) else 1)


async def _checked(folder: Path) -> tuple[Check, ...]:
    ledger = opened()
    try:
        return await check_up(ledger, folder)
    finally:
        await ledger.database.dispose()


def _told(check: Check) -> dict[str, object]:
    told = asdict(check)
    return told if not check.passed else {**told, "remedy": None}


def health(
    port: Annotated[int | None, typer.Option(help="The port of the service; else PORT, else 8000.")] = None,
) -> None:
    """Ask the service on this machine whether it can work. Exit code 1 when it cannot."""
    host = _ANYWHERE.get(chosen().host, chosen().host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port or chosen().port}/readyz"
    try:
        # A proxy of the environment must not stand between a service and the check on it.
        answer = httpx.get(address, timeout=5, trust_env=False)
    except httpx.HTTPError:
        stop("The service does not answer.")
    if answer.status_code != 200:
        stop(str(answer.json().get("detail", "The service is not ready.")))
    out.print("The service is ready.")
