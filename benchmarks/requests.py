"""One request after another by several clients: single durable posts, and reads of an issued statement."""

import asyncio
from collections.abc import Iterator, Sequence

import orjson

from benchmarks.load import Measured, Moment
from benchmarks.payload import INVESTOR, PERIOD, batches, contract_document, events
from benchmarks.places import Begun, Place, served, served_bare
from benchmarks.wire import Connection

CLIENTS = 16
_STATEMENT = f"statements/bench.{PERIOD}.{INVESTOR}.1"


def post_rounds(place: Place, each: int) -> Iterator[tuple[str, Measured]]:
    """Timings of 16 clients that post `each` events one by one, each client to its own contract."""
    contracts = [f"bench-{number}" for number in range(CLIENTS)]
    drawn = [events(each // 10 + 1, contract)[:each] for contract in contracts]
    bodies = [[orjson.dumps(event) for event in of_one] for of_one in drawn]
    while True:
        for side, starts in (("service", served), ("limit", served_bare)):
            with place.fresh() as begun:
                with served(begun, place.folder) as port:
                    asyncio.run(_register(port, begun.key, contracts))
                with starts(begun, place.folder) as port:
                    yield side, asyncio.run(_posted(port, begun.key, bodies))


def read_rounds(place: Place, each: int) -> Iterator[tuple[str, Measured]]:
    """Timings of 16 clients that read the same issued statement `each` times."""
    with place.fresh() as begun:
        with served(begun, place.folder) as port:
            asyncio.run(_issue(port, begun))
        with served(begun, place.folder) as service, served_bare(begun, place.folder) as bare:
            while True:
                yield "service", asyncio.run(_read(service, begun.key, f"/v1/{_STATEMENT}", each))
                yield "limit", asyncio.run(_read(bare, begun.key, f"/v1/{_STATEMENT}", each))


async def _register(port: int, key: str, contracts: Sequence[str]) -> None:
    connection = await Connection.open(port, key)
    for contract in contracts:
        await connection.expect(201, "POST", "/v1/contracts", orjson.dumps(contract_document(contract)))
    await connection.close()


async def _issue(port: int, begun: Begun) -> None:
    await _register(port, begun.key, ["bench"])
    connection = await Connection.open(port, begun.key)
    for body in batches(events(200), 1_000):
        await connection.expect(200, "POST", "/v1/events/batch", body)
    await connection.expect(200, "POST", f"/v1/periods/{PERIOD}/close?contract=bench")
    await connection.close()


async def _posted(port: int, key: str, bodies: Sequence[Sequence[bytes]]) -> Measured:
    async def client(connection: Connection, own: Sequence[bytes]) -> None:
        for body in own:
            await connection.expect(201, "POST", "/v1/events", body)

    connections = [await Connection.open(port, key) for _ in bodies]
    first = Moment.now()
    await asyncio.gather(*map(client, connections, bodies))
    measured = Measured.between(first, Moment.now())
    await asyncio.gather(*(connection.close() for connection in connections))
    return measured


async def _read(port: int, key: str, path: str, each: int) -> Measured:
    async def client(connection: Connection) -> bytes:
        answers = {await connection.expect(200, "GET", path) for _ in range(each)}
        (answer,) = answers
        return answer

    connections = [await Connection.open(port, key) for _ in range(CLIENTS)]
    first = Moment.now()
    await asyncio.gather(*map(client, connections))
    measured = Measured.between(first, Moment.now())
    await asyncio.gather(*(connection.close() for connection in connections))
    return measured
