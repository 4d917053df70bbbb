"""A preview answers what the call then answers, and leaves nothing: on every call that moves state or money."""

from typing import Any

import pytest

from service.storage.database import Database
from tests.builders import retraction
from tests.shell.calling import Api, sent
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

SETTLE, DRAW, ADJUST = f"statements/{STATEMENT}/settlements", "contracts/w/drawdowns", "contracts/w/adjustments"
BACK = {**BECAUSE, "value_date": "2024-04-02"}


async def previewed(
    contract: Living, database: Database, path: str, body: Any = None, *, by_second: bool = False
) -> Any:
    """The answer to the real call, once its preview was told apart from it by `preview` alone and left nothing."""
    headers: dict[str, str] = dict(contract.second) if by_second else {}
    if path.endswith(("/approve", "/issue")) and "/statements/" in path:
        headers |= await contract.seen(path.split("/")[3])
    query = {"contract": "w"} if path.startswith("periods") else {}
    before = await whole(database)
    tried = await contract.call(path, body, headers, **query, preview="true")
    assert tried.status_code == 200, tried.text
    assert await whole(database) == before
    done = await contract.call(path, body, headers, **query)
    assert done.is_success, done.text
    assert tried.content.replace(b'"preview":true', b'"preview":false') == done.content
    assert b'"preview":true' in tried.content
    return done.json()


async def test_the_way_to_an_issue_is_previewed_step_by_step(api: Api, database: Database) -> None:
    contract = await living(api)
    await previewed(contract, database, contract.round())
    await previewed(contract, database, contract.round("discard"), BECAUSE)
    await previewed(contract, database, contract.round())
    await previewed(contract, database, contract.round("submit"))
    await previewed(contract, database, contract.round("approve"), by_second=True)
    await previewed(contract, database, contract.round("issue"), by_second=True)


async def test_a_close_is_previewed_whether_it_drafts_submits_or_issues(api: Api, database: Database) -> None:
    contract = await living(api)
    await previewed(contract, database, "periods/2022/close")
    await contract.done(contract.round("discard"), BECAUSE)
    await contract.take(0)
    await previewed(contract, database, "periods/2022/close")
    await previewed(contract, database, contract.round("approve"), by_second=True)
    await previewed(contract, database, "periods/2022/close")


async def test_payments_and_their_reversal_are_previewed(api: Api, database: Database) -> None:
    contract = await living(api)
    await contract.issue()
    for path, body, kind in ((SETTLE, paid(), "settlements"), (DRAW, drawn(), "drawdowns")):
        told = await previewed(contract, database, path, body)
        await previewed(contract, database, f"contracts/w/{kind}/{told['number']}/reverse", BACK)


async def test_adjustments_are_previewed(api: Api, database: Database) -> None:
    contract = await living(api)
    for step, body, by_second in (("refuse", BECAUSE, False), ("approve", None, True)):
        number = (await previewed(contract, database, ADJUST, adjusted()))["number"]
        await previewed(contract, database, f"{ADJUST}/{number}/{step}", body, by_second=by_second)
    await previewed(contract, database, f"{ADJUST}/{number}/take-back", BECAUSE)


@pytest.mark.parametrize("upheld", [True, False])
async def test_a_dispute_and_its_end_are_previewed(api: Api, database: Database, upheld: bool) -> None:
    contract = await living(api)
    await contract.issue()
    number = (await previewed(contract, database, f"statements/{STATEMENT}/disputes", disputed()))["number"]
    event = sent(retraction(exam("P1", "2022-05-01")[1]))
    body = {"outcome": "upheld", "reason": "looked at again", "event": event} if upheld else rejected()
    await previewed(contract, database, f"statements/{STATEMENT}/disputes/{number}/resolve", body)


async def test_the_end_of_a_contract_and_its_reopening_are_previewed(api: Api, database: Database) -> None:
    contract = await living(api)
    for period in ("2022", "2023"):
        await contract.issue(period)
    await previewed(contract, database, "contracts/w/final-settlement")
    await contract.done(contract.round("discard", "2024"), BECAUSE)
    await contract.issue("2024", final=True)
    await previewed(contract, database, "contracts/w/reopening", BECAUSE)
    await previewed(contract, database, "contracts/w/reopening/approve", by_second=True)
