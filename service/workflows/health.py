"""Whether the ledger can work: the database answers, its schema is current, the log's guards are in force."""

from service.core.errors import Unavailable
from service.storage.database import head_revision
from service.workflows.ledger import Ledger


async def readiness_fault(ledger: Ledger) -> str | None:
    """What stands in the way of work, in a sentence; None when nothing does."""
    try:
        fault = await schema_fault(ledger)
        missing = await ledger.database.missing_guards()
    except Unavailable:
        return "The database cannot be reached."
    if fault is None and missing:
        return f"The log is not protected: {', '.join(missing)}. Run outcomes-ledger migrate."
    return fault


async def schema_fault(ledger: Ledger) -> str | None:
    """What is wrong with the schema, in a sentence; None when it is current. Raises Unavailable."""
    if await ledger.database.revision() != head_revision():
        return "The database's schema is not current; run outcomes-ledger migrate."
    return None
