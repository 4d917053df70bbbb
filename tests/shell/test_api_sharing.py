"""Waterfalls, capital and plans over HTTP: what was issued is an input of every later statement."""

from tests.builders import EXAM, a_contract, correction
from tests.builders_shares import JOB, a_shared_contract, drawdown, in_job, passed, tranche
from tests.shell.calling import Api, answered

TRANCHES = [tranche("senior", "a", cap="50.00"), tranche("junior", "b")]
PLAN = {"from": "2022-01-01", "reason": "as signed"}


async def amounts(api: Api, period: str) -> dict[str, str]:
    """What the statements of the period state to each recipient."""
    return {
        entry["investor"]: (await api.totals(entry["id"]))["lines"] for entry in await api.issue(period, contract="w")
    }


async def test_a_waterfall_stands_as_it_was_issued_and_every_statement_is_proved(api: Api) -> None:
    await api.register(a_shared_contract(JOB, by="tranches", tranches=TRANCHES))
    enrolled, job = in_job("P1", "ordinary")
    await api.learn([enrolled, job])
    assert await amounts(api, "2022") == {"a": "50.00", "b": "10.00"}
    await api.learn([correction(job, value="flexjob"), *in_job("P2", "small_job")])
    assert await amounts(api, "2023") == {"a": "0.00", "b": "-5.00"}
    pieces = [line["share"]["pieces"] for line in await api.lines("w.2023.b.1")]
    assert [[(one["given_by"], one["amount"]) for one in told] for told in pieces] == [
        [("tranche junior", "-10.00")],
        [("tranche junior", "5.00")],
    ]
    for entry in (await api.get("/v1/statements"))["data"]:
        proof = answered(await api.client.post(f"/v1/statements/{entry['id']}/verify"))
        assert proof["match"], proof


async def test_a_preview_of_capital_weighted_shares_is_what_is_issued(api: Api) -> None:
    drawn = [drawdown("a", "2022-03-01", "3000.00"), drawdown("b", "2023-03-01", "3000.00")]
    await api.register(a_shared_contract(by="drawn", drawdowns=drawn))
    for period in ("2022", "2023"):
        await api.learn(passed(f"P-{period}", f"{period}-05-01"))
        previewed = (await api.get(f"/v1/contracts/w/statements/{period}/preview"))["data"]
        issued = await api.issue(period)
        for entry, draft in zip(issued, previewed, strict=True):
            assert await api.get(f"/v1/statements/{entry['id']}") == draft["statement"]
    assert (await api.totals("w.2023.b.1"))["lines"] == "50.00"
    assert (await api.get("/v1/statements/w.2023.a.1"))["capital"] == {"drawn": "3000.00", "balance": "-2850.00"}


async def test_findings_show_planned_against_actual_where_there_is_a_plan(api: Api) -> None:
    expected = [{"metric": "exam", "period": year, "outcomes": 2, "amount": "20000.00"} for year in ("2022", "2023")]
    await api.register(a_contract(EXAM, plans=[{**PLAN, "expected": expected}]))
    await api.learn(passed("P1", "2022-05-01"))
    found = await api.get("/v1/contracts/w/findings", period="2022", participant="nobody")
    row = {"metric": "exam", "planned": 2, "planned_amount": "20000.00"}
    assert found["plan"] == [{**row, "period": "2022", "achieved": 1}, {**row, "period": "2023", "achieved": 0}]


async def test_findings_of_a_contract_without_a_plan_show_none(w: Api) -> None:
    assert (await w.get("/v1/contracts/w/findings"))["plan"] is None
