"""A period is closed for every contract: a broken one stops none of the others, and closing again changes nothing."""

from service.storage.database import Database
from tests.builders import EXAM, a_contract
from tests.shell.calling import Api, answered
from tests.shell.living import exam, living, two_people, whole
from tests.shell.tampering import execute


async def outcomes(api: Api, period: str = "2022") -> dict[str, str]:
    """What closing a period for all contracts did with each."""
    told = answered(await api.client.post(f"/v1/periods/{period}/close"))
    return {one["contract"]: one["outcome"] for one in told["data"]}


async def test_a_contract_whose_terms_were_altered_stops_no_other(api: Api, database: Database) -> None:
    contract = await living(api)
    await api.register(a_contract(EXAM, contract="alone"))
    await api.register(a_contract(EXAM, contract="broken"))
    await api.register(a_contract(EXAM, contract="monthly", periods="month"))
    await execute(database, "UPDATE terms_version SET file = :file WHERE contract = 'broken'", file=b"{]")
    assert await outcomes(api) == {
        "alone": "issued",
        "broken": "failed",
        "monthly": "not-due",
        "w": "awaits-approval",
    }
    before = await whole(database)
    assert await outcomes(api) == {
        "alone": "issued-before",
        "broken": "failed",
        "monthly": "not-due",
        "w": "awaits-approval",
    }
    assert await whole(database) == before
    await contract.done(contract.round("approve"), headers={**contract.second, **await contract.seen()})
    assert (await outcomes(api))["w"] == "issued"
    before = await whole(database)
    assert (await outcomes(api))["w"] == "issued-before"
    assert await whole(database) == before


async def test_closing_tells_what_is_stated_carried_and_awaited(api: Api) -> None:
    await api.register(two_people(approval="one-person"))
    await api.learn([*exam("P1", "2022-05-01"), exam("P2", "2022-06-01")[1]])
    closed = await api.close("2022")
    assert [(one["investor"], one["lines"], one["payable"]) for one in closed["statements"]] == [
        ("a", "5000.00", "5000.00"),
        ("b", "5000.00", "5000.00"),
    ]
    assert [(one["metric"], one["findings"]) for one in closed["waiting"]] == [("exam", 1)]


async def test_where_one_person_may_a_draft_made_by_hand_is_issued_by_closing(api: Api) -> None:
    await api.register(two_people(approval="one-person"))
    await api.learn(exam("P1", "2022-05-01"))
    path = "/v1/contracts/w/statements/2022"
    drafted = answered(await api.client.post(path), 201)
    previewed = answered(await api.client.post("/v1/periods/2022/close", params={"contract": "w", "preview": True}))
    assert [one["outcome"] for one in previewed["data"]] == ["issued"]
    assert (await api.get(path))["state"] == "draft"
    answered(await api.client.post(f"{path}/submit"))
    closed = await api.close("2022")
    assert (closed["outcome"], closed["digest"]) == ("issued", drafted["digest"])
    kinds = [entry["kind"] for entry in (await api.get("/v1/contracts/w/log"))["data"]]
    assert kinds[-5:] == ["draft", "submission", "approval", "statement", "statement"]
