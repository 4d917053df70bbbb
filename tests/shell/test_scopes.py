"""Every statement of the storage keeps to the scope of its unit, on both databases, whoever forgot to ask."""

import inspect
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from service.storage.database import Database
from service.storage.rows import (
    ActRow,
    ChainEnd,
    DetailItemRow,
    FactRow,
    KeptRow,
    LeafRow,
    LogEntry,
    PostingRow,
    StatementRow,
    TermsRow,
)
from service.storage.scope import EVERYTHING, OutOfScope, Scope
from service.storage.store import Store
from service.storage.store_statements import ISSUED_DOCUMENT
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import Api

LATER = datetime(2100, 1, 1, tzinfo=UTC)
# What each reading method is asked for of contract W, which has something to give to all of them.
READING: Mapping[str, tuple[Any, ...]] = {
    "heads": (["w"],),
    "head": ("w",),
    "lock_heads": (["w"],),
    "lock_head": ("w",),
    "chains": (),
    "entry": ("w", 1),
    "entries": ("w",),
    "last_recorded_by": ("w", LATER),
    "known_facts": ([("w", W1_FACTS[0].source, W1_FACTS[0].id)],),
    "fact_rows": ("w",),
    "search_facts": (),
    "participant_keys": ([("w", "P1")],),
    "keys_of_contract": ("w",),
    "terms": ("w",),
    "terms_of": (["w"],),
    "contracts": (),
    "statement": ("w.2022.a.1",),
    "statements": (),
    "details": ("w", -1),
    "detail_lines": ("w", [-1]),
    "detail_items_of_participant": ("w", "P1"),
    "detail_item": ("w", -1, 1),
    "balances": ("w",),
    "opened_accounts": ("w",),
    "postings": ("w",),
    "postings_of": ("w", -1),
    "acts": ("w",),
    "acts_of": (["w"],),
    "leaf_of": ("w", -1),
    "leaves": (),
    "log_size": (),
    "newest_entry_at": (),
}
ABOUT_PARTICIPANTS = {
    "known_facts",
    "fact_rows",
    "search_facts",
    "participant_keys",
    "keys_of_contract",
    "details",
    "detail_lines",
    "detail_items_of_participant",
    "detail_item",
}
OF_STATEMENTS = {"statement", "statements"}
_ROW: dict[str, Any] = {"contract": "w", "sequence": 99, "position": 1, "participant": "P1"}
WRITING: Mapping[str, tuple[Any, ...]] = {
    "append": ([LogEntry("w", 99, "fact", LATER, "me", "s", "i", b"", bytes(32))],),
    "create_head": ("w",),
    "move_heads": ([ChainEnd("w", 99, bytes(32))],),
    "append_facts": ([FactRow("w", 99, "s", "i", "status", "P1", LATER.date(), None, b"", None, None)],),
    "add_participant_keys": ({("w", "P9"): bytes(32)},),
    "add_terms": (TermsRow("w", 9, 99, LATER.date(), "t", b"", "toml", bytes(32)),),
    "add_statement": (StatementRow("w", 99, "x", "2023", "a", 1, 1, b"", bytes(32)),),
    "add_detail_items": ([DetailItemRow("w", 99, 1, "line", "P1", b"", b"")],),
    "add_postings": ([PostingRow("w", 99, 1, "cash", "DKK", 1, "x", LATER.date())],),
    "add_kept": (KeptRow("w", 99, "erased 99", "", b"{}"),),
    "add_leaves": ([LeafRow(99, "w", 99, b"", b"")],),
    "add_acts": ([ActRow("w", 99, "draft", "me", LATER, None, b"{}")],),
}
# They are of no contract: what guards them is the permission to hand out credentials, or the caller's own name.
OF_NO_CONTRACT = {
    "ledger_name", "set_ledger_name", "credentials", "credential", "credential_called", "credential_of_subject",
    "credential_of_key",
    "put_credential", "keys", "add_key", "end_key", "mark_used", "reserve_key", "answer", "add_answer",
}  # fmt: skip
# Only the operator asks for these, within everything; `clear_look_ups` is shown below.
ELSEWHERE = {
    "oldest_unread_at", "contracts_with_loose_ends", "clear_look_ups",
    "kept", "move_behind", "delete_facts", "delete_participant_key", "empty_detail_items",
    "is_begun", "payloads", "details_behind", "exported_snapshot",
}  # fmt: skip
# Commands at the machine itself ask for these, within everything: no operation does.
ELSEWHERE |= {
    "damage", "every_contract", "ledger_names", "of_entries", "keys_told", "leaves_beside", "statement_without_leaf",
    "statement_count", "is_begun", "payloads", "details_behind", "exported_snapshot",
}  # fmt: skip
# What the access trail shows in which scope stands in test_access_trail.py.
ELSEWHERE |= {
    "lock_trail", "append_record", "trail_end", "records", "records_numbered", "record_sequences",
    "how_many_records", "records_about", "known_since",
}  # fmt: skip
# The tree is one for the whole ledger, and tells of no contract but by hashes.
OF_NO_CONTRACT |= {
    "lock_tree", "tree_size", "subtree_hashes", "add_checkpoint", "last_checkpoint", "checkpoints",
    "add_checkpoint_key", "checkpoint_keys",
}  # fmt: skip


@pytest.fixture
async def issued(w: Api) -> AsyncIterator[int]:
    """Contract W with a statement, and another contract; gives the sequence of the statement to A."""
    await w.register(a_contract(contract="v"))
    await w.learn(W1_FACTS)
    await w.issue("2022")
    async with w.ledger.database.reading() as store:
        (statement,) = await store.statements(contract="w", investor="a")
    yield statement.sequence


async def asked(database: Database, scope: Scope, name: str, arguments: tuple[Any, ...], sequence: int) -> Any:
    """What a method gives in a unit of that scope."""
    given = [sequence if one == -1 else [sequence] if one == [-1] else one for one in arguments]
    async with database.within(scope).begin() as store:
        return await getattr(store, name)(*given)


def test_every_method_of_the_store_is_spoken_for() -> None:
    methods = {name for name, _ in inspect.getmembers(Store, inspect.iscoroutinefunction) if not name.startswith("_")}
    spoken_for = READING.keys() | WRITING.keys() | OF_NO_CONTRACT | ELSEWHERE
    assert methods == spoken_for, "say of each method of the store what it may show outside of its scope"


@pytest.mark.parametrize("name", READING)
async def test_what_is_outside_the_scope_is_not_there(issued: int, database: Database, name: str) -> None:
    arguments = READING[name]
    assert await asked(database, EVERYTHING, name, arguments, issued), "nothing is shown, so nothing would be missed"
    elsewhere = await asked(database, Scope(frozenset({"v"}), sees_participants=True), name, arguments, issued)
    assert "'w'" not in str(elsewhere), elsewhere
    nowhere = await asked(database, Scope(frozenset(), sees_participants=True), name, arguments, issued)
    assert not nowhere
    without_people = await asked(database, Scope(None), name, arguments, issued)
    assert bool(without_people) is (name not in ABOUT_PARTICIPANTS)


@pytest.mark.parametrize("name", sorted(OF_STATEMENTS))
async def test_statements_to_others_are_not_there_for_an_investor(issued: int, database: Database, name: str) -> None:
    assert await asked(database, Scope(None, "a"), name, READING[name], issued)
    assert not await asked(database, Scope(None, "nobody"), name, READING[name], issued)


@pytest.mark.parametrize("scope", [Scope(frozenset({"v"})), Scope(None, "b"), Scope(frozenset())])
async def test_a_statement_is_not_looked_up_outside_the_scope(issued: int, database: Database, scope: Scope) -> None:
    assert await database.look_up(ISSUED_DOCUMENT, id="w.2022.a.1") is not None
    assert await database.within(scope).look_up(ISSUED_DOCUMENT, id="w.2022.a.1") is None


async def test_events_of_other_sources_are_not_found_by_a_source(issued: int, database: Database) -> None:
    assert await asked(database, Scope(None, source="case-system", sees_participants=True), "search_facts", (), issued)
    other = Scope(None, source="clinic", sees_participants=True)
    assert not await asked(database, other, "search_facts", (), issued)


@pytest.mark.parametrize("name", WRITING)
async def test_nothing_is_written_outside_the_scope(issued: int, database: Database, name: str) -> None:
    elsewhere = Scope(frozenset({"v"}), sees_participants=True)
    with pytest.raises(OutOfScope):
        await asked(database, elsewhere, name, WRITING[name], issued)


async def test_nobody_of_another_contract_is_erased(issued: int, database: Database) -> None:
    elsewhere = Scope(frozenset({"v"}), sees_participants=True)
    async with database.reading() as store:
        before = (await store.fact_rows("w"), await store.keys_of_contract("w"), await store.details("w", issued))
    await asked(database, elsewhere, "delete_facts", ("w", [2, 3]), issued)
    await asked(database, elsewhere, "delete_participant_key", ("w", "P1"), issued)
    await asked(database, elsewhere, "empty_detail_items", (before[2],), issued)
    async with database.reading() as store:
        after = (await store.fact_rows("w"), await store.keys_of_contract("w"), await store.details("w", issued))
    assert after == before and all(before)


async def test_look_ups_of_another_contract_are_not_cleared(issued: int, database: Database) -> None:
    await asked(database, Scope(frozenset({"v"}), sees_participants=True), "clear_look_ups", ("w",), issued)
    assert await asked(database, EVERYTHING, "terms", ("w",), issued)
