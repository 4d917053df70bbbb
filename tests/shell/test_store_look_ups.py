"""Facts, keys, terms, statements and postings come back as they were stored, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import BigInteger, column, select, table
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.storage.bulk import fetch_rows
from service.storage.database import Database
from service.storage.rows import (
    GENESIS_DIGEST,
    Balance,
    ContractRow,
    DetailItemRow,
    KnownFact,
)
from service.storage.store import Store
from tests.shell.stored_rows import DAY, NOON, SUM, entry, fact, fill, posting, statement, terms
from tests.shell.tampering import as_owner


async def test_a_known_fact_is_found_even_when_its_row_is_gone(database: Database) -> None:
    await fill(database, [fact(1), fact(2), fact(1, contract="other")])
    async with as_owner(database) as connection:
        await connection.exec_driver_sql("DELETE FROM fact WHERE contract = 'dialog' AND sequence = 2")
    asked = [(contract, "cases", id) for contract in ("dialog", "nowhere") for id in ("id1", "id2", "id3")]
    async with database.reading() as store:
        assert await store.known_facts([]) == {}
        assert await store.known_facts([*asked, ("other", "cases", "id1")]) == {
            ("dialog", "cases", "id1"): KnownFact(1, "attended", "p1", b"fact 1"),
            ("dialog", "cases", "id2"): KnownFact(2, None, None, None),
            ("other", "cases", "id1"): KnownFact(1, "attended", "p1", b"fact 1"),
        }


async def test_ten_thousand_facts_go_in_and_are_known(database: Database) -> None:
    facts = [fact(sequence) for sequence in range(1, 10_001)]
    await fill(database, facts)
    async with database.reading() as store:
        known = await store.known_facts([(row.contract, row.source, row.external_id) for row in facts])
        assert len(known) == len(await store.fact_rows("dialog")) == 10_000


async def test_keys_are_found_one_by_one_and_together_the_contracts_own_too(database: Database) -> None:
    keys = {("dialog", ""): bytes(32), ("dialog", "p1"): SUM, ("other", ""): SUM}
    async with database.begin() as store:
        await store.add_participant_keys(keys)
    async with database.reading() as store:
        assert await store.participant_keys([*keys, ("other", "p1")]) == keys
        for wanted, key in keys.items():
            assert await store.participant_keys([wanted]) == {wanted: key}
        assert await store.participant_keys([("nobody", "")]) == {}


async def test_the_facts_of_a_participant_include_those_of_no_one(database: Database) -> None:
    await fill(database, [fact(1, "p1"), fact(2, None), fact(3, "p2"), fact(4, "p1")])
    async with database.reading() as store:
        assert list(map(tuple, await store.fact_rows("dialog", through=2))) == [(1, b"fact 1"), (2, b"fact 2")]
        assert [sequence for sequence, _ in await store.fact_rows("dialog", participant="p1")] == [1, 2, 4]


async def test_a_search_pages_through_what_matches(database: Database) -> None:
    await fill(database, [fact(1), fact(2, "p2"), fact(3, kind="left"), fact(1, contract="other")])
    async with database.reading() as store:
        first = await store.search_facts(limit=2)
        rest = await store.search_facts(limit=9, after=(first[-1].contract, first[-1].sequence))
        assert [(row.contract, row.sequence) for row in first + rest] == [
            ("dialog", 1), ("dialog", 2), ("dialog", 3), ("other", 1),
        ]  # fmt: skip
        assert first[0] == (*fact(1), NOON)
        assert await found_by(store, contract="dialog", participant="p1") == [1, 3]
        assert await found_by(store, kind="left") == [3]
        assert await found_by(store, source="cases", id="id2") == [2]
        assert await found_by(store, on_from=DAY + timedelta(days=2), on_to=DAY + timedelta(days=3)) == [2, 3]


async def found_by(store: Store, **wanted: Any) -> list[int]:
    return [row.sequence for row in await store.search_facts(**wanted)]


async def test_keys_belong_to_a_contract_and_a_participant(database: Database) -> None:
    many = {("dialog", f"p{number}"): SUM for number in range(300)}
    own, first, nobody = ("dialog", ""), ("dialog", "p1"), ("dialog", "nobody")
    async with database.begin() as store:
        await store.add_participant_keys({own: GENESIS_DIGEST, **many})
        await store.add_participant_keys({})
        assert await store.participant_keys([own, first, nobody]) == {own: GENESIS_DIGEST, first: SUM}
        assert await store.participant_keys(list(many)) == many
        assert await store.participant_keys([]) == await store.participant_keys([("other", "p1")]) == {}
    with pytest.raises(IntegrityError):
        async with database.begin() as store:
            await store.add_participant_keys({first: GENESIS_DIGEST})


async def test_terms_are_listed_by_version_and_contracts_by_their_latest(database: Database) -> None:
    first, second = terms(1, 1, DAY), terms(2, 3, DAY + timedelta(days=90))
    async with database.begin() as store:
        await store.append([entry(1, "terms"), entry(2), entry(3, "terms"), entry(1, "terms", "other")])
        for row in (first, second, terms(1, 1, DAY, "other")):
            await store.add_terms(row)
    async with database.reading() as store:
        assert await store.terms("dialog") == [first, second]
        assert await store.terms("dialog", through=2) == [first]
        assert await store.contracts() == [
            ContractRow("dialog", "Title 2", 2, DAY + timedelta(days=90)),
            ContractRow("other", "Title 1", 1, DAY),
        ]


async def test_statements_are_found_by_what_they_are_of(database: Database) -> None:
    issued = [statement(1), statement(2, investor="bank"), statement(3, revision=2), statement(4, "2026-Q2")]
    async with database.begin() as store:
        await store.append([entry(row.sequence, "statement") for row in issued])
        for row in issued:
            await store.add_statement(row)
    async with database.reading() as store:
        assert await store.statement("dialog-2") == issued[1]
        assert await store.statement("nothing") is None
        assert await store.statements() == await store.statements("dialog") == issued
        assert await store.statements(period="2026-Q1", investor="fund") == [issued[0], issued[2]]
        assert await store.statements("dialog", through_sequence_below=2) == issued[:2]


async def test_what_is_behind_a_statement_outlives_a_rebuild(database: Database) -> None:
    lines = [
        DetailItemRow("dialog", 2, place, "line", person, SUM, b"item") for place, person in enumerate(("p1", None))
    ]
    async with database.begin() as store:
        await store.append([entry(1, "terms"), entry(2, "statement")])
        await store.add_terms(terms(1, 1, DAY))
        await store.add_statement(statement(2))
        await store.add_detail_items(lines)
        await store.add_postings([posting(1, "fund", 5, 2)])
        assert await store.details("dialog", 2) == lines
        await store.clear_look_ups("dialog")
    async with database.reading() as store:
        assert [await store.statements(), await store.terms("dialog"), await store.postings("dialog")] == [[], [], []]
        assert await store.details("dialog", 2) == lines
        assert await store.detail_items_of_participant("dialog", "p1") == lines[:1]
        assert await store.detail_item("dialog", 2, 1) == lines[1]
        assert await store.detail_item("dialog", 2, 2) is None


async def test_lines_of_several_statements_are_paged_without_what_is_pending(database: Database) -> None:
    def item(sequence: int, position: int, kind: str = "line") -> DetailItemRow:
        return DetailItemRow("dialog", sequence, position, kind, "p1", SUM, b"item")

    stored = [item(1, 1), item(1, 2, "pending"), item(2, 1), item(2, 2), item(3, 1)]
    async with database.begin() as store:
        await store.append([entry(sequence, "statement") for sequence in (1, 2, 3)])
        await store.add_detail_items(stored)
    async with database.reading() as store:
        first = await store.detail_lines("dialog", [1, 2], limit=2)
        rest = await store.detail_lines("dialog", [1, 2], after=(2, 1), limit=9)
        assert first + rest == [item(1, 1), item(2, 1), item(2, 2)]
        assert await store.detail_lines("other", [1, 2]) == []


async def test_balances_sum_each_account_in_each_currency(database: Database) -> None:
    large = 9_000_000_000_000_000_000
    moved = [posting(1, "payer", -large), posting(2, "fund", large), posting(3, "fund", -30), posting(4, "fund", 7)]
    async with database.begin() as store:
        await store.append([entry(1, "statement")])
        await store.add_statement(statement(1))
        await store.add_postings([*moved, posting(5, "fund", 3, currency="EUR")])
    async with database.reading() as store:
        assert await store.balances("dialog") == [
            Balance("fund", "DKK", large - 23),
            Balance("fund", "EUR", 3),
            Balance("payer", "DKK", -large),
        ]
        assert await store.postings("dialog", limit=2) == moved[:2]
        assert await store.postings("dialog", after=(1, 2), limit=2) == moved[2:]


async def test_a_posting_of_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as store:
            await store.append([entry(1, "statement")])
            await store.add_statement(statement(1))
            await store.add_postings([posting(1, "fund", 0)])


async def test_a_statement_without_its_entry_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as store:
            await store.add_statement(statement(1))


async def test_what_the_driver_refuses_is_told_like_any_other_refusal_of_the_database(database: Database) -> None:
    nowhere = select(column("sequence", BigInteger)).select_from(table("nothing"))
    with pytest.raises(DBAPIError):
        async with as_owner(database) as connection:
            await fetch_rows(connection, nowhere)


async def test_the_keys_of_a_contract_are_those_of_everybody_it_knows(database: Database) -> None:
    async with database.begin() as store:
        await store.add_participant_keys({("w", ""): bytes(32), ("w", "P1"): b"1" * 32, ("v", "P1"): b"2" * 32})
    async with database.reading() as store:
        assert await store.keys_of_contract("w") == {"": bytes(32), "P1": b"1" * 32}
