"""Backs the whole database up and puts it back, each held against a manifest of where the ledger ends."""

import asyncio
import hashlib
import os
from pathlib import Path

import orjson

from service.core.canonical import Document
from service.core.errors import BrokenInvariant, InvalidInput, WrongState
from service.storage.backups import copy_sqlite, dump_postgresql, kind_of, restore_postgresql, restore_sqlite
from service.storage.database import Database
from service.workflows.ledger import Ledger
from service.workflows.whole import Ends, check_whole, ends_in

FORMAT, VERSION = "outcomes-ledger-backup", 1
_PART = ".part"


def manifest_of(file: Path) -> Path:
    """The file beside a backup that says what is in it."""
    return file.with_name(f"{file.name}.json")


async def back_up(ledger: Ledger, url: str, file: Path) -> Ends:
    """Back up the database at the URL, whatever is written meanwhile, into a new file with a manifest beside it.

    The copy of an SQLite file is checked whole before it gets its name; a dump is taken of the very snapshot that the
    manifest was read from. WrongState where the file is there already.
    """
    for present in (file, manifest_of(file)):
        if present.exists():
            raise WrongState(f"{present.name} exists; choose another name.")
    part = file.with_name(f"{file.name}{_PART}")
    part.unlink(missing_ok=True)
    try:
        ends = await (_copied(ledger, url, part) if kind_of(url) == "sqlite" else _dumped(ledger, url, part))
        await asyncio.to_thread(_write_manifest, manifest_of(file), kind_of(url), ends, part)
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    return ends


async def _copied(ledger: Ledger, url: str, part: Path) -> Ends:
    await copy_sqlite(url, part)
    database = Database.at(f"sqlite:///{part}", ledger.database.scope)
    try:
        return await check_whole(Ledger(database, ledger.now, ledger.random_bytes))
    finally:
        await database.dispose()
        for beside in ("-wal", "-shm"):
            part.with_name(f"{part.name}{beside}").unlink(missing_ok=True)


async def _dumped(ledger: Ledger, url: str, part: Path) -> Ends:
    async with ledger.database.reading() as store:
        ends = await ends_in(store)
        await dump_postgresql(url, store, part)
    await check_whole(ledger)
    return ends


def _write_manifest(manifest: Path, kind: str, ends: Ends, backup: Path) -> None:
    told = {"format": FORMAT, "v": VERSION, "database": kind, "sha256": _sha256(backup), **ends.document}
    manifest.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


async def restore(url: str, file: Path) -> Document:
    """Put a backup where no database is yet, and give its manifest, for `hold_against`.

    InvalidInput for a file that is not the one its manifest is of; WrongState where something is there already.
    """
    manifest = await asyncio.to_thread(_manifest, file, kind_of(url))
    await (restore_sqlite if kind_of(url) == "sqlite" else restore_postgresql)(file, url)
    return manifest


def _manifest(file: Path, kind: str) -> Document:
    try:
        told = orjson.loads(manifest_of(file).read_bytes())
        found = (told["format"], told["v"], told["sha256"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise InvalidInput(
            f"{manifest_of(file).name} is not there or is no manifest; nothing was changed.", ()
        ) from None
    if found[:2] != (FORMAT, VERSION):
        raise InvalidInput("The manifest is of another version of the format; nothing was changed.", ())
    if told.get("database") != kind:
        raise InvalidInput(
            "The backup is of the other kind of database; an export and an import move a ledger from one to the other.",
            (),
        )
    if found[2] != _sha256(file):
        raise InvalidInput("The backup was damaged or cut off: it is not the file its manifest is of.", ())
    manifest: Document = told
    return manifest


async def hold_against(ledger: Ledger, manifest: Document) -> Ends:
    """Check a restored ledger whole, and that it ends where its manifest says; BrokenInvariant."""
    ends = await check_whole(ledger)
    if not ends.document.items() <= manifest.items():
        raise BrokenInvariant("The restored ledger does not end where the manifest of its backup says.")
    return ends


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
