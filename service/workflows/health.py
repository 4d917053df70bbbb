"""Whether the ledger can work: the database answers, its schema is current, the log's guards are in force."""

from service.storage.database import head_revision
from service.workflows.ledger import Ledger


async def readiness_fault(ledger: Ledger) -> str | None:
    """What stands in the way of work, in a sentence; None when nothing does."""
    try:
        revision = await ledger.database.revision()
        missing = await ledger.database.missing_guards()
    except OSError:
        return "The database cannot be reached."
    if revision != head_revision():
        return "The database's schema is not current; run outcomes-ledger migrate."
    if missing:
        return f"The log is not protected: {', '.join(missing)}. Run outcomes-ledger migrate."
    return None
