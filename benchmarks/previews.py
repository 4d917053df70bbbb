"""A preview over HTTP, beside a bare fold over the same ordered rows that counts the same achievements."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from time import perf_counter
from typing import Any

import asyncpg
import orjson

from benchmarks.batches import register
from benchmarks.fold import achievements_of
from benchmarks.load import Measured, Moment
from benchmarks.payload import CONTRACT, PERIOD, batches, events
from benchmarks.places import Begun, Place, served
from benchmarks.wire import Connection

_ROWS = "SELECT participant, on_date, kind, payload FROM fact ORDER BY contract, participant, on_date, sequence"
_PREVIEW = f"/v1/contracts/{CONTRACT}/statements/{PERIOD}/preview"


def rounds(place: Place, participants: int, batch: int) -> Iterator[tuple[str, Measured]]:
    """Timings of the preview and of the fold in turn, for ever; the first preview of a process is not timed."""
    with place.fresh() as begun, served(begun, place.folder) as port:
        asyncio.run(_fill(port, begun.key, batches(events(participants), batch)))
        _, previewed = asyncio.run(_preview(port, begun.key))
        while True:
            measured, previewed = asyncio.run(_preview(port, begun.key))
            yield "service", measured
            measured, folded = asyncio.run(_fold(begun))
            if folded != previewed:
                raise RuntimeError(f"the fold counts {folded}, the preview {previewed}")
            yield "limit", measured


async def _fill(port: int, key: str, bodies: Iterable[bytes]) -> None:
    await register(port, key)
    connection = await Connection.open(port, key)
    for body in bodies:
        await connection.expect(200, "POST", "/v1/events/batch", body)
    await connection.close()


async def _preview(port: int, key: str) -> tuple[Measured, Counter[str]]:
    connection = await Connection.open(port, key)
    first = Moment.now()
    answer = await connection.expect(200, "GET", _PREVIEW)
    measured = Measured.between(first, Moment.now())
    await connection.close()
    items = orjson.loads(answer)["data"][0]["detail"]["items"]
    return measured, Counter(f"{item['metric']}: {item['step']}" for item in items if item["item"] == "line")


async def _fold(begun: Begun) -> tuple[Measured, Counter[str]]:
    first = Moment.now()
    began = perf_counter()
    if begun.url.startswith("sqlite"):
        counted = _count_sqlite(begun.url)
    else:
        counted = await _count_postgresql(begun.url)
    return Measured.between(first, Moment.now(), perf_counter() - began), counted


def _count_sqlite(url: str) -> Counter[str]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        return _counted(connection.execute(_ROWS))
    finally:
        connection.close()


async def _count_postgresql(url: str) -> Counter[str]:
    connection = await asyncpg.connect(url)
    try:
        return _counted(await connection.fetch(_ROWS))
    finally:
        await connection.close()


def _counted(rows: Iterable[Any]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for _, facts in groupby(rows, key=itemgetter(0)):
        counted.update(achievements_of(facts))
    return counted
