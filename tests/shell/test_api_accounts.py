"""Accounts over HTTP: every statement moves what it states, and the trial balance is zero after each step."""

from decimal import Decimal

from service.api.pages import cursor
from tests.builders import a_contract, housed, retraction, started
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, faults_in


async def balances(api: Api) -> dict[str, str]:
    """Each account's balance; their sum, and what is told as their sum, is zero."""
    found = await api.get("/v1/contracts/w/accounts")
    held = {one["account"]: one["balance"] for one in found["accounts"]}
    assert sum(map(Decimal, held.values())) == 0
    assert found["total"] == "0.00"
    return held


async def test_the_trial_balance_is_zero_after_every_step(w: Api) -> None:
    assert await balances(w) == {}
    await w.learn(W1_FACTS)
    for period in ("2022", "2023", "2024"):
        await w.issue(period)
        assert await balances(w)
    before = await balances(w)
    await w.learn(retraction(W1_FACTS[place]) for place in (0, 1))
    assert await balances(w) == before
    await w.issue("2025")
    after = await balances(w)
    assert set(after.values()) == {"0.00"} and set(after) == set(before)


async def test_postings_are_listed_page_by_page_in_the_order_of_issue(w: Api) -> None:
    await w.learn(W1_FACTS)
    for period in ("2022", "2023", "2024"):
        await w.issue(period)
    whole = (await w.get("/v1/contracts/w/postings"))["data"]
    assert len(whole) == 12
    assert [one["transaction"] for one in whole[:4]] == ["w.2022.a.1", "w.2022.a.1", "w.2022.b.1", "w.2022.b.1"]
    for size in (1, 3, 12):
        paged, query = [], {"limit": size}
        while True:
            page = await w.get("/v1/contracts/w/postings", **query)
            assert len(page["data"]) <= size
            paged += page["data"]
            if not page["page"]["has_more"]:
                break
            query["after"] = page["page"]["next"]
        assert paged == whole
    assert {one["currency"] for one in whole} == {"DKK"}


async def test_every_transaction_sums_to_zero_and_names_its_statement(w: Api) -> None:
    await w.learn([*W1_FACTS, started("P2", "2022-01-01"), housed("P2", "2022-01-01"), housed("P2", "2022-08-01")])
    issued = await w.issue("2022")
    postings = (await w.get("/v1/contracts/w/postings"))["data"]
    for entry in issued:
        moved = [Decimal(one["amount"]) for one in postings if one["transaction"] == entry["id"]]
        assert moved and sum(moved) == 0


async def test_amounts_of_a_currency_without_minor_units_are_whole(api: Api) -> None:
    await api.register(a_contract(currency="ISK"))
    await api.learn(W1_FACTS)
    await api.issue("2022")
    found = await api.get("/v1/contracts/w/accounts")
    assert (found["currency"], found["total"]) == ("ISK", "0")
    assert {one["balance"].lstrip("-") for one in found["accounts"]} >= {"7500"}


async def test_a_cursor_is_taken_only_as_it_was_given(w: Api) -> None:
    for parts in (("1",), ("1", "x"), ("1", "²"), ("-1", "1"), ("1", "9" * 18), ("9" * 19, "1"), ("", "")):
        response = await w.client.get("/v1/contracts/w/postings", params={"after": cursor(*parts)})
        assert faults_in(response) == [("after", "wrong-cursor")]
    for word in ("", "x", "²", "=" * 400):
        response = await w.client.get("/v1/contracts/w/postings", params={"after": word})
        assert faults_in(response) == [("after", "wrong-cursor")]
