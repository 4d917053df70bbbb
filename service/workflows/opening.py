"""Opens the ledger in the database of the settings, and brings it to where it can work."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from service.settings import Settings
from service.storage.database import Database, migrate, restore_guards
from service.storage.scope import Scope
from service.storage.signing_keys import KeyFolder
from service.workflows.access import begin_ledger
from service.workflows.checkpoints import begin_signing
from service.workflows.ledger import Ledger


def ledger_at(
    chosen: Settings, now: Callable[[], datetime], random_bytes: Callable[[int], bytes], scope: Scope
) -> Ledger:
    """The ledger in the database of the settings, within a scope, with the keys of their folder."""
    keys = KeyFolder(Path(chosen.signing_keys))
    return Ledger(Database.at(chosen.database_url, scope), now, random_bytes, key_ring=keys)


async def bring_up_to_date(chosen: Settings) -> tuple[str, ...]:
    """Migrate, whatever the settings say of the start, and put back missing guards; their names."""
    await migrate(chosen.database_url)
    return await restore_guards(chosen.database_url)


async def prepare(ledger: Ledger, chosen: Settings) -> str | None:
    """Bring the schema up to date and begin the ledger, with its signing key; the administrator key when it is the
    first start. Unavailable where the signing key cannot be kept."""
    if chosen.migrate_at_start:
        await migrate(chosen.database_url)
    key = await begin_ledger(ledger, chosen.ledger_name)
    if key is not None:
        await begin_signing(ledger)
    return key
