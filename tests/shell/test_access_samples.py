"""Samples of the access trail: drawn at random, drawn again from their seed, signed off by somebody else."""

import pytest

from service.storage.database import Database
from service.workflows.access_samples import drawn_by
from service.workflows.ledger import Ledger
from tests.shell.calling import Api, answered, faults_in, ledger_on, problem_in, with_chance
from tests.shell.trail import SAMPLES, TRAIL, as_somebody, posted, stated_in


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fresh ledger at a fixed moment, with real chance: keys are made through the API, and samples drawn."""
    return with_chance(ledger_on(database))


@pytest.fixture
async def stated(w: Api) -> Api:
    """Contract W with the year 2022 issued."""
    return await stated_in(w)


async def read_by_finance(api: Api, times: int) -> None:
    finance = await as_somebody(api, "finance", ("finance",))
    for _ in range(times):
        answered(await api.client.get("/v1/contracts/w/findings", headers=finance))


async def test_a_sample_is_drawn_at_random_and_can_be_drawn_again_from_its_seed(stated: Api) -> None:
    await read_by_finance(stated, 6)
    drawn = answered(await posted(stated, SAMPLES, {"size": 3, "credential": "finance"}), 201)

    told, all_of_them = drawn["drawn"]["sample"], [
        one["sequence"] for one in (await stated.get(TRAIL, credential="finance", kind="read"))["data"]
    ]  # fmt: skip
    assert told["among"] == len(all_of_them) == 6
    assert told["records"] == drawn_by(told["seed"], all_of_them, 3) == [one["sequence"] for one in drawn["records"]]
    assert {tuple(drawn_by(f"{seed:032x}", all_of_them, 3)) for seed in range(500)} > {tuple(told["records"])}


async def test_a_sample_is_signed_off_once_by_somebody_whose_reads_are_not_in_it(stated: Api) -> None:
    await read_by_finance(stated, 2)
    await stated.get("/v1/contracts/w/findings")
    of_others = answered(await posted(stated, SAMPLES, {"size": 200, "credential": "finance"}), 201)["number"]
    of_own = answered(await posted(stated, SAMPLES, {"size": 200}), 201)["number"]
    found = {"found": "each belongs to the closing of 2022"}

    signed = answered(await posted(stated, f"{SAMPLES}/{of_others}/sign-off", found), 201)
    assert signed["signed_off"]["sign_off"]["found"] == found["found"]
    again = await posted(stated, f"{SAMPLES}/{of_others}/sign-off", found)
    problem_in(again, 409, "access-sample-signed-off")
    problem_in(await posted(stated, f"{SAMPLES}/{of_own}/sign-off", found), 403, "own-reads-in-sample")
    problem_in(await posted(stated, f"{SAMPLES}/99/sign-off", found), 404, "access-sample-not-found")
    listed = (await stated.get(SAMPLES))["data"]
    assert [(one["number"], one["signed_off"] is not None) for one in listed] == [(1, True), (2, False)]


async def test_every_fault_of_a_sample_and_of_what_was_found_is_told(stated: Api) -> None:
    asked = {"size": 0, "since": "2026-01-01T00:00:00", "until": "1899-01-01T00:00:00Z", "contract": "No Name"}
    assert {place for place, _ in faults_in(await posted(stated, SAMPLES, asked))} == {
        "/size", "/since", "/until", "/contract",
    }  # fmt: skip
    found = {"found": "they asked about 010190-1234"}
    answered(await posted(stated, SAMPLES, {"size": 1, "credential": "nobody"}), 201)
    refused = await posted(stated, f"{SAMPLES}/1/sign-off", found)
    assert faults_in(refused) == [("/found", "personal-data-suspected")]
