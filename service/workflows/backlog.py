"""How large the log is and how long its oldest event has waited for a statement."""

from service.core.errors import Unavailable
from service.storage.scope import EVERYTHING
from service.telemetry.metrics import Backlog
from service.workflows.ledger import Ledger


async def backlog(ledger: Ledger) -> Backlog | None:
    """Read for each scrape; None where the database cannot be reached.

    What waits is the oldest event that no issued statement has read: two steps of an index a contract. The oldest
    pending finding would need the evaluation of every contract.
    """
    try:
        async with ledger.within(EVERYTHING).database.reading() as store:
            size, oldest = await store.log_size(), await store.oldest_unread_at()
    except Unavailable:
        return None
    # A clock that was set back must not make a negative age.
    waited = max(0.0, (ledger.now() - oldest).total_seconds()) if oldest is not None else 0.0
    return Backlog(size, waited)
