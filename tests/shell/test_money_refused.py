"""What cannot be a payment, drawdown, adjustment, dispute or close is refused: what is wrong, where; nothing stays."""

from typing import Any

import pytest

from service.storage.database import Database
from tests.builders import retraction
from tests.shell.calling import JSON, Api, faults_in, problem_in, sent
from tests.shell.living import (
    BECAUSE,
    STATEMENT,
    Living,
    adjusted,
    disputed,
    drawn,
    exam,
    living,
    paid,
    rejected,
    whole,
)

A_CPR = "born 010170-1234"
SETTLE, DRAW, ADJUST = f"statements/{STATEMENT}/settlements", "contracts/w/drawdowns", "contracts/w/adjustments"
DISPUTE = f"statements/{STATEMENT}/disputes"


async def refused(contract: Living, database: Database, path: str, body: Any, status: int = 422, **headers: Any) -> Any:
    """The faults of a refusal that left everything as it was, each with a remedy."""
    before = await whole(database)
    answer = await contract.call(path, body, headers or None)
    problem = problem_in(answer, status)
    assert await whole(database) == before
    assert all(fault["detail"] for fault in problem["errors"])
    return faults_in(answer, status)


PAYMENTS = [
    (paid(amount="3000.01"), ("/amount", "more-than-due")),
    (paid(amount="-1.00"), ("/amount", "more-than-due")),
    (paid(currency="EUR"), ("/currency", "another-currency")),
    (paid("fund"), ("/payer", "unknown-party")),
    (paid(value_date="2026-11-23"), ("/value_date", "in-the-future")),
    (paid(amount="0.00"), ("/amount", "out-of-range")),
    (paid(amount="1.001"), ("/amount", "too-precise")),
    (paid(bank_reference=A_CPR), ("", "personal-data-suspected")),
]
DRAWDOWNS = [
    (drawn("city"), ("/investor", "unknown-party")),
    (drawn(currency="EUR"), ("/currency", "another-currency")),
    (drawn(value_date="2026-11-23"), ("/value_date", "in-the-future")),
    (drawn(amount="0.00"), ("/amount", "out-of-range")),
    (drawn(amount="-5.00"), ("/amount", "out-of-range")),
    (drawn(bank_reference=A_CPR), ("", "personal-data-suspected")),
]
ADJUSTMENTS = [
    (adjusted(reason=""), ("/reason", "too-short")),
    (adjusted(investor="c"), ("/investor", "unknown-party")),
    (adjusted(payer="a"), ("/payer", "unknown-party")),
    (adjusted("0.00"), ("/amount", "out-of-range")),
    (adjusted("0.001"), ("/amount", "too-precise")),
    (adjusted(currency="EUR"), ("/currency", "another-currency")),
    (adjusted(reason=A_CPR), ("/reason", "personal-data-suspected")),
    (adjusted(evidence={"kind": "letter", "ref": A_CPR}), ("", "personal-data-suspected")),
]
DISPUTES = [
    (disputed(metric="housing"), ("/metric", "unknown-metric")),
    (disputed(line=999), ("/line", "unknown-line")),
    (disputed(line=1.5), ("/line", "wrong-type")),
    (disputed(reason=A_CPR), ("/reason", "personal-data-suspected")),
]
ASKED = [
    *((SETTLE, *case) for case in PAYMENTS),
    *((DRAW, *case) for case in DRAWDOWNS),
    *((ADJUST, *case) for case in ADJUSTMENTS),
    *((DISPUTE, *case) for case in DISPUTES),
]


async def test_what_does_not_fit_is_refused_at_its_place(api: Api, database: Database) -> None:
    contract = await living(api)
    await contract.issue()
    for path, body, fault in ASKED:
        found = await refused(contract, database, path, body)
        assert [one[1] for one in found] == [fault[1]], (path, body, found)
        assert found[0][0].endswith(fault[0]), (path, body, found)


@pytest.mark.parametrize("path", [SETTLE, DRAW, ADJUST])
async def test_an_amount_is_written_in_quotes(api: Api, database: Database, path: str) -> None:
    contract = await living(api)
    await contract.issue()
    before = await whole(database)
    body = {SETTLE: paid(), DRAW: drawn(), ADJUST: adjusted()}[path]
    for amount in ("1250.5", "1e3", "true", "null", "[]"):
        text = str({**body, "amount": "@"}).replace("'", '"').replace('"@"', amount)
        answer = await api.client.post(f"/v1/{path}", content=text, headers=JSON)
        assert [place for place, _ in faults_in(answer)] == ["/amount"], answer.text
    assert await whole(database) == before


async def test_all_that_is_wrong_is_told_at_once(api: Api, database: Database) -> None:
    contract = await living(api)
    await contract.issue()
    wrong = paid("fund", "1.001", value_date="2027-01-01")
    places = [place for place, _ in await refused(contract, database, SETTLE, wrong)]
    assert places == ["/amount", "/payer", "/value_date"]


async def test_a_reversal_is_made_once(api: Api, database: Database) -> None:
    contract = await living(api)
    await contract.issue()
    told = {**BECAUSE, "value_date": "2024-04-02"}
    for kind, path, body in (("settlements", SETTLE, paid()), ("drawdowns", DRAW, drawn())):
        number = (await contract.done(path, body))["number"]
        back = f"contracts/w/{kind}/{number}/reverse"
        await refused(contract, database, back, {**told, "value_date": "2026-12-24"})
        await refused(contract, database, back, {**told, "reason": A_CPR})
        await refused(contract, database, f"contracts/w/{kind}/1/reverse", told, 404)
        assert (await contract.done(back, told))["reversed_by"] == number + 1
        answer = await contract.call(back, told)
        assert problem_in(answer, 409, "reversed-already")["available_actions"] == []
        await refused(contract, database, back, told, 409)


async def test_nobody_approves_an_adjustment_of_their_own_and_it_is_decided_once(api: Api, database: Database) -> None:
    contract = await living(api)
    number = (await contract.done(ADJUST, adjusted()))["number"]
    approve = f"{ADJUST}/{number}/approve"
    await refused(contract, database, approve, None, 403)
    await refused(contract, database, f"{ADJUST}/{number}/take-back", BECAUSE, 409)
    await contract.done(approve, headers=contract.second)
    for step, body in (("approve", None), ("refuse", BECAUSE)):
        answer = await contract.call(f"{ADJUST}/{number}/{step}", body, contract.second)
        assert problem_in(answer, 409)["available_actions"] == ["take-back"]
    await contract.done(f"{ADJUST}/{number}/take-back", BECAUSE)
    await refused(contract, database, f"{ADJUST}/{number}/take-back", BECAUSE, 409)
    await refused(contract, database, f"{ADJUST}/999/approve", None, 404)


async def test_a_dispute_ends_once_and_is_upheld_by_a_correction_of_this_contract(api: Api, database: Database) -> None:
    contract = await living(api)
    await contract.reach("disputed")
    end = f"{DISPUTE}/{contract.dispute}/resolve"
    started, passed = exam("P1", "2022-05-01")
    upheld = {"outcome": "upheld", "reason": "looked at again"}
    withdrawn = sent(retraction(passed))
    for event in (
        None,
        sent(exam("P3", "2022-07-01")[1]),
        {**withdrawn, "contract": "another"},
        {**withdrawn, "replaces": "unknown"},
        {**withdrawn, "id": started.id, "kind": "enrolment"},
    ):
        places = await refused(contract, database, end, {**upheld, "event": event})
        assert all(place.startswith("/event") for place, _ in places), places
    await refused(contract, database, end, {**rejected(), "event": withdrawn})
    await refused(contract, database, end, rejected(reason=A_CPR))
    await refused(contract, database, f"statements/w.2022.b.1/disputes/{contract.dispute}/resolve", rejected(), 409)
    await refused(contract, database, f"{DISPUTE}/999/resolve", rejected(), 404)
    assert (await contract.done(end, {**upheld, "event": withdrawn}))["outcome"] == "upheld"
    await refused(contract, database, end, rejected(), 409)
    await contract.issue("2023")
    assert (await contract.document("w.2023.a.1"))["totals"]["lines"] == "-5000.00"


async def test_a_cpr_number_is_refused_in_every_free_text(api: Api, database: Database) -> None:
    contract = await living(api)
    await contract.take(0)
    said = {"reason": A_CPR}
    assert await refused(contract, database, contract.round("discard"), said) == [
        ("/reason", "personal-data-suspected")
    ]
    number = (await contract.done(ADJUST, adjusted()))["number"]
    await refused(contract, database, f"{ADJUST}/{number}/refuse", said)
    await contract.done(f"{ADJUST}/{number}/approve", headers=contract.second)
    await refused(contract, database, f"{ADJUST}/{number}/take-back", said)
    await refused(contract, database, "contracts/w/reopening", said)


async def test_a_period_is_closed_after_its_end_and_in_its_turn(api: Api, database: Database) -> None:
    contract = await living(api, outcomes_until="2040-12-31", evidence_until="2041-06-30")
    before = await whole(database)
    answer = await contract.call("periods/2023/close", contract="w")
    assert "2022" in problem_in(answer, 409, "not-the-next-period")["detail"]
    assert await whole(database) == before
    for period in ("2022", "2023", "2024", "2025"):
        await contract.issue(period)
    problem_in(await contract.call("periods/2026/close", contract="w"), 409, "period-not-ended")
    problem_in(await contract.call(contract.round(period="2026")), 409, "period-not-ended")
    problem_in(await contract.call("contracts/w/final-settlement"), 409, "too-early-to-settle")
    await refused(contract, database, "contracts/w/reopening", BECAUSE, 409)
    problem_in(await contract.call("periods/2022/close", contract="nobody"), 404, "contract-not-found")
