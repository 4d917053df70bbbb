"""Erasing those whose retention is over: due on a day, erased one by one, and everything stated is still proved."""

from datetime import date

import pytest

from service.core.errors import NotFound, WrongState
from service.core.life.requests import NewErasure
from service.storage.database import Database
from service.workflows.retention import due_in, erase_due
from tests.builders import EXAM, HOUSING, a_contract, a_fact
from tests.core.worked import three_months
from tests.shell.calling import Api, answered, second_person
from tests.shell.living import Living, whole
from tests.shell.test_erasure import erase, living, results

ENDS = {"outcomes_until": "2023-12-31", "evidence_until": "2024-06-30"}
CONTRACT = a_contract({**HOUSING, "retention_months": 12}, **ENDS)
TWO_HOUSED = [*three_months("P1", "2022-02-01", "2022-06-01"), *three_months("P2", "2022-03-01", "2022-07-01")]
LAST, FIRST = date(2025, 6, 29), date(2025, 6, 30)  # the last day on which they are needed; the first on which not


def asked(*names: str) -> list[NewErasure]:
    """Requests to erase these."""
    return [NewErasure(participant=name, reason="retention", legal_basis="article 17") for name in names]


async def stated(api: Api) -> None:
    """Two people housed for three months, stated for 2022."""
    await api.register(CONTRACT)
    await api.learn(TWO_HOUSED)
    await api.issue("2022")


async def who(api: Api, as_of: date) -> list[str]:
    """Who is due on a day."""
    return [one.participant for one in await due_in(api.ledger, "w", as_of)]


async def erased(api: Api, as_of: date, *names: str) -> list[int]:
    """Erase those of them who are due: of each how many events went."""
    done = [one async for one in erase_due(api.ledger, "w", as_of, asked(*names), "somebody")]
    return [one.life.erasures[-1].events for one in done]


async def test_all_who_are_due_are_erased_and_every_statement_is_proved(api: Api) -> None:
    await stated(api)
    assert await who(api, LAST) == []
    assert await who(api, FIRST) == ["P1", "P2"]
    assert await erased(api, FIRST, "P1", "P2") == [3, 3]
    assert await who(api, FIRST) == []
    assert await living(api) == set()
    assert await results(api) == {"proved, 2 erased"}
    logged = (await api.get("/v1/contracts/w/erasures"))["data"]
    assert [(one["erased_by"], one["reason"]) for one in logged] == [("somebody", "retention")] * 2
    assert len({one["number"] for one in logged}) == 2


async def test_what_no_metric_reads_is_erased_along(api: Api) -> None:
    await stated(api)
    await api.learn([a_fact("milestone", "P1", "2022-05-01", name="moved_in")])
    assert await erased(api, FIRST, "P1") == [4]
    assert await results(api) == {"proved, 1 erased"}


async def test_nobody_is_erased_who_is_not_due(api: Api, database: Database) -> None:
    await stated(api)
    rows = await whole(database)
    assert await erased(api, LAST, "P1", "P2") == []
    assert await whole(database) == rows


async def test_who_is_due_no_more_once_an_amendment_is_known_is_not_erased(api: Api) -> None:
    await stated(api)
    assert await who(api, FIRST) == ["P1", "P2"]
    longer = {**CONTRACT, "version": 2, "effective_from": "2023-01-01", "reason": "needed longer"}
    answered(await api.amend({**longer, "metrics": [{**HOUSING, "retention_months": 13}]}), 201)
    assert await erased(api, FIRST, "P1", "P2") == []
    assert await who(api, date(2025, 7, 30)) == ["P1", "P2"]


async def test_nobody_is_erased_before_the_day(api: Api, database: Database) -> None:
    await stated(api)
    rows = await whole(database)
    with pytest.raises(WrongState, match="before it is due"):
        await erased(api, date(2026, 11, 23), "P1")
    assert await whole(database) == rows
    assert await erased(api, date(2026, 11, 22), "P1") == [3]


async def test_a_contract_without_a_retention_lists_nobody_and_an_unknown_one_is_refused(api: Api) -> None:
    await api.register(a_contract(HOUSING, EXAM, **ENDS))
    await api.learn(TWO_HOUSED)
    assert await who(api, date(2199, 12, 31)) == []
    with pytest.raises(NotFound):
        await due_in(api.ledger, "none", FIRST)


async def test_nobody_is_erased_while_statements_are_on_their_way(api: Api) -> None:
    await api.register({**CONTRACT, "approval": "two-people"})
    await api.learn(TWO_HOUSED)
    await Living(api, await second_person(api.ledger)).take(1)
    with pytest.raises(WrongState) as refused:
        await erased(api, FIRST, "P1", "P2")
    assert refused.value.code == "erasure-during-round"
    assert await who(api, FIRST) == ["P1", "P2"]


async def test_who_was_erased_before_a_refusal_stays_erased(api: Api) -> None:
    await stated(api)
    going = erase_due(api.ledger, "w", FIRST, asked("P1", "P2"), "somebody")
    await anext(going)
    await erase(api, "P2")
    with pytest.raises(NotFound):
        await anext(going)
    assert await living(api) == set()
    assert await results(api) == {"proved, 2 erased"}
