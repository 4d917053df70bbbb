"""The service is killed while it takes in events and issues statements, and started again, many times over."""

import asyncio
import os
import subprocess
from random import Random

import pytest

from service.storage.database import Database
from service.workflows.rebuild import rebuild_all
from tests.crash.aftermath import facts_hold, issues_hold, settled, stored
from tests.crash.callers import Told, register, work
from tests.crash.serving import COMMAND, Nursery, Served
from tests.shell.calling import answered, ledger_on
from tests.sources import ROOT

CYCLES = int(os.environ.get("CRASH_CYCLES", "30"))
CYCLES_OF_A_LEDGER = 10
LONGEST_LIFE_SECONDS = 0.3  # from the first request on: a few posts and issues


async def life_and_death(nursery: Nursery, served: Served, key: str, seed: int) -> Told:
    """Put the service to work on two new contracts, and kill it at a moment that the seed chooses."""
    random = Random(seed)
    told = Told((f"c{seed}-a", f"c{seed}-b"))
    async with served.client(key) as client:
        for contract in told.contracts:
            await register(client, contract)
        at_work = asyncio.create_task(work(client, random, told))
        await asyncio.wait([at_work], timeout=random.uniform(0.005, LONGEST_LIFE_SECONDS))
        nursery.kill(served)
        await at_work
    return told


async def everything_holds(served: Served, key: str, database: Database, told: Told) -> None:
    """Check on the service that was started again everything that the callers of the dead one were told."""
    await settled(database)
    async with served.client(key) as client:
        assert answered(await client.get("/readyz")) == {"status": "ready"}
        found = await stored(database, told)
        await facts_hold(client, told, found)
        await issues_hold(client, told, found)


def verified_from_the_command_line(url: str) -> None:
    """Every statement ever issued verifies, and every chain holds from its first entry on."""
    for words in (["statements", "verify"], ["rebuild"]):
        environment = {**os.environ, "DATABASE_URL": url}
        done = subprocess.run(
            [*COMMAND, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize("first_seed", range(0, CYCLES, CYCLES_OF_A_LEDGER))
async def test_whatever_was_acknowledged_survives_a_kill_and_nothing_is_half_done(
    nursery: Nursery, database: Database, database_url: str, key: str, first_seed: int
) -> None:
    unanswered = [0, 0]
    served = nursery.start(database_url)
    for seed in range(first_seed, min(first_seed + CYCLES_OF_A_LEDGER, CYCLES)):
        told = await life_and_death(nursery, served, key, seed)
        served = nursery.start(database_url)
        try:
            await everything_holds(served, key, database, told)
        except AssertionError as error:
            error.add_note(f"the service of seed {seed} was killed with {told.in_doubt} posts and issues unanswered")
            raise
        unanswered = [total + more for total, more in zip(unanswered, told.in_doubt, strict=True)]
    assert min(unanswered) > 0, "no kill hit a post, or none hit an issue: the cycles prove nothing"
    if first_seed == 0:  # it takes as long as three cycles
        verified_from_the_command_line(database_url)
    assert all(one.entries for one in await rebuild_all(ledger_on(database)))
