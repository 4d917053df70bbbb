"""Opens the ledger in the database of the settings, and brings it to where it can work."""

from collections.abc import Callable
from datetime import datetime

from service.settings import Settings
from service.storage.database import Database, migrate, restore_guards
from service.workflows.access import begin_ledger
from service.workflows.ledger import Ledger


def ledger_at(chosen: Settings, now: Callable[[], datetime], random_bytes: Callable[[int], bytes]) -> Ledger:
    """The ledger in the database of the settings."""
    return Ledger(Database.at(chosen.database_url), now, random_bytes)


async def bring_up_to_date(chosen: Settings) -> tuple[str, ...]:
    """Migrate, whatever the settings say of the start, and put back missing guards; their names."""
    await migrate(chosen.database_url)
    return await restore_guards(chosen.database_url)


async def prepare(ledger: Ledger, chosen: Settings) -> str | None:
    """Bring the schema up to date and begin the ledger; the administrator key when it is the first start."""
    if chosen.migrate_at_start:
        await migrate(chosen.database_url)
    return await begin_ledger(ledger, chosen.ledger_name)
