"""The example of a case system, against a served ledger that fails now and then: everything is stored exactly once."""

import random
import time

import httpx
import pytest

from examples.case_system import corrected, main, post
from service.storage.database import Database
from service.storage.scope import EVERYTHING
from service.workflows.ledger import Ledger
from tests.databases import run_apart
from tests.shell.calling import TOML, answered, ledger_on, working_key
from tests.shell.flaky import served_with
from tests.write_statements import CONTRACTS

FAULTS = ("drop", "cut", "hang", "busy")
PATIENCE_SECONDS = 0.3


class Clock:
    """Waits asked for by the client, kept and not waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def key(database_url: str) -> str:
    """The administrator's key of a fresh ledger."""

    async def begin() -> str:
        database = Database.at(database_url, EVERYTHING)
        try:
            ledger: Ledger = ledger_on(database)
            return await working_key(ledger) or ""
        finally:
            await database.dispose()

    return run_apart(begin())


def client_at(url: str, key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False)


def register(url: str, key: str) -> None:
    file = (CONTRACTS / "sandbox" / "1.toml").read_bytes()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as client:
        answered(client.post("/v1/contracts", content=file, headers=TOML), 201)


def stored(url: str, key: str) -> list[tuple[int, str]]:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False) as client:
        found = answered(client.get("/v1/changes", params={"contract": "sandbox", "limit": 500}))["data"]
    return [(entry["sequence"], entry["id"]) for entry in found if entry["kind"] == "fact"]


def test_every_kind_of_failure_is_overcome_and_nothing_is_stored_twice(database_url: str, key: str) -> None:
    clock = Clock()
    with served_with(["drop", "busy", "hang", "sound", "cut", "sound"], database_url) as (url, flaky):
        register(url, key)
        verdicts = main(url, key, clock.pause, PATIENCE_SECONDS)
        assert flaky.met == ["drop", "busy", "hang", "sound", "cut", "sound"]
        time.sleep(PATIENCE_SECONDS)
        assert stored(url, key) == [(2, "C-01-start"), (3, "C-01-plan"), (4, "C-01-plan-2")]
        again = main(url, key, clock.pause, PATIENCE_SECONDS)
    assert [one["verdict"] for one in verdicts] == ["duplicate"] * 3  # each was stored by a try that was not answered
    assert [one["sequence"] for one in again] == [2, 3, 4]
    assert clock.waits == [1.0, 3.0, 4.0, 1.0]


def test_a_day_of_posting_over_a_bad_line_stores_each_event_once_in_order(database_url: str, key: str) -> None:
    chance = random.Random(20261122)
    faults = [chance.choice((*FAULTS, "sound", "sound")) for _ in range(60)]
    faults = [fault for fault in faults if fault != "hang" or chance.random() < 0.3]
    who = {"contract": "sandbox", "source": "day", "kind": "milestone", "on": "2024-05-01", "name": "plan_agreed"}
    events = [{**who, "id": f"e-{place}", "participant": f"P-{place % 7}"} for place in range(60)]
    with served_with(faults, database_url) as (url, flaky):
        register(url, key)
        with client_at(url, key) as client:
            for place in range(0, 60, 3):
                told = post(client, events[place : place + 3], Clock().pause)
                assert {one["verdict"] for one in told} <= {"accepted", "duplicate"}
                assert [one["id"] for one in told] == [event["id"] for event in events[place : place + 3]]
        assert {*FAULTS} <= {*flaky.met}
        assert [name for _, name in stored(url, key)] == [event["id"] for event in events]


def test_a_ledger_that_never_answers_is_given_up_and_what_cannot_mend_itself_is_not_retried(
    database_url: str, key: str
) -> None:
    clock = Clock()
    with served_with(["busy"] * 8, database_url) as (url, flaky), client_at(url, key) as client:
        with pytest.raises(TimeoutError, match="post them again later"):
            post(client, [{}], clock.pause)
        assert clock.waits == [3.0] * 8
        with pytest.raises(httpx.HTTPStatusError):
            post(client, [], clock.pause)
        assert len(flaky.met) == 9


def test_a_correction_is_the_whole_event_again() -> None:
    event = {"id": "a", "kind": "milestone", "on": "2024-01-01"}
    assert corrected(event, "b", "wrong day", on="2024-01-02") == {
        "id": "b",
        "kind": "milestone",
        "on": "2024-01-02",
        "replaces": "a",
        "reason": "wrong day",
    }
