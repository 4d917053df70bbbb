"""After the final settlement: what was pending is refused, and what comes later says why it is not stated."""

from tests.shell.calling import Api, answered, problem_in, sent
from tests.shell.living import exam, living


async def settled(api: Api) -> None:
    """The contract with one exam passed, one participant who is still awaited, and settled for good."""
    contract = await living(api)
    await api.learn(exam("P2", "2022-06-01")[1:])
    for period in ("2022", "2023"):
        await contract.issue(period)
    await contract.issue("2024", final=True)


async def test_what_was_pending_is_refused_by_the_final_settlement(api: Api) -> None:
    await settled(api)
    (waited,) = (await api.get("/v1/contracts/w/findings", participant="P2"))["data"]
    assert waited["state"] == "refused"
    assert waited["sentence"].endswith("; refused at final settlement")
    detail = await api.get("/v1/statements/w.2024.a.1/detail")
    assert [item for item in detail["items"] if item["item"] == "pending"] == []


async def test_a_later_event_is_stored_and_says_that_it_is_not_stated(api: Api) -> None:
    await settled(api)
    enrolled = exam("P2", "2022-06-01")[0]
    assert answered(await api.event(sent(enrolled)), 201)["verdict"] == "accepted"
    told = await api.get("/v1/events/one", contract="w", source=enrolled.source, id=enrolled.id)
    assert told["unused_because"].startswith("after close, not stated")
    (waited,) = (await api.get("/v1/contracts/w/findings", participant="P2"))["data"]
    assert waited["state"] == "refused"
    refused = problem_in(await api.client.post("/v1/contracts/w/statements/2025"), 409, "contract-closed")
    assert refused["available_actions"] == ["reopen"]
