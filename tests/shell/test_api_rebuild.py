"""Every look-up comes back from the log exactly as it was; a log that does not hold together is refused."""

from typing import Any

import pytest

from service.core.errors import BrokenInvariant, NotFound
from service.storage.database import Database
from service.storage.tables import ActTable, DetailItemTable, FactTable, PostingTable, StatementTable, TermsVersionTable
from service.workflows.rebuild import rebuild, rebuild_all
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api, answered
from tests.shell.tampering import execute, forge, log_of, rows_of

LOOK_UPS = (TermsVersionTable, StatementTable, ActTable, PostingTable)


async def issued(api: Api) -> Api:
    answered(await api.amend(a_contract(version=2, effective_from="2023-01-01", reason="fewer participants")), 201)
    await api.register(a_contract(contract="a-first"))
    await api.learn(W1_FACTS)
    for period in ("2022", "2023"):
        await api.issue(period)
    await api.issue("2022", "a-first")
    return api


async def everything(database: Database) -> list[list[tuple[Any, ...]]]:
    return [await rows_of(database, model) for model in (*LOOK_UPS, DetailItemTable, FactTable)]


async def test_a_rebuild_of_sound_look_ups_changes_nothing(w: Api, database: Database) -> None:
    await issued(w)
    before = await everything(database)
    rebuilt = await rebuild_all(w.ledger)
    assert [(one.contract, one.entries, one.terms, one.statements) for one in rebuilt] == [
        ("a-first", 6, 1, 2),
        ("w", 19, 2, 4),
    ]
    assert await everything(database) == before


async def test_deleted_look_ups_come_back(w: Api, database: Database) -> None:
    await issued(w)
    before = await everything(database)
    for table in ("posting", "act", "statement", "terms_version"):
        await execute(database, f"DELETE FROM {table} WHERE contract = 'w'")
    await rebuild(w.ledger, "w")
    assert await everything(database) == before
    answered(await w.client.post("/v1/statements/w.2023.a.1/verify"))


async def test_a_contract_whose_terms_were_deleted_is_rebuilt_with_all_others(w: Api, database: Database) -> None:
    await issued(w)
    before = await everything(database)
    for table in ("posting", "act", "statement", "terms_version"):
        await execute(database, f"DELETE FROM {table}")
    assert [one.contract for one in await rebuild_all(w.ledger)] == ["a-first", "w"]
    assert await everything(database) == before


async def test_altered_look_ups_are_put_right(w: Api, database: Database) -> None:
    await issued(w)
    before = await everything(database)
    for change in (
        "terms_version SET effective_from = '2022-06-01', title = 'Another' WHERE version = 2",
        "statement SET investor = 'c' WHERE investor = 'b'",
        "statement SET through_sequence = 1, revision = 7",
        "posting SET amount_minor = 1, account = 'payer:nobody:due' WHERE position = 1",
    ):
        await execute(database, f"UPDATE {change}")
    await rebuild_all(w.ledger)
    assert await everything(database) == before


@pytest.mark.parametrize(
    ("forgery", "place"),
    [
        ("UPDATE log_entry SET bytes = :bytes WHERE contract = 'w' AND sequence = 4", "4"),
        ("UPDATE log_entry SET digest = :digest WHERE contract = 'w' AND sequence = 4", "4"),
        ("DELETE FROM log_entry WHERE contract = 'w' AND sequence = 5", "6"),
        ("UPDATE contract_head SET sequence = 99 WHERE contract = 'w'", "before its head"),
        ("UPDATE contract_head SET digest = :digest WHERE contract = 'w'", "before its head"),
    ],
)
async def test_a_broken_chain_is_refused_and_nothing_changes(
    w: Api, database: Database, database_url: str, forgery: str, place: str
) -> None:
    await issued(w)
    await database.dispose()
    await execute(database, "UPDATE posting SET amount_minor = 1 WHERE position = 1")
    (entry,) = [row for row in await log_of(database) if row[:2] == ("w", 4)]
    values = {"bytes": entry[7].replace(b"fact", b"fict"), "digest": bytes(32)}
    await database.dispose()
    await forge(database_url, forgery, **{name: value for name, value in values.items() if f":{name}" in forgery})
    before = await everything(database)
    with pytest.raises(BrokenInvariant, match=place):
        await rebuild(w.ledger, "w")
    assert await everything(database) == before


async def test_an_unknown_contract_is_not_rebuilt(w: Api) -> None:
    with pytest.raises(NotFound):
        await rebuild(w.ledger, "nobody")
