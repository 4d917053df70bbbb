"""Every hostile body on every address that takes a POST: refused, not echoed, in time, and the service goes on."""

import time
from typing import Any

import httpx
import pytest

from service.main import create_app
from service.settings import Settings
from service.workflows.credentials import NewCredential
from tests.builders import housed
from tests.core.worked import W1_FACTS
from tests.hostile.corpus import MARKER, Hostile, corpus
from tests.shell.calling import Api, answered, key_of, problem_in, sent

CORPUS = corpus()
SECONDS = 5.0
NAMES = {"contract": "w", "period": "2023", "statement": "w.2022.a.1", "number": "3", "name": "anna"}
# What decisions name that count for exactly what was seen.
SEEN = {"If-Match": '"' + "0" * 64 + '"'}
POSTS: dict[str, Any] = {
    template.format_map(NAMES): operations["post"]
    for template, operations in create_app(Settings()).openapi()["paths"].items()
    if "post" in operations
}
TAKE_NOTHING = {path for path, operation in POSTS.items() if not operation["requestBody"]["required"]}


def addresses() -> list[str]:
    """Every address with a POST, and the batch that is taken whole or not at all."""
    return [*POSTS, "/v1/events/batch?atomic=true"]


def refusal(response: httpx.Response) -> bool:
    """Whether the whole is refused by a problem, or each event of a list by its verdict."""
    if response.status_code == 200 and "verdicts" in response.json():
        return {verdict["verdict"] for verdict in response.json()["verdicts"]} == {"rejected"}
    problem_in(response, response.status_code)
    return 400 <= response.status_code < 500


def test_there_are_enough_of_them() -> None:
    assert len(CORPUS) >= 300
    assert len(addresses()) == 33
    assert len(TAKE_NOTHING) == 11


@pytest.mark.parametrize("path", addresses())
async def test_every_hostile_body_is_refused(w: Api, path: str) -> None:
    await w.learn(W1_FACTS)
    await w.issue("2022")
    before = await w.stored()
    own = {"Authorization": f"Bearer {await key_of(w.ledger, NewCredential('anna', ('administrator',)))}"}
    for hostile in CORPUS:
        if hostile.body == b"" and path in TAKE_NOTHING:
            continue  # there it is the right body
        await refused(w, path, hostile, own if "credentials" in path else {})
    assert await w.stored() == before
    assert len((await w.get("/v1/statements"))["data"]) == 2
    assert answered(await w.event(sent(housed("P9", "2022-08-31"))), 201)["verdict"] == "accepted"


async def refused(w: Api, path: str, hostile: Hostile, own: dict[str, str]) -> None:
    begun = time.perf_counter()
    headers = {"Content-Type": hostile.media_type, **SEEN, **own}
    response = await w.client.post(path, content=hostile.body, headers=headers)
    taken = time.perf_counter() - begun
    assert refusal(response), (path, hostile.media_type, hostile.body[:80], response.status_code, response.text[:400])
    assert MARKER not in response.text, (path, hostile.body[:80], response.text[:400])
    assert MARKER not in str(response.headers)
    assert taken < SECONDS, (path, hostile.body[:80], taken)
