"""Checks what an operator answers for: schema, guards, durability, clock, disk, signing key, ends of the chains."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service.core.errors import Unavailable
from service.storage.condition import DurabilitySetting, database_clock, database_file, durability_of
from service.storage.database import head_revision
from service.workflows.checkpoints import signing_key_in_use
from service.workflows.ledger import Ledger

LARGEST_SKEW = timedelta(seconds=5)
LEAST_FREE_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Check:
    """One check: whether it passed, what was found, and what to do where it failed."""

    name: str
    passed: bool
    found: str
    remedy: str | None = None


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


async def check_up(
    ledger: Ledger, data_folder: Path, free_bytes: Callable[[Path], int] = _free_bytes
) -> tuple[Check, ...]:
    """Every check in turn; without a database that answers, or with an older schema, only those that can be made.

    `free_bytes` gives the space left on the disk of a folder.
    """
    checks: list[Check] = []
    file = database_file(ledger.database)
    try:
        if file is not None and not file.is_file():  # to connect would make an empty one
            raise Unavailable(f"There is no file {file.name}.")
        async for check in _of_database(ledger):
            checks.append(check)
    except Unavailable:
        remedy = "See that it runs and that DATABASE_URL leads to it; a new one begins with outcomes-ledger migrate."
        checks.append(Check("database", False, "the database cannot be reached", remedy))
    folders = {data_folder.resolve()} | ({file.parent} if file is not None else set())
    checks += [_disk(folder, free_bytes(folder)) for folder in sorted(folders) if folder.is_dir()]
    return tuple(checks)


async def _of_database(ledger: Ledger) -> AsyncIterator[Check]:
    revision, needed = await ledger.database.revision(), head_revision()
    for setting in await durability_of(ledger.database):
        yield _durability(setting)
    before, told, after = ledger.now(), await database_clock(ledger.database), ledger.now()
    skew = max(before - told, told - after, timedelta(0))
    yield Check(
        "clock beside database",
        skew <= LARGEST_SKEW,
        f"this clock and the database's differ by {skew.total_seconds():.1f} s",
        "Set both machines' clocks by NTP; entries are dated by this one.",
    )
    yield Check(
        "schema",
        revision == needed,
        f"revision {revision or 'none'}, needed {needed}",
        "Run outcomes-ledger migrate." if revision is None or revision < needed else "Install the newer release.",
    )
    if revision == needed:
        async for check in _of_log(ledger):
            yield check


def _durability(setting: DurabilitySetting) -> Check:
    sufficient = " or ".join(sorted(setting.sufficient))
    remedy = f"Set {setting.name} to {sufficient} on the server, else a crash can lose what was acknowledged."
    return Check(f"durability: {setting.name}", setting.value in setting.sufficient, setting.value, remedy)


async def _of_log(ledger: Ledger) -> AsyncIterator[Check]:
    missing = await ledger.database.missing_guards()
    yield Check(
        "guards",
        not missing,
        f"missing or disabled: {', '.join(missing)}" if missing else "every guard of the log is in force",
        "Find out who removed them; outcomes-ledger migrate puts them back, outcomes-ledger rebuild checks the chains.",
    )
    async with ledger.database.reading() as store:
        newest, loose = await store.newest_entry_at(), await store.contracts_with_loose_ends()
    yield await _signing_key(ledger)
    ahead = newest - ledger.now() if newest is not None else timedelta(0)
    yield Check(
        "clock beside log",
        ahead <= timedelta(0),
        f"the newest entry is dated {ahead.total_seconds():.1f} s ahead of this clock"
        if ahead > timedelta(0)
        else "not before the newest entry",
        "Set this machine's clock by NTP; what is recorded before that is dated too early, in the right order.",
    )
    yield Check(
        "ends of the chains",
        not loose,
        f"head and log differ: {', '.join(loose)}" if loose else "each contract's head is the last entry of its log",
        "Stop writing; restore the database from a backup, then run outcomes-ledger rebuild, which checks every link.",
    )


async def _signing_key(ledger: Ledger) -> Check:
    try:
        signer, published = await signing_key_in_use(ledger)
    except Unavailable as error:
        return Check("signing key", False, error.message, "Mend the file in the folder that SIGNING_KEYS names.")
    if signer is None and published:
        remedy = "Put the key back from its backup; without it the next checkpoint is signed by a fresh key."
        return Check("signing key", False, "there is none, and checkpoints were signed with one", remedy)
    return Check("signing key", True, "none is needed yet" if signer is None else f"{signer.name}+{signer.id.hex()}")


def _disk(folder: Path, free_bytes: int) -> Check:
    return Check(
        f"disk of {folder}",
        free_bytes >= LEAST_FREE_BYTES,
        f"{free_bytes / LEAST_FREE_BYTES:.1f} GiB free",
        "Make room, at least 1 GiB: with a full disk the ledger takes nothing in.",
    )
