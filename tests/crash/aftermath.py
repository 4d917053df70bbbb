"""What has to hold after a crash: what was told is there once, what was not told is there whole or not at all."""

import asyncio
from collections import Counter
from dataclasses import dataclass

import httpx
from sqlalchemy import text

from service.core import canonical
from service.storage.database import Database
from service.storage.rows import GENESIS_DIGEST, Head
from service.workflows.journal import broken_link
from tests.crash.callers import INVESTORS, Post, Told, send
from tests.shell.calling import answered

# A server goes on with the statement of a client that died; only when it is done is the past settled.
_AT_WORK = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND state <> 'idle'"
)


@dataclass(frozen=True)
class Stored:
    """Both contracts as the database has them: the sequence of each fact, the number of statements of each period."""

    facts: dict[tuple[str, str, str], int]
    statements: Counter[tuple[str, str]]


async def settled(database: Database) -> None:
    """Wait until nothing is under way in the database for a caller who is gone."""
    if database.engine.dialect.name != "postgresql":
        return
    for _ in range(500):
        async with database.engine.connect() as connection:
            if not (await connection.execute(_AT_WORK)).scalar_one():
                return
        await asyncio.sleep(0.01)
    raise AssertionError("a dead caller's statement does not end")


async def stored(database: Database, told: Told) -> Stored:
    """What is stored of both contracts, after checking that each chain is whole and its look-ups agree with it."""
    facts: dict[tuple[str, str, str], int] = {}
    statements: Counter[tuple[str, str]] = Counter()
    async with database.reading() as store:
        for contract in told.contracts:
            entries = await store.entries(contract)
            assert broken_link(entries, Head(0, GENESIS_DIGEST)) is None
            assert await store.head(contract) == Head(entries[-1].sequence, entries[-1].digest)
            in_log = [entry.sequence for entry in entries if entry.kind == "fact"]
            assert in_log == [sequence for sequence, _ in await store.fact_rows(contract)]
            bodies = [(entry.sequence, canonical.from_bytes(entry.entry_bytes)["body"]) for entry in entries]
            known = [(contract, body["source"], body["id"]) for _, body in bodies if "commitment" in body]
            assert len(known) == len({*known}) == len(in_log)
            facts |= zip(known, in_log, strict=True)
            rows = await store.statements(contract=contract)
            assert [entry.sequence for entry in entries if entry.kind == "statement"] == [row.sequence for row in rows]
            statements.update((contract, row.period) for row in rows)
    return Stored(facts, statements)


def _identities(post: Post) -> list[tuple[str, str, str]]:
    return [(document["contract"], document["source"], document["id"]) for document in post.documents]


async def facts_hold(client: httpx.AsyncClient, told: Told, found: Stored) -> None:
    """Every acknowledged event is there; every other post is there whole or not at all, and can be sent again."""
    for post in told.posts:
        there = [found.facts.get(identity) for identity in _identities(post)]
        if post.verdicts is not None:
            assert there == [verdict["sequence"] for verdict in post.verdicts], "an acknowledged event is lost"
            continue
        assert len({sequence is None for sequence in there}) == 1, "half a batch is stored"
        again = await send(client, post)
        assert {verdict["verdict"] for verdict in again} == {"accepted" if there[0] is None else "duplicate"}
        assert there[0] is None or there == [verdict["sequence"] for verdict in again]


async def issues_hold(client: httpx.AsyncClient, told: Told, found: Stored) -> None:
    """Every issue is there for all investors or for none, an acknowledged one for all; each statement verifies."""
    for issue in told.issues:
        there = found.statements[(issue.contract, issue.period)]
        assert there in ((len(INVESTORS),) if issue.statements is not None else (0, len(INVESTORS))), "half an issue"
        if issue.statements is None:
            again = await client.post(f"/v1/periods/{issue.period}/close", params={"contract": issue.contract})
            (closed,) = answered(again)["data"]
            assert closed["outcome"] == ("issued-before" if there else "issued")
    for contract in told.contracts:
        entries = answered(await client.get("/v1/statements", params={"contract": contract}))["data"]
        known = {entry["number"]: entry for issue in told.issues for entry in issue.statements or ()}
        for entry in entries:
            told_of_it = known.get(entry["number"], entry)
            changed = {name for name in told_of_it.keys() & entry.keys() if told_of_it[name] != entry[name]}
            assert not changed, f"an acknowledged statement changed: {changed}"
        for entry in entries:
            assert answered(await client.post(f"/v1/statements/{entry['id']}/verify"))["match"], entry["id"]
        assert answered(await client.get(f"/v1/contracts/{contract}/accounts"))["total"] == "0.00"
