"""What a caller sees of an outage: a problem that says when to come again, and then the same request taken whole."""

import asyncio

import httpx

from tests.crash.callers import Document, Post
from tests.shell.calling import answered, problem_in

TRIES = 600


def refused_for_now(answer: httpx.Response) -> None:
    """The answer is the problem of an outage, with the time after which to come again."""
    problem = problem_in(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "again" in problem["detail"]


async def until_taken(client: httpx.AsyncClient, post: Post) -> int:
    """Send a batch until it is taken; how often it was refused for an outage. No other refusal is borne."""
    for refusals in range(TRIES):
        answer = await client.post("/v1/events/batch", json=list(post.documents))
        if answer.status_code == 200:
            verdicts: list[Document] = answered(answer)["verdicts"]
            post.verdicts = verdicts
            # Of a batch that was refused when it was being committed, all is stored or nothing.
            assert {verdict["verdict"] for verdict in verdicts} in ({"accepted"}, {"duplicate"})
            return refusals
        refused_for_now(answer)
        await asyncio.sleep(0.02)
    raise AssertionError("the service did not recover")
