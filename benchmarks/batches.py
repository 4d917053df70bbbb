"""Batches of 10,000 events over HTTP, beside the same rows put into the same tables as fast as the database can."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import asyncpg
import orjson

from benchmarks.load import Measured, Moment
from benchmarks.payload import CONTRACT, batches, contract_document, events
from benchmarks.places import Begun, Place, served
from benchmarks.wire import Connection
from service.storage.sqlite_connection import SETTINGS

_TABLES = ("participant_key", "log_entry", "fact")
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Batches:
    """The case at a size: so many participants with ten events each, and so many events a batch."""

    place: Place
    participants: int
    batch: int

    def through_service(self) -> tuple[Measured, list[Rows]]:
        """The seconds in which the service took everything, and the rows it stored, batch by batch."""
        bodies = batches(events(self.participants), self.batch)
        with self.place.fresh() as begun, served(begun, self.place.folder) as port:
            measured = asyncio.run(_post(port, begun.key, bodies))
            return measured, asyncio.run(_stored(begun, self.batch))

    def bare(self, rows: Sequence[Rows]) -> Measured:
        """The seconds in which the database took the same rows, one transaction a batch."""
        with self.place.fresh() as begun, served(begun, self.place.folder) as port:
            asyncio.run(register(port, begun.key))
            first = Moment.now()
            seconds = asyncio.run(_copy(begun.url, rows)) if self.place.server else _insert(begun.url, rows)
            return Measured.between(first, Moment.now(), seconds)


async def register(port: int, key: str) -> None:
    """Register the benchmark's contract with the service on that port."""
    connection = await Connection.open(port, key)
    await connection.expect(201, "POST", "/v1/contracts", orjson.dumps(contract_document()))
    await connection.close()


async def _post(port: int, key: str, bodies: Sequence[bytes]) -> Measured:
    await register(port, key)
    connection = await Connection.open(port, key)
    first = Moment.now()
    answers = [await connection.expect(200, "POST", "/v1/events/batch", body) for body in bodies]
    measured = Measured.between(first, Moment.now())
    await connection.close()
    for body, answer in zip(bodies, answers, strict=True):
        accepted = orjson.loads(answer)["summary"]["accepted"]
        if accepted != len(orjson.loads(body)):
            raise RuntimeError(f"only {accepted} events of a batch were accepted")
    return measured


async def _stored(begun: Begun, batch: int) -> list[Rows]:
    """What the service stored of facts and keys, cut where its batches ended."""
    read = _read_sqlite if begun.url.startswith("sqlite") else _read_postgresql
    keys, entries, facts = [await read(begun.url, table) for table in _TABLES]
    entries = [entry for entry in entries if entry[2] == "fact"]
    key_of = {key[1]: key for key in keys if key[1]}
    cut: list[Rows] = []
    for start in range(0, len(facts), batch):
        inside = facts[start : start + batch]
        people = dict.fromkeys(fact[5] for fact in inside)
        made = [key_of.pop(name) for name in people if name in key_of]
        cut.append({"participant_key": made, "log_entry": entries[start : start + batch], "fact": inside})
    return cut


async def _read_sqlite(url: str, table: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        return list(connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2"))


async def _read_postgresql(url: str, table: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY 1, 2")]
    finally:
        await connection.close()


async def _copy(url: str, rows: Sequence[Rows]) -> float:
    connection = await asyncpg.connect(url)
    try:
        began = perf_counter()
        for batch in rows:
            async with connection.transaction():
                for table in _TABLES:
                    await connection.copy_records_to_table(table, records=batch[table])
                sequence, digest = _end(batch)
                await connection.execute(
                    "UPDATE contract_head SET sequence = $1, digest = $2 WHERE contract = $3",
                    sequence,
                    digest,
                    CONTRACT,
                )
        return perf_counter() - began
    finally:
        await connection.close()


def _insert(url: str, rows: Sequence[Rows]) -> float:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        for name, value in {**SETTINGS, "foreign_keys": "ON"}.items():
            connection.execute(f"PRAGMA {name}={value}")
        began = perf_counter()
        for batch in rows:
            connection.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                for row in batch[table][:1]:
                    places = ", ".join("?" * len(row))
                    connection.executemany(f"INSERT INTO {table} VALUES ({places})", batch[table])
            connection.execute("UPDATE contract_head SET sequence = ?, digest = ?", _end(batch))
            connection.execute("COMMIT")
        return perf_counter() - began
    finally:
        connection.close()


def _end(batch: Rows) -> tuple[int, bytes]:
    last = batch["log_entry"][-1]
    return last[1], last[8]


def rounds(place: Place, participants: int, batch: int) -> Iterator[tuple[str, Measured]]:
    """Timings of the service and of the limit in turn, for ever."""
    case = Batches(place, participants, batch)
    while True:
        measured, rows = case.through_service()
        yield "service", measured
        yield "limit", case.bare(rows)
