"""The journal over HTTP and on the command line: the programs it is written for add up the ledger's own balances."""

import csv
import io
from decimal import Decimal
from pathlib import Path

from service.render.journal_accounts import journal_account
from service.render.journal_text import JOURNAL_FORMS
from service.workflows.transactions import money_journal, written
from tests.builders import a_contract, retraction
from tests.core.worked import W1_FACTS
from tests.journal_programs import assert_beancount_holds, hledger_balances, hledger_transactions
from tests.shell.calling import Api, problem_in

PARTIES = {
    "a": {"name": 'Investor "A"; of the first hour', "roles": ["investor"]},
    "b_2": {"name": "Investor B", "roles": ["investor"]},
    "city": {"name": "Sociale Forhold | Beskæftigelse\\", "roles": ["outcome_payer", "service_provider"]},
}
REFERENCE = 'DK; "1" \\ (2) * 100 @ x  y | é'


async def with_everything(api: Api) -> Api:
    """Statements of three years, one of them taking back, payments in part and in full, a drawdown and reversals."""
    investors = [{"party": "a", "weight": 1}, {"party": "b_2", "weight": 1}]
    shares = {"payers": [{"party": "city", "weight": 1}], "investors": investors}
    await api.register(a_contract(parties=PARTIES, shares=shares))
    await api.learn(W1_FACTS)
    first, second = await api.issue("2022")
    paid = await _post(api, f"/v1/statements/{first['id']}/settlements", _money("7000.01", payer="city"))
    await _post(api, f"/v1/statements/{second['id']}/settlements", _money("7500.00", payer="city"))
    back = {"reason": 'booked twice; "sorry"\nby hand', "value_date": "2023-03-01"}
    await _post(api, f"/v1/contracts/w/settlements/{paid['number']}/reverse", back)
    drawn = await _post(api, "/v1/contracts/w/drawdowns", _money("250000.00", investor="a"))
    await _post(api, f"/v1/contracts/w/drawdowns/{drawn['number']}/reverse", back)
    await _post(api, "/v1/contracts/w/drawdowns", _money("99.99", investor="b_2"))
    await api.issue("2023")
    await api.learn([retraction(W1_FACTS[0])])
    await api.issue("2024")
    return api


def _money(amount: str, **party: str) -> dict[str, str]:
    told = {"amount": amount, "currency": "DKK", "value_date": "2021-02-03", "bank_reference": REFERENCE}
    return {**party, **told}


async def _post(api: Api, path: str, body: dict[str, str]) -> dict[str, int]:
    response = await api.client.post(path, json=body)
    assert response.is_success, response.text
    made: dict[str, int] = response.json()
    return made


async def balances(api: Api) -> dict[str, Decimal]:
    """The ledger's own trial balance."""
    found = await api.get("/v1/contracts/w/accounts")
    return {one["account"]: Decimal(one["balance"]) for one in found["accounts"]}


async def journal(api: Api, form: str, media_type: str = "text/plain") -> str:
    response = await api.client.get("/v1/contracts/w/journal", params={"format": form})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    return response.content.decode("utf-8-sig")


async def test_hledger_adds_up_the_ledgers_balances(api: Api, hledger: str) -> None:
    await with_everything(api)
    held = await balances(api)
    assert len(held) == 8 and sum(held.values()) == 0
    assert hledger_balances(hledger, await journal(api, "hledger")) == held


async def test_beancount_adds_up_the_ledgers_balances(api: Api, tmp_path: Path) -> None:
    await with_everything(api)
    held = {journal_account(account): amount for account, amount in (await balances(api)).items()}
    assert_beancount_holds(await journal(api, "beancount"), held, "DKK", tmp_path)


async def test_every_transaction_stands_in_the_journal_with_its_day_number_and_words(api: Api, hledger: str) -> None:
    await with_everything(api)
    told = hledger_transactions(hledger, await journal(api, "hledger"))
    postings = (await api.get("/v1/contracts/w/postings", limit=500))["data"]
    assert [number for _, number, _ in told] == list(dict.fromkeys(one["transaction"] for one in postings))
    assert told[0] == ("2022-12-31", "w.2022.a.1", 'Payment statement w/2022/a/1 to Investor "A", of the first hour')
    words = [(day, text) for day, _, text in told if not text.startswith("Payment statement")]
    assert words == [
        ("2021-02-03", _in_hledger("Payment by {city} to {a}, statement w/2022/a/1, bank reference {ref}")),
        ("2021-02-03", _in_hledger("Payment by {city} to Investor B, statement w/2022/b_2/1, bank reference {ref}")),
        ("2023-03-01", words[2][1]),
        ("2021-02-03", _in_hledger("Drawdown of capital from {a}, bank reference {ref}")),
        ("2023-03-01", words[4][1]),
        ("2021-02-03", _in_hledger("Drawdown of capital from Investor B, bank reference {ref}")),
    ]
    assert words[2][1].startswith("Reversal of settlement ") and words[2][1].endswith(', "sorry" by hand')


def _in_hledger(text: str) -> str:
    told = text.format(city=PARTIES["city"]["name"], a=PARTIES["a"]["name"], ref=REFERENCE)
    return told.replace(";", ",")


async def test_the_journal_as_a_table_holds_the_postings(api: Api) -> None:
    await with_everything(api)
    rows = list(csv.DictReader(io.StringIO(await journal(api, "csv", "text/csv"), newline="")))
    postings = (await api.get("/v1/contracts/w/postings", limit=500))["data"]
    told = [(row["Transaction"], row["Account"], row["Amount"], row["Currency"]) for row in rows]
    assert told == [(one["transaction"], one["account"], one["amount"], one["currency"]) for one in postings]


async def test_the_journal_is_the_same_however_many_postings_are_read_at_once(api: Api) -> None:
    await with_everything(api)
    for form in JOURNAL_FORMS.values():
        begun = await money_journal(api.ledger, "w")
        whole = "".join([part async for part in written(api.ledger, begun, form)])
        for page in (1, 2, 3, 7):
            assert "".join([part async for part in written(api.ledger, begun, form, page)]) == whole


async def test_what_is_posted_after_a_journal_was_begun_is_in_the_next_one(api: Api) -> None:
    await api.register(a_contract())
    await api.learn(W1_FACTS)
    await api.issue("2022")
    begun, form = await money_journal(api.ledger, "w"), JOURNAL_FORMS["hledger"]
    before = "".join([part async for part in written(api.ledger, begun, form)])
    await api.issue("2023")
    assert "".join([part async for part in written(api.ledger, begun, form)]) == before
    assert len(await journal(api, "hledger")) > len(before)


async def test_a_contract_without_postings_has_an_empty_journal_and_an_unknown_one_none(w: Api, hledger: str) -> None:
    assert hledger_balances(hledger, await journal(w, "hledger")) == {}
    problem_in(await w.client.get("/v1/contracts/x/journal"), 404, "contract-not-found")
    problem_in(await w.client.get("/v1/contracts/w/journal", params={"format": "ledger"}), 422, "parameter-invalid")
