"""The limit of single posts and of reads: routes without checks, contracts, logs or problem documents.

Under the same server as the service; the drivers are called as they are. `python -m benchmarks.bare_routes`.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, Protocol

import aiosqlite
import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

from service.storage.sqlite_connection import SETTINGS

_KEY = "INSERT INTO participant_key VALUES ({0}, {1}, {2})"
_LOG = "INSERT INTO log_entry VALUES ({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8})"
_FACT = "INSERT INTO fact VALUES ({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10})"
_HEAD = "UPDATE contract_head SET sequence = {0}, digest = {1} WHERE contract = {2}"
_STATEMENT = "SELECT document FROM statement WHERE id = {0}"
_DIGEST = bytes(32)
# As long as what the service writes into its log for a fact.
_ENTRY = (
    b'{"actor":"bootstrap","body":{"commitment":"' + b"0" * 64 + b'"},"contract":"%b","kind":"fact",'
    b'"ledger":"outcomes-ledger","previous":"' + b"0" * 64 + b'","reason":null,"sequence":%d,"recorded_at":"%b",'
    b'"source":"%b","id":"%b","v":1}'
)
Parameters = tuple[Any, ...]


class Rows(Protocol):
    """A database that stores the rows of one event in one transaction, and reads one statement."""

    async def store(self, entry: Parameters, fact: Parameters, key: Parameters | None) -> None:
        """Store an entry of the log with its fact and a new participant's key, move the head, commit."""

    async def statement(self, id: str) -> bytes:
        """One statement's bytes."""

    async def close(self) -> None:
        """Close every connection."""


class Sqlite:
    """One connection, because SQLite has one writer."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection, self._turn = connection, asyncio.Lock()
        self._sql = [sql.format(*"?" * 11) for sql in (_LOG, _FACT, _HEAD, _KEY)]
        self._read = _STATEMENT.format("?")

    @classmethod
    async def open(cls, url: str) -> "Sqlite":
        """The database with the settings of the ledger."""
        connection = await aiosqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for name, value in {**SETTINGS, "foreign_keys": "ON"}.items():
            await connection.execute(f"PRAGMA {name}={value}")
        return cls(connection)

    async def store(self, entry: Parameters, fact: Parameters, key: Parameters | None) -> None:
        async with self._turn:
            await self._connection.execute("BEGIN IMMEDIATE")
            for sql, row in zip(self._sql, _rows(entry, fact, key), strict=False):
                await self._connection.execute(sql, row)
            await self._connection.execute("COMMIT")

    async def statement(self, id: str) -> bytes:
        (row,) = await self._connection.execute_fetchall(self._read, (id,))
        return bytes(row[0])

    async def close(self) -> None:
        await self._connection.close()


class Postgresql:
    """A pool of connections with prepared statements."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._sql = [sql.format(*(f"${place}" for place in range(1, 12))) for sql in (_LOG, _FACT, _HEAD, _KEY)]
        self._read = _STATEMENT.format("$1")

    async def store(self, entry: Parameters, fact: Parameters, key: Parameters | None) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            for sql, row in zip(self._sql, _rows(entry, fact, key), strict=False):
                await connection.execute(sql, *row)

    async def statement(self, id: str) -> bytes:
        async with self._pool.acquire() as connection:
            return bytes(await connection.fetchval(self._read, id))

    async def close(self) -> None:
        await self._pool.close()


def _rows(entry: Parameters, fact: Parameters, key: Parameters | None) -> tuple[Parameters, ...]:
    moved = (entry[1], entry[8], entry[0])
    return (entry, fact, moved) if key is None else (entry, fact, moved, key)


def bare_app() -> FastAPI:
    """The routes on the database of DATABASE_URL; contracts whose log already holds one entry, their terms."""
    url = os.environ["DATABASE_URL"]
    is_sqlite = url.startswith("sqlite")
    sequences: dict[str, int] = {}
    people: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        rows = await Sqlite.open(url) if is_sqlite else Postgresql(await asyncpg.create_pool(url, max_size=15))
        app.state.rows = rows
        yield
        await rows.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.get("/healthz")
    async def healthy() -> Response:
        return Response(b"{}")

    @app.post("/v1/events")
    async def post_event(request: Request) -> Response:
        body = await request.body()
        event = orjson.loads(body)
        contract, identity = event["contract"], (event["source"], event["id"])
        sequences[contract] = sequence = sequences.get(contract, 1) + 1
        recorded_at = datetime.now(UTC)
        person = (contract, event["participant"])
        key = None if person in people else (*person, _DIGEST)
        people.add(person)
        entry = (
            contract,
            sequence,
            "fact",
            str(recorded_at) if is_sqlite else recorded_at,
            "bootstrap",
            *identity,
            _ENTRY % (contract.encode(), sequence, str(recorded_at).encode(), *map(str.encode, identity)),
            _DIGEST,
        )
        on = event["on"] if is_sqlite else date.fromisoformat(event["on"])
        fact = (contract, sequence, *identity, event["kind"], event["participant"], on, event["name"], body, None, None)
        await request.app.state.rows.store(entry, fact, key)
        return Response(orjson.dumps({"sequence": sequence}), 201, media_type="application/json")

    @app.get("/v1/statements/{id}")
    async def read_statement(id: str, request: Request) -> Response:
        return Response(await request.app.state.rows.statement(id), media_type="application/json")

    return app


if __name__ == "__main__":
    if sqlite3.threadsafety == 0:
        raise RuntimeError("this SQLite cannot be used from threads")
    uvicorn.run(bare_app, factory=True, port=int(os.environ["PORT"]), access_log=False, log_level="warning")
