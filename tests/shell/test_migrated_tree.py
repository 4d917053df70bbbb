"""A ledger that issued statements before there was a tree gets a leaf for each of them."""

from sqlalchemy import text

from service.core import canonical
from service.core.merkle import tree_root
from service.core.notes import read_key
from service.core.proofs import prove_statement, read_proof, signed_checkpoint
from service.storage.database import Database, engine_for, migrate
from service.storage.guards import install_guards
from tests.builders import a_contract
from tests.core.worked import W1_FACTS
from tests.shell.calling import LEDGER_NAME, Api

ORIGIN = f"{LEDGER_NAME}/statements"


async def as_before_the_tree(url: str) -> None:
    """Take the tree and everything of it away."""
    engine = engine_for(url, migrating=True)
    async with engine.begin() as connection:
        for table in ("statement_leaf", "checkpoint", "checkpoint_key"):
            await connection.execute(text(f"DROP TABLE {table}"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
        await connection.run_sync(install_guards)
    await engine.dispose()


async def test_statements_of_an_older_schema_are_proved_like_all_others(
    w: Api, database: Database, database_url: str
) -> None:
    await w.register(a_contract(contract="a-first"))
    await w.learn(W1_FACTS)
    await w.issue("2022")
    await w.issue("2022", "a-first")
    async with database.reading() as store:
        before = {(row.contract, row.sequence): (row.leaf_bytes, len(row.hashes)) for row in await store.leaves()}
    await database.dispose()
    await as_before_the_tree(database_url)
    w.ledger.key_ring.keep_note(ORIGIN, None)  # before there was a tree there was no note

    await migrate(database_url)

    async with database.reading() as store:
        leaves = await store.leaves()
    assert [row.leaf_index for row in leaves] == [0, 1, 2, 3]
    assert {(row.contract, row.sequence): row.leaf_bytes for row in leaves} == {
        key: stored for key, (stored, _) in before.items()
    }
    assert sorted(len(row.hashes) for row in leaves) == sorted(length for _, length in before.values())

    await w.issue("2023")
    checkpoint = (await w.client.get("/v1/checkpoint")).content
    keys = [read_key(one["vkey"]) for one in (await w.get("/v1/checkpoint-keys"))["data"]]
    async with database.reading() as store:
        hashes = [canonical.leaf_digest(row.leaf_bytes) for row in await store.leaves()]
    assert signed_checkpoint(checkpoint, keys, ORIGIN).root == tree_root(hashes)
    for entry in (await w.get("/v1/statements"))["data"]:
        document = (await w.client.get(f"/v1/statements/{entry['id']}")).content
        proof = read_proof((await w.client.get(f"/v1/statements/{entry['id']}/proof")).content)
        assert prove_statement(document, proof, keys, ORIGIN).size == 6
