"""The command that verifies the ledger, one contract or one statement, and names the first thing that is wrong."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from service.cli.running import AsJson, answer_json, opened, out, stop, told
from service.workflows.verify_everything import Verified, verify_ledger
from service.workflows.verify_tree import KeptHead, Outside


def verify(
    target: Annotated[
        str | None, typer.Argument(metavar="[CONTRACT|STATEMENT]", help="Only this contract, or this statement's id.")
    ] = None,
    since: Annotated[int, typer.Option(min=0, help="Take a contract's log on trust up to this entry.")] = 0,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A signed checkpoint that you kept; the ledger of today has to continue it.")
    ] = None,
    vkey: Annotated[
        list[str] | None,
        typer.Option(help="A public key that you trust it by, as name+id+key; may be repeated."),
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(help="Where a log ended when you looked: CONTRACT:SEQUENCE:DIGEST, of proof head."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify bytes, chains, look-ups, double entry, statements and checkpoints; changes nothing.

    Exit code 0: proved; 1: something does not hold, or cannot be read; 2: usage.
    """
    if (checkpoint is None) != (not vkey):
        stop("Give --checkpoint with the --vkey that you trust it by, or neither.", 2)
    heads = [_head(one) for one in head or []]
    found = told(lambda: asyncio.run(_verified(target, since, _kept(checkpoint, vkey or []), heads)))
    if as_json:
        answer_json(found.document)
    else:
        _tell(found, since)
    raise typer.Exit(0 if found.broken is None else 1)


def _kept(checkpoint: Path | None, vkeys: list[str]) -> list[Outside]:
    if checkpoint is None:
        return []
    return [Outside(checkpoint.read_bytes(), tuple(vkeys))]


def _head(text: str) -> KeptHead:
    contract, _, rest = text.partition(":")
    sequence, _, digest = rest.partition(":")
    if not (contract and digest and sequence.isascii() and sequence.isdigit()):
        stop("Give --head as CONTRACT:SEQUENCE:DIGEST.", 2)
    return KeptHead(contract, int(sequence), digest)


async def _verified(target: str | None, since: int, outside: list[Outside], heads: list[KeptHead]) -> Verified:
    ledger = opened()
    try:
        return await verify_ledger(ledger, target, since, outside, heads)
    finally:
        await ledger.database.dispose()


def _tell(found: Verified, since: int) -> None:
    lines = [
        f"{found.contracts} contracts, {found.entries} entries, {found.statements} statements, "
        f"{found.leaves} leaves, {found.checkpoints} checkpoints"
    ]
    lines += [f"held against {one}" for one in found.held_against]
    if since:
        lines.append(f"taken on trust: each log up to entry {since}, and how much was erased")
    for line in [*lines, found.in_words]:
        out.print(line, highlight=False, soft_wrap=True)
