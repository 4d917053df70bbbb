"""Commands that move a whole ledger: export, import, backup and restore, each of which ends in a check."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from service.cli.running import AsJson, answer_json, chosen, err, on_the_ledger, opened, out, stop, told
from service.storage.database import migrate
from service.workflows.backups import back_up, hold_against, restore
from service.workflows.exporting import export_ledger
from service.workflows.importing import import_ledger
from service.workflows.ledger import Ledger
from service.workflows.opening import bring_up_to_date, prepare
from service.workflows.whole import Ends, check_whole

_PART = ".part"


def export_command(
    file: Annotated[Path, typer.Argument(help="The file to write (NDJSON); it must not exist yet.", dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Write the whole log with its facts, keys of participants, details, tree and checkpoints, from one snapshot.

    It holds personal data. Credentials, answers under Idempotency-Keys and private keys are not in it.
    """

    async def work(ledger: Ledger, opened: BinaryIO) -> Ends:
        return await export_ledger(ledger, opened.write)

    _tell(f"Exported to {file}", _written(file, work), as_json)


def import_command(
    file: Annotated[Path, typer.Argument(help="What export wrote.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Load an export into the empty database of DATABASE_URL, whole or not at all, and check all of it."""

    async def work(ledger: Ledger) -> Ends:
        await migrate(chosen().database_url)
        imported = await import_ledger(ledger, file)
        return await _checked(ledger, imported)

    _tell(f"Imported from {file}", told(lambda: asyncio.run(_on_a_new_ledger(work))), as_json)


def backup_command(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.", dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Copy the whole database of DATABASE_URL into a file, while the service runs; a manifest is written beside it.

    It holds everything that the database does, and no private key. On PostgreSQL pg_dump has to be installed.
    """
    url = chosen().database_url
    _tell(f"Backed up to {file}", on_the_ledger(lambda ledger: back_up(ledger, url, file)), as_json)


def restore_command(
    file: Annotated[Path, typer.Argument(help="What backup wrote.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Put a backup into the place of DATABASE_URL, where nothing is yet, bring it up to date and check all of it."""

    async def work(ledger: Ledger) -> Ends:
        manifest = await restore(chosen().database_url, file)
        await bring_up_to_date(chosen())
        return await hold_against(ledger, manifest)

    _tell(f"Restored from {file}", told(lambda: asyncio.run(_on_a_new_ledger(work))), as_json)


async def _on_a_new_ledger(work: Callable[[Ledger], Awaitable[Ends]]) -> Ends:
    """Fill a ledger, and only then begin what is left to begin of it: a first key and a signing key."""
    ledger = opened()
    try:
        ends = await work(ledger)
        key = await prepare(ledger, chosen())
        if key is not None:
            err.print(f"Administrator key, shown this once: {key}", highlight=False, soft_wrap=True)
        return ends
    finally:
        await ledger.database.dispose()


async def _checked(ledger: Ledger, wanted: Ends) -> Ends:
    found = await check_whole(ledger)
    if found != wanted:
        stop("Where the ledger ends now is not where it ended when it was written.")
    return found


def _written(file: Path, work: Callable[[Ledger, BinaryIO], Awaitable[Ends]]) -> Ends:
    """Let a new file be written, readable to its owner alone; where that fails none is left."""
    if file.exists():
        stop(f"{file} exists; choose another name.")
    part = file.with_name(file.name + _PART)
    part.unlink(missing_ok=True)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb", buffering=1 << 20) as opened_part:
            ends = on_the_ledger(lambda ledger: work(ledger, opened_part))
            opened_part.flush()
            os.fsync(opened_part.fileno())
        os.replace(part, file)
    except OSError as error:
        stop(f"The file cannot be written: {error}")
    finally:
        part.unlink(missing_ok=True)
    return ends


def _tell(what: str, ends: Ends, as_json: bool) -> None:
    if as_json:
        answer_json(ends.document)
        return
    out.print(f"{what}: {ends.entries} entries of {len(ends.heads)} contracts.", highlight=False, soft_wrap=True)
    for contract, head in sorted(ends.heads.items()):
        out.print(f"  {contract}: {head.sequence}, {head.digest.hex()}", highlight=False, soft_wrap=True)
    out.print(f"  statements in the tree: {ends.tree_size}, root {ends.root.hex()}", highlight=False, soft_wrap=True)
