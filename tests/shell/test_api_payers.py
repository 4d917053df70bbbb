"""A payer's statement and vouchers over HTTP: the sums of the statements, what is paid, and what waits."""

import csv
import io
from decimal import Decimal
from typing import Any

from service.workflows.adjustments import decide_on
from tests.builders import EXAM, HOUSING, a_contract, a_fact, housed, started
from tests.render.reading import sheets_in
from tests.shell.calling import Api, Document, answered, problem_in

BOOKKEEPING = [
    {"payer": "city", "account": "4010", "cost_centre": "1200", "debt_account": "9500"},
    {"payer": "city", "metric": "housing", "account": "0420"},
]
SHARES = {
    "payers": [{"party": "city", "weight": 2}, {"party": "region", "weight": 1}],
    "investors": [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}],
}
FACTS = [
    started("P1", "2022-01-10"),
    housed("P1", "2022-01-10"),
    housed("P1", "2022-04-20"),
    a_fact("milestone", "P1", "2022-06-01", name="exam_passed"),
    started("P2", "2022-11-10"),
    housed("P2", "2022-11-10"),
]


async def shared(api: Api) -> Api:
    """A contract of two payers: three months of housing and an exam achieved by P1, the rest pending."""
    await api.register(a_contract(HOUSING, EXAM, shares=SHARES, bookkeeping=BOOKKEEPING))
    await api.learn(FACTS)
    return api


async def owes(api: Api, payer: str, period: str = "2022") -> Document:
    found: Document = await api.get(f"/v1/contracts/w/payers/{payer}/statements/{period}")
    return found


async def settle(api: Api, statement: str, payer: str, amount: str) -> None:
    body = {"payer": payer, "amount": amount, "currency": "DKK", "value_date": "2026-11-20", "bank_reference": "DK-1"}
    answered(await api.client.post(f"/v1/statements/{statement}/settlements", json=body), 201)


async def test_a_payer_owes_what_the_statements_to_all_investors_say(api: Api) -> None:
    await shared(api)
    issued = await api.issue("2022")
    statements = [await api.get(f"/v1/statements/{entry['id']}") for entry in issued]
    for payer in ("city", "region"):
        shown = await owes(api, payer)
        rows = [row for one in statements for row in one["due_from"] if row["party"] == payer]
        assert Decimal(shown["totals"]["due"]) == sum(Decimal(row["amount"]) for row in rows)
        assert [row["due"] for row in shown["statements"]] == [row["amount"] for row in rows]
        assert "P1" not in str(shown) and "P2" not in str(shown)
    assert {(row["investor"], row["metric"]): row["amount"] for row in (await owes(api, "city"))["owed"]} == {
        ("a", "housing"): "5000.00",
        ("a", "exam"): "3333.34",
        ("b", "housing"): "5000.00",
        ("b", "exam"): "3333.33",
    }


async def test_what_is_paid_is_no_longer_outstanding(api: Api) -> None:
    await shared(api)
    first, _ = await api.issue("2022")
    await settle(api, first["id"], "city", "8000.00")
    to_a, to_b = (await owes(api, "city"))["statements"]
    assert (to_a["payable"], to_a["paid"], to_a["outstanding"]) == ("8333.34", "8000.00", "333.34")
    assert (to_b["paid"], to_b["outstanding"], to_b["state"]) == ("0.00", "8333.33", "issued")
    assert (to_a["issued_on"], to_a["due_on"]) == ("2026-11-22", "2026-12-22")
    assert (await owes(api, "region"))["totals"]["paid"] == "0.00"


async def test_the_next_period_is_shown_as_it_would_be_owed_with_what_waits(api: Api) -> None:
    shown = await owes(await shared(api), "city")
    assert shown["state"] == "preview"
    assert (shown["totals"]["payable"], shown["totals"]["pending"]) == ("16666.67", "76666.67")
    assert not {"paid", "outstanding"} & shown["totals"].keys()
    assert not {"sha256", "issued_on"} & shown["statements"][0].keys()
    assert [(row["step"], row["why"], row["outcomes"], row["would_be_due"]) for row in shown["pending"]] == [
        ("3 months", "awaits-duration", 1, "10000.00"),
        ("6 months", "awaits-confirmation", 1, "10000.00"),
        ("6 months", "awaits-duration", 1, "10000.00"),
        ("12 months", "awaits-duration", 2, "40000.00"),
        ("reached", "awaits-milestone", 1, "6666.67"),
    ]
    await api.issue("2022")
    assert (await owes(api, "city"))["totals"]["pending"] == shown["totals"]["pending"]


async def test_an_adjustment_stands_beside_outcomes_and_in_what_is_due(api: Api) -> None:
    await shared(api)
    body = {"investor": "b", "payer": "region", "amount": "-100.00", "currency": "DKK", "reason": "paid twice in 2021"}
    evidence = {"evidence": {"kind": "letter", "ref": "letter 7"}}
    made = answered(await api.client.post("/v1/contracts/w/adjustments", json={**body, **evidence}), 201)
    await decide_on(api.ledger, "w", made["number"], approved=True, actor="second-person")
    await api.issue("2022")
    shown = await owes(api, "region")
    assert [(row["investor"], row["kind"], row["amount"]) for row in shown["beside"]] == [
        ("b", "adjustment", "-100.00")
    ]
    sums = shown["totals"]
    assert Decimal(sums["outcomes"]) + Decimal(sums["beside"]) == Decimal(sums["due"])
    assert sums["beside"] == "-100.00"


def columns(rows: list[dict[str, str]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


async def voucher_rows(api: Api, period: str = "2022") -> list[dict[str, str]]:
    """The rows of the CSV, which is what is sent where nothing else is asked for."""
    response = await api.client.get(f"/v1/contracts/w/vouchers/{period}")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


async def test_vouchers_balance_and_carry_the_accounts_that_are_agreed(api: Api) -> None:
    await shared(api)
    await api.issue("2022")
    rows = await voucher_rows(api)
    for number in {row["Voucher"] for row in rows}:
        sides = [(Decimal(row["Debit"] or 0), Decimal(row["Credit"] or 0)) for row in rows if row["Voucher"] == number]
        assert sum(debit for debit, _ in sides) == sum(credit for _, credit in sides) > 0
    mine = [row for row in rows if (row["Payer"], row["Investor"]) == ("city", "a")]
    assert columns(mine, "Kind", "Metric", "Account", "Cost centre", "Debit", "Credit", "Note") == [
        ("outcomes", "housing", "0420", "", "5000.00", "", ""),
        ("outcomes", "exam", "4010", "1200", "3333.34", "", ""),
        ("debt", "", "9500", "", "", "8333.34", ""),
    ]
    others = [row for row in rows if row["Payer"] == "region"]
    assert {row["Account"] for row in others} == {""} and all("agreed" in row["Note"] for row in others)
    assert {row["Date"] for row in rows} == {"2022-12-31"}


async def test_vouchers_are_sent_as_json_and_xlsx_too(api: Api) -> None:
    await shared(api)
    await api.issue("2022")
    rows = await voucher_rows(api)
    told = (await api.get("/v1/contracts/w/vouchers/2022", format="json"))["data"]
    assert [(one["voucher"], one["kind"], one["text"]) for one in told] == columns(rows, "Voucher", "Kind", "Text")
    response = await api.client.get("/v1/contracts/w/vouchers/2022", params={"format": "xlsx"})
    sheet: list[list[Any]] = sheets_in(response.content)["Vouchers"]
    assert len(sheet) == len(rows) + 1
    assert sheet[1][4] == Decimal(5000) and sheet[1][2] == "0420"


async def test_a_payers_statement_as_xlsx_holds_its_sheets(api: Api) -> None:
    await shared(api)
    response = await api.client.get("/v1/contracts/w/payers/city/statements/2022", params={"format": "xlsx"})
    pages = sheets_in(response.content)
    assert list(pages) == ["Payer's statement", "By statement", "Owed by metric", "Beside outcomes", "Pending"]
    assert ["Totals", "Payable", Decimal("16666.67")] in pages["Payer's statement"]
    assert [row[2] for row in pages["Pending"][1:]] == [row["step"] for row in (await owes(api, "city"))["pending"]]


async def test_a_title_that_a_spreadsheet_would_run_is_text_in_the_csv(api: Api) -> None:
    await api.register(a_contract({**EXAM, "title": "=HYPERLINK(1)"}))
    await api.learn([started("P1", "2022-01-10"), a_fact("milestone", "P1", "2022-06-01", name="exam_passed")])
    await api.issue("2022")
    rows = await voucher_rows(api)
    assert rows[0]["Text"].startswith("'=HYPERLINK(1)")


async def test_an_unknown_payer_a_later_period_and_a_period_not_issued_are_refused_with_what_can_be_asked(
    w: Api,
) -> None:
    path = "/v1/contracts/{}/payers/{}/statements/{}"
    refused = problem_in(await w.client.get(path.format("w", "nobody", "2022")), 404, "payer-not-found")
    assert "city" in refused["detail"]
    problem_in(await w.client.get(path.format("w", "a", "2022")), 404, "payer-not-found")
    problem_in(await w.client.get(path.format("x", "city", "2022")), 404, "contract-not-found")
    problem_in(await w.client.get(path.format("w", "city", "2022-Q1")), 404, "period-not-found")
    problem_in(await w.client.get(path.format("w", "city", "2023")), 409, "not-the-next-period")
    for period in ("2022", "2023"):
        refused = problem_in(await w.client.get(f"/v1/contracts/w/vouchers/{period}"), 409, "period-not-issued")
        assert "2022" in refused["detail"]
    problem_in(await w.client.get("/v1/contracts/x/vouchers/2022"), 404, "contract-not-found")
