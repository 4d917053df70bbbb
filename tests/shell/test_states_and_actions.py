"""Every state of a statement by every action: the legal ones are done, the others refused with what can be done."""

import httpx
import pytest

from service.core.life.statements import ACTIONS
from service.storage.database import Database
from tests.shell.calling import Api, problem_in
from tests.shell.living import BECAUSE, PERIOD, STATEMENT, Living, disputed, living, paid, rejected, whole

STATES = ("draft", "submitted", "approved", "discarded", "issued", "disputed", "resolved", "settled")
OF_THE_PERIOD = ("draft", "submit", "approve", "issue", "discard")
OF_THE_STATEMENT = ("dispute", "resolve", "settle")
BEFORE_ISSUE = STATES[:4]

# Each legal step, and the state it leads to; whatever is not here is refused.
LEADS_TO = {
    ("draft", "submit"): "submitted",
    ("draft", "discard"): "discarded",
    ("submitted", "approve"): "approved",
    ("submitted", "discard"): "discarded",
    ("approved", "issue"): "issued",
    ("approved", "discard"): "discarded",
    ("discarded", "draft"): "draft",
    ("issued", "dispute"): "disputed",
    ("issued", "settle"): "settled",
    ("disputed", "dispute"): "disputed",
    ("disputed", "resolve"): "resolved",
    ("disputed", "settle"): "disputed",
    ("resolved", "dispute"): "disputed",
    ("resolved", "settle"): "settled",
    ("settled", "dispute"): "disputed",
}


async def act(contract: Living, action: str) -> httpx.Response:
    """Try an action as whoever may do it, on what stands there; the whole of what is due is paid."""
    match action:
        case "draft":
            return await contract.call(contract.round())
        case "submit":
            return await contract.call(contract.round("submit"))
        case "approve":
            return await contract.call(contract.round("approve"), headers={**contract.second, **await contract.seen()})
        case "issue":
            return await contract.call(contract.round("issue"), headers=await contract.seen())
        case "discard":
            return await contract.call(contract.round("discard"), BECAUSE)
        case "dispute":
            return await contract.call(f"statements/{STATEMENT}/disputes", disputed())
        case "resolve":
            number = contract.dispute or 1
            return await contract.call(f"statements/{STATEMENT}/disputes/{number}/resolve", rejected())
        case _:
            await contract.call(f"statements/{STATEMENT}/settlements", paid("region", "2000.00"))
            return await contract.call(f"statements/{STATEMENT}/settlements", paid())


async def state_of(contract: Living) -> tuple[str, list[str]]:
    """The state of the statement, or before its issue of the period, with what can be done."""
    told = await contract.api.get(f"/v1/{contract.round()}")
    if told["state"] == "issued":
        told = await contract.life()
    return told["state"], told["available_actions"]


def test_the_table_names_what_each_state_allows() -> None:
    assert set(STATES) == set(ACTIONS)
    assert {state: {action for (at, action) in LEADS_TO if at == state} for state in STATES} == {
        state: set(actions) for state, actions in ACTIONS.items()
    }


@pytest.mark.parametrize(
    ("state", "action"), [(state, action) for state in STATES for action in (*OF_THE_PERIOD, *OF_THE_STATEMENT)]
)
async def test_every_state_allows_what_the_table_says_and_refuses_the_rest(
    api: Api, database: Database, state: str, action: str
) -> None:
    contract = await living(api)
    await contract.reach(state)
    assert await state_of(contract) == (state, list(ACTIONS[state]))  # type: ignore[index]
    before = await whole(database)
    answer = await act(contract, action)
    if (state, action) in LEADS_TO:
        assert answer.is_success, answer.text
        reached = LEADS_TO[state, action]
        assert await state_of(contract) == (reached, list(ACTIONS[reached]))  # type: ignore[index]
        return
    refused = problem_in(answer, 409)
    assert refused["available_actions"] == offered(state, action)
    assert await whole(database) == before


def offered(state: str, action: str) -> list[str]:
    """What a refusal offers: what the state allows; of an issued period nothing, as its statements go on one by one."""
    if state in BEFORE_ISSUE or action in OF_THE_STATEMENT:
        return list(ACTIONS[state])  # type: ignore[index]
    return []


async def test_a_discarded_period_is_drafted_anew_under_the_same_numbers(api: Api) -> None:
    contract = await living(api)
    first = await contract.take(2)
    await contract.done(contract.round("discard"), BECAUSE)
    again = await contract.take(3)
    assert [one["number"] for one in again["statements"]] == [one["number"] for one in first["statements"]]
    assert again["sequence"] > first["sequence"]
    assert [entry["id"] for entry in (await api.get("/v1/statements"))["data"]] == [STATEMENT, "w.2022.b.1"]


async def test_of_two_drafts_of_a_period_there_is_never_more_than_one(api: Api) -> None:
    contract = await living(api)
    await contract.take(0)
    for path in (contract.round(), "contracts/w/final-settlement"):
        refused = problem_in(await contract.call(path), 409)
        assert refused["available_actions"] == ["submit", "discard"]


async def test_the_next_period_waits_until_the_one_before_is_issued(api: Api) -> None:
    contract = await living(api)
    refused = problem_in(await contract.call(contract.round(period="2023")), 409, "not-the-next-period")
    assert PERIOD in refused["detail"]
    await contract.take(2)
    assert problem_in(await contract.call(contract.round(period="2023")), 409)["available_actions"] == []
    assert problem_in(await contract.call(contract.round("submit", "2023")), 409)["available_actions"] == []


async def test_a_settled_contract_offers_its_reopening_and_a_reopened_one_a_draft(api: Api) -> None:
    contract = await living(api)
    for period in ("2022", "2023"):
        await contract.issue(period)
    await contract.issue("2024", final=True)
    for path in (contract.round(period="2025"), "contracts/w/final-settlement"):
        assert problem_in(await contract.call(path), 409, "contract-closed")["available_actions"] == ["reopen"]
    assert problem_in(await contract.call(contract.round("submit", "2025")), 409)["available_actions"] == []
    await contract.reopen()
    assert problem_in(await contract.call(contract.round("submit", "2024")), 409)["available_actions"] == ["draft"]
    assert (await contract.take(3, "2024"))["revision"] == 2
