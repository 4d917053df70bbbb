"""Every known way to rewrite, remove or skip a record of the access trail is tried on both databases and refused."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.storage.database import Database
from service.storage.trail_tables import AccessRecordTable
from service.workflows.access_records import broken_record
from tests.shell.calling import client_of, ledger_on
from tests.shell.tampering import as_owner, rows_of

COLUMNS = "sequence, kind, recorded_at, actor, contracts, participants, bytes, digest"
INSERT = (
    f"INSERT INTO access_record ({COLUMNS}) SELECT {{sequence}}, kind, recorded_at, actor, contracts, participants,"
    " bytes, digest FROM access_record WHERE sequence = 1"
)
NEXT = "(SELECT max(sequence) + 1 FROM access_record)"
ON_BOTH = {
    "update": "UPDATE access_record SET bytes = digest WHERE sequence = 1",
    "update the key": "UPDATE access_record SET sequence = 99 WHERE sequence = 2",
    "delete": "DELETE FROM access_record WHERE sequence = 2",
    "delete all": "DELETE FROM access_record",
    "a sequence that is taken": INSERT.format(sequence=1),
    "a gap": INSERT.format(sequence=f"{NEXT} + 1"),
    "sequence 0": INSERT.format(sequence=0),
    "no sequence": INSERT.format(sequence="NULL"),
    "many with a gap": f"{INSERT.format(sequence=NEXT)} UNION ALL SELECT {NEXT} + 2, kind, recorded_at, actor,"
    " contracts, participants, bytes, digest FROM access_record WHERE sequence = 1",
    "upsert": INSERT.format(sequence=1) + " ON CONFLICT (sequence) DO UPDATE SET actor = 'forged'",
}
ON_SQLITE = {
    "replace": INSERT.format(sequence=1).replace("INSERT", "INSERT OR REPLACE"),
    "ignore what is taken": INSERT.format(sequence=1).replace("INSERT", "INSERT OR IGNORE"),
    "update or ignore": "UPDATE OR IGNORE access_record SET actor = 'forged'",
}
ON_POSTGRESQL = {
    "truncate": "TRUNCATE access_record",
    "update as replica": "SET LOCAL session_replication_role = replica; UPDATE access_record SET actor = 'forged'",
    "delete as replica": "SET LOCAL session_replication_role = replica; DELETE FROM access_record",
    "a gap as replica": f"SET LOCAL session_replication_role = replica; {INSERT.format(sequence=99)}",
}


@pytest.fixture
async def trail(database: Database) -> Database:
    """A trail of some records: the first credentials of a ledger."""
    async with await client_of(ledger_on(database)):
        assert len(await rows_of(database, AccessRecordTable)) >= 2
    return database


@pytest.mark.parametrize("attack", [*ON_BOTH, *ON_SQLITE, *ON_POSTGRESQL])
async def test_nobody_changes_the_trail_not_even_the_owner(trail: Database, attack: str) -> None:
    own = ON_SQLITE if trail.engine.dialect.name == "sqlite" else ON_POSTGRESQL
    statements = (ON_BOTH | own).get(attack, "DELETE FROM access_record").split("; ")
    before = await rows_of(trail, AccessRecordTable)

    with pytest.raises(DBAPIError):
        async with as_owner(trail) as connection:
            for statement in statements:
                await connection.execute(text(statement))

    assert await rows_of(trail, AccessRecordTable) == before
    assert await trail.missing_guards() == ()
    assert await broken_record(ledger_on(trail)) == (len(before), None)


@pytest.mark.parametrize(
    "statement", ["UPDATE access_record SET actor = ''", "DELETE FROM access_record", "DROP TABLE access_head"]
)
async def test_the_service_itself_has_no_right_to_it(trail: Database, statement: str) -> None:
    with pytest.raises(DBAPIError):
        async with trail.engine.begin() as connection:
            await connection.execute(text(statement))
