"""What the command line reads about participants leaves a record too, before it is shown."""

from typing import Annotated

import typer

from service.cli.running import ACTOR
from service.workflows.access_trail import Read, Reader, record_read
from service.workflows.ledger import Ledger

Purpose = Annotated[str, typer.Option(help="To which end you read; it stands in the record of this read.")]
PURPOSE = "work at the machine itself"


async def record(
    ledger: Ledger,
    operation: str,
    contracts: frozenset[str],
    rows: int,
    *,
    purpose: str = PURPOSE,
    statement: str | None = None,
    participant: str | None = None,
) -> None:
    """Record a read by a command; Unavailable where that cannot be done, and then nothing may be shown."""
    read = Read(f"outcomes-ledger {operation}", rows, contracts, statement, participant)
    await record_read(ledger, Reader(ACTOR, (), purpose), read)
