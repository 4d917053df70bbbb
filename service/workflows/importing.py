"""Imports an export into an empty ledger: whole or not at all, everything held against its digests on the way."""

import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import WrongState
from service.storage.refusals import refusals_told
from service.storage.store import Store
from service.workflows import export_lines as lines
from service.workflows.ledger import Ledger
from service.workflows.loading import Loading, refused
from service.workflows.whole import Ends, ends_in

_AT_A_TIME = 5_000  # lines
_CUT = "The export is cut off or was damaged: its lines are not those that its last line was written for."
_NO_EXPORT = "The file is no export of a ledger that this version of the program can read"


async def import_ledger(ledger: Ledger, file: Path) -> Ends:
    """Load an export in one unit of work and give where the ledger ends, which is what the export says.

    InvalidInput for a file that is cut off, damaged or not an export, or whose contents do not hold together;
    WrongState for a ledger that is not empty or has another name. Nothing is stored in either case.
    """
    with file.open("rb") as opened:
        header, trailer = await asyncio.to_thread(_read_through, opened)
        async with ledger.database.begin() as store:
            await _refuse_unfit(store, header["ledger"])
            tally, loading = lines.Tally(), Loading(store, header["ledger"])
            opened.seek(0)
            with refusals_told():
                for some in _some_at_a_time(opened):
                    await loading.take([_counted(tally, stored) for stored in some])
                await loading.end()
            ends = await ends_in(store)
            if tally.trailer(ends) != trailer:
                raise refused("Where the imported ledger ends is not where its last line says.")
    return ends


def _read_through(opened: BinaryIO) -> tuple[Document, bytes]:
    """The header and the trailer of a file whose lines have the SHA-256 that the trailer says."""
    header = _header(opened.readline())
    opened.seek(0)
    tally, last = lines.Tally(), b""
    for stored in opened:
        if last:
            tally.take("", last)
        last = stored
    if tally.digest != _sha256_told(last):
        raise refused(_CUT)
    return header, last


def _header(stored: bytes) -> Document:
    found = _document(stored) if stored.endswith(b"\n") else {}
    if (found.get("line"), found.get("format")) != (lines.HEADER, lines.FORMAT):
        raise refused(f"{_NO_EXPORT}: its first line does not say so.")
    if found.get("v") != lines.VERSION:
        raise refused(f"{_NO_EXPORT}: it has another version of the format; install the version that wrote it.")
    if not isinstance(found.get("ledger"), str):
        raise refused(f"{_NO_EXPORT}: its first line does not say of which ledger.")
    return found


def _sha256_told(stored: bytes) -> str | None:
    found = _document(stored) if stored.endswith(b"\n") else {}
    return found.get("sha256") if found.get("line") == lines.TRAILER else None


def _document(stored: bytes) -> Document:
    try:
        found = canonical.from_bytes(stored)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _some_at_a_time(opened: BinaryIO) -> Iterator[list[bytes]]:
    """The lines behind each other, without the last."""
    before = _without_last(opened)
    while some := [*islice(before, _AT_A_TIME)]:
        yield some


def _without_last(opened: BinaryIO) -> Iterator[bytes]:
    last = b""
    for stored in opened:
        if last:
            yield last
        last = stored


def _counted(tally: lines.Tally, stored: bytes) -> Document:
    found = _document(stored)
    kind = found.get("line")
    tally.take(kind if isinstance(kind, str) else "", stored)
    return found


async def _refuse_unfit(store: Store, name: str) -> None:
    if await store.is_begun():
        raise WrongState("The ledger is not empty. An export is imported into a new database only; nothing was stored.")
    present = await store.ledger_name()
    if present is None:
        await store.set_ledger_name(name)
    elif present != name:
        raise WrongState(
            "The export is of a ledger with another name than this one, and a name stands in every entry of a log. "
            "Import it into a new database that was never started; nothing was stored."
        )
