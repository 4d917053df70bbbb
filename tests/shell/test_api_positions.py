"""Positions over HTTP: as of a date, as known at a sequence, always what the accounts hold; in every form."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from service.core.life.positions import position_of
from service.workflows.known import terms_known
from service.workflows.lives import life_known
from tests.balances import out_of_balance
from tests.builders import HOUSING, a_contract, housed, started
from tests.core.worked import W1_FACTS
from tests.render.reading import rows_in, sheets_in
from tests.shell.calling import JSON, Api, Document, answered, faults_in, problem_in

INVESTOR, PAYER = "/v1/investors/a", "/v1/payers/city"
PLAN = {
    "from": "2022-01-01",
    "reason": "as signed",
    "expected": [{"metric": "housing", "period": "2026", "outcomes": 2, "amount": "50000.00"}],
}


async def pay(api: Api, statement: str, amount: str, on: str) -> Document:
    """A payment by the city."""
    body = {"payer": "city", "amount": amount, "currency": "DKK", "value_date": on, "bank_reference": "DK-1"}
    told: Document = answered(await api.client.post(f"/v1/statements/{statement}/settlements", json=body), 201)
    return told


async def draw(api: Api, amount: str, on: str) -> None:
    """Capital of investor a."""
    body = {"investor": "a", "amount": amount, "currency": "DKK", "value_date": on, "bank_reference": "DK-2"}
    answered(await api.client.post("/v1/contracts/w/drawdowns", json=body), 201)


@pytest.fixture
async def paid(api: Api) -> Api:
    """Contract W with a plan, stated through 2024; 5,000.00 of what a was stated for 2022 is paid in March 2023."""
    await api.register(a_contract(plans=[PLAN], limits={"contract": {"amount": "70000.00"}}))
    await api.learn(W1_FACTS)
    for period in ("2022", "2023", "2024"):
        await api.issue(period)
    await draw(api, "20000.00", "2022-01-10")
    await pay(api, "w.2022.a.1", "5000.00", "2023-03-10")
    return api


def row_of(position: Document, side: str, party: str) -> Document:
    """One party's row."""
    return next(row for row in position[side] if row["party"] == party)


async def test_a_position_is_what_the_accounts_hold(paid: Api) -> None:
    position = await paid.get("/v1/contracts/w/position")
    accounts = await paid.get("/v1/contracts/w/accounts")
    held = {one["account"]: Decimal(one["balance"]) for one in accounts["accounts"]}
    for party in "ab":
        row = row_of(position, "investors", party)
        assert Decimal(row["outstanding"]) + Decimal(row["carried"]) == held[f"investor:{party}:receivable"]
        assert Decimal(row["drawn"]) == held.get(f"investor:{party}:capital", 0)
        assert Decimal(row["stated"]) == sum(Decimal(row[name]) for name in ("paid", "outstanding", "carried"))
    city = row_of(position, "payers", "city")
    assert -Decimal(city["outstanding"]) - Decimal(city["carried"]) == held["payer:city:due"]
    assert position["cap"] == {"limit": "70000.00", "used": "60000.00", "left": "10000.00"}
    a = row_of(position, "investors", "a")
    assert (a["stated"], a["paid"], a["outstanding"], a["expected"]) == (
        "30000.00",
        "5000.00",
        "25000.00",
        "50000.00",
    )
    assert position["effect"] == "0.80" and "pending" not in a


async def test_what_is_stored_balances_with_the_position_on_every_day(paid: Api) -> None:
    async with paid.ledger.database.reading() as store:
        terms = await terms_known(store, "w")
        life, postings = await life_known(store, "w", terms), await store.postings("w", limit=1_000)
    for day in ("2022-01-09", "2022-01-10", "2022-12-31", "2023-03-09", "2023-03-10", "2026-01-01"):
        held: Counter[str] = Counter()
        for row in postings:
            if row.on_date <= date.fromisoformat(day):
                held[row.account] += row.amount_minor
        position = position_of(life, date.fromisoformat(day))
        assert out_of_balance(position, life, held) == ()
        held["cash:city"] += 1
        assert len(out_of_balance(position, life, held)) == 1


async def test_as_of_a_date_and_as_known_at_a_sequence_yesterdays_figures_stand(paid: Api) -> None:
    before = await paid.get("/v1/contracts/w/position", as_of="2023-03-09")
    assert [row_of(before, "investors", "a")[name] for name in ("stated", "paid", "drawn")] == [
        "7500.00",
        "0.00",
        "20000.00",
    ]
    now = await paid.get("/v1/contracts/w/position")
    known = await paid.get("/v1/contracts/w/position", known_at=now["sequence"] - 1)
    assert row_of(known, "investors", "a")["paid"] == "0.00"
    assert known["sequence"] == now["sequence"] - 1
    again = await paid.get("/v1/contracts/w/position", known_at=now["sequence"])
    assert again == now
    first = await paid.get("/v1/contracts/w/position", known_at=1)
    assert row_of(first, "investors", "a")["stated"] == "0.00"


async def test_what_cannot_be_asked_for_is_refused_with_what_can(paid: Api) -> None:
    path = "/v1/contracts/w/position"
    refused = await paid.client.get(path, params={"known_at": 10_000})
    assert faults_in(refused) == [("known_at", "out-of-range")]
    for query in ({"known_at": 0}, {"as_of": "yesterday"}, {"effect": "1.01"}, {"effect": "80 %"}, {"effect": "-0.1"}):
        problem_in(await paid.client.get(path, params=query), 422, "parameter-invalid")
    problem_in(await paid.client.get("/v1/contracts/x/position"), 404, "contract-not-found")
    for nobody in ("/v1/investors/city", "/v1/payers/a"):
        problem_in(await paid.client.get(f"{nobody}/position"), 404, "party-not-found")
        problem_in(await paid.client.get(f"{nobody}/ageing"), 404, "party-not-found")
    problem_in(await paid.client.get("/v1/investors/city/portfolio"), 404, "party-not-found")
    problem_in(await paid.client.get(f"{INVESTOR}/statements/2021/consolidated"), 404, "statement-not-found")
    problem_in(await paid.client.get(f"{INVESTOR}/statements/soon/consolidated"), 404, "period-not-found")


async def test_what_is_pending_is_evaluated_where_it_is_asked_for(w: Api) -> None:
    await w.learn([started("P1", "2022-01-10"), housed("P1", "2022-01-10")])
    asked = await w.get("/v1/contracts/w/position", pending=True)
    assert row_of(asked, "investors", "a")["pending"] == {"outcomes": 3, "would_pay": "30000.00", "not_known": 0}
    assert row_of(asked, "payers", "city")["pending"] == {"outcomes": 3, "would_pay": "60000.00", "not_known": 0}
    before = await w.get("/v1/contracts/w/position", pending=True, known_at=1)
    assert row_of(before, "investors", "a")["pending"]["outcomes"] == 0


async def test_an_investor_and_a_payer_see_all_their_contracts_and_sums_by_currency(paid: Api) -> None:
    await paid.register(a_contract(contract="x", currency="GBP"))
    await paid.register(a_contract(contract="y"))
    mine = await paid.get(f"{INVESTOR}/position", effect="1")
    assert [row["contract"] for row in mine["contracts"]] == ["w", "x", "y"]
    totals = {total["currency"]: total for total in mine["totals"]}
    assert (totals["DKK"]["contracts"], totals["DKK"]["stated"], totals["DKK"]["drawn"]) == (2, "30000.00", "20000.00")
    assert (totals["DKK"]["expected"], totals["DKK"]["expected_not_known"]) == ("55000.00", 1)
    assert totals["GBP"]["stated"] == "0.00"
    theirs = await paid.get(f"{PAYER}/position")
    assert "drawn" not in theirs["contracts"][0] and "drawn" not in theirs["totals"][0]
    assert [one["party"] for one in theirs["contracts"][0]["between"]] == ["a", "b"]


async def test_ages_are_told_by_statement_and_add_up_to_what_is_outstanding(paid: Api) -> None:
    for path in (INVESTOR, PAYER):
        aged = await paid.get(f"{path}/ageing")
        position = await paid.get(f"{path}/position")
        assert aged["totals"][0]["outstanding"] == position["totals"][0]["outstanding"]
        ages = {one["age"]: Decimal(one["outstanding"]) for one in aged["totals"][0]["ages"]}
        assert sum(ages.values()) == Decimal(aged["totals"][0]["outstanding"])
    first = aged["statements"][0]
    assert (first["statement"], first["payer"], first["outstanding"]) == ("w.2022.a.1", "city", "2500.00")
    later = await paid.get(f"{INVESTOR}/ageing", as_of="2027-12-31")
    assert {one["age"] for one in later["statements"]} == {"over 90 days"}


async def test_the_portfolio_by_year_holds_accounts_and_then_what_is_expected(paid: Api) -> None:
    told = await paid.get(f"{INVESTOR}/portfolio")
    (contract,) = told["contracts"]
    years = {one["year"]: one for one in contract["years"]}
    assert told["years"] == [2022, 2023, 2024, 2025, 2026]
    assert [years[year]["stated"] for year in told["years"]] == ["7500.00", "7500.00", "15000.00", None, "20000.00"]
    assert [years[year]["holds"] for year in (2024, 2025, 2026)] == ["accounts", "not known", "expectation"]
    assert (years[2022]["drawn"], years[2023]["paid"], contract["drawn_from"]) == ("20000.00", "5000.00", "recorded")
    (total,) = told["totals"]
    assert (total["total"]["stated"], total["total"]["not_known"]) == ("50000.00", 1)


async def test_the_consolidated_statement_is_made_of_issued_bytes_and_names_them(paid: Api) -> None:
    quarterly = a_contract(contract="q", periods="quarter")
    await paid.register(quarterly)
    for quarter in ("2022-Q1", "2022-Q2"):
        await paid.issue(quarter, "q")
    told = await paid.get(f"{INVESTOR}/statements/2022/consolidated")
    listed = {one["id"]: one for one in (await paid.get("/v1/statements", investor="a"))["data"]}
    assert [one["statement"] for one in told["sections"]] == ["q.2022-Q1.a.1", "q.2022-Q2.a.1", "w.2022.a.1"]
    for section in told["sections"]:
        assert section["sha256"] == listed[section["statement"]]["sha256"]
        issued = await paid.get(f"/v1/statements/{section['statement']}")
        assert section["metrics"] == issued["metrics"] and section["totals"] == issued["totals"]
    assert told["totals"][0]["lines"] == "7500.00"
    half = await paid.get(f"{INVESTOR}/statements/2022-H1/consolidated")
    assert [one["period"]["label"] for one in half["sections"]] == ["2022-Q1", "2022-Q2"]


async def test_no_document_of_an_investor_names_a_participant(paid: Api) -> None:
    for path in ("position", "ageing", "portfolio", "statements/2022/consolidated"):
        for form in ("json", "csv"):
            response = await paid.client.get(f"{INVESTOR}/{path}", params={"format": form})
            assert response.status_code == 200
            assert "P1" not in response.text


AMOUNTS: dict[str, list[str]] = {
    "/v1/contracts/w/position": ["5000.00", "25000.00", "10000.00"],
    f"{INVESTOR}/position": ["5000.00", "25000.00"],
    f"{PAYER}/position": ["5000.00", "55000.00"],
    f"{INVESTOR}/ageing": ["2500.00"],
    f"{PAYER}/ageing": ["2500.00"],
    f"{INVESTOR}/portfolio": ["7500.00", "20000.00", "50000.00"],
    f"{INVESTOR}/statements/2022/consolidated": ["7500.00"],
}


@pytest.mark.parametrize("path", AMOUNTS)
async def test_each_is_sent_as_csv_and_xlsx_with_the_same_amounts(paid: Api, path: str) -> None:
    written = await paid.client.get(path, params={"format": "csv"})
    cells = [cell for row in rows_in(written.content) for cell in row.values()]
    book = await paid.client.get(path, params={"format": "xlsx"})
    numbers = [cell for rows in sheets_in(book.content).values() for row in rows for cell in row]
    for amount in AMOUNTS[path]:
        assert amount in cells
        assert Decimal(amount) in numbers
    for response, form in ((written, "csv"), (book, "xlsx")):
        assert response.headers["content-disposition"].endswith(f'.{form}"')


async def test_the_look_ups_of_a_position_do_not_grow_with_the_contracts(api: Api) -> None:
    counted: list[Any] = []
    engine = api.ledger.database.engine.sync_engine

    async def queries(path: str) -> int:
        counted.clear()
        answered(await api.client.get(path))
        return len(counted)

    event.listen(engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
    await api.register(a_contract(HOUSING))
    paths = [f"{INVESTOR}/{name}" for name in ("position", "ageing", "portfolio")]
    few = [await queries(path) for path in paths]
    for number in range(7):
        await api.register(a_contract(HOUSING, contract=f"w{number}"))
    assert [await queries(path) for path in paths] == few


async def test_a_file_that_spells_a_partys_id_in_another_way_is_found_too(api: Api) -> None:
    body = orjson.dumps(a_contract()).replace(b'"a"', b'"\\u0061"').replace(b'"city"', b'"cit\\u0079"')
    answered(await api.client.post("/v1/contracts", content=body, headers=JSON), 201)
    for path in (INVESTOR, PAYER):
        assert [one["contract"] for one in (await api.get(f"{path}/position"))["contracts"]] == ["w"]
