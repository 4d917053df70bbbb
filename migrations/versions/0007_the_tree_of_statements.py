"""The tree of issued statements, the checkpoints signed over it, and the public keys that signed them."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.storage.guards import install_guards
from service.storage.isolation import install_isolation

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
    _create_leaves()
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("tree_size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_checkpoint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint_key",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_checkpoint_key"),
        sa.UniqueConstraint("vkey", name="uq_checkpoint_key_vkey"),
        sqlite_with_rowid=False,
    )
    _fill(connection)
    install_guards(connection)
    install_isolation(connection)


def downgrade() -> None:
    raise RuntimeError("restore from a backup instead")


def _create_leaves() -> None:
    op.create_table(
        "statement_leaf",
        sa.Column("leaf_index", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name="pk_statement_leaf"),
        sa.UniqueConstraint("contract", "sequence", name="uq_statement_leaf_contract_sequence"),
        sa.ForeignKeyConstraint(
            ["contract", "sequence"], ["log_entry.contract", "log_entry.sequence"], name="fk_statement_leaf_log_entry"
        ),
        sqlite_with_rowid=False,
    )


def _fill(connection: sa.Connection) -> None:
    """A leaf for each statement issued so far, by the time at which it was recorded: no other order is known."""
    names = ("leaf_index", "contract", "sequence", "bytes", "hashes")
    leaf = sa.table("statement_leaf", *(sa.column(name) for name in names))
    rows = list(_leaves(connection))
    if rows:
        connection.execute(leaf.insert(), rows)


def _leaves(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    query = sa.text(
        "SELECT statement.contract, statement.sequence, statement.id, statement.sha256, log_entry.digest, ledger.name"
        " FROM statement JOIN log_entry ON log_entry.contract = statement.contract"
        " AND log_entry.sequence = statement.sequence CROSS JOIN ledger"
        " ORDER BY log_entry.recorded_at, statement.contract, statement.sequence"
    ).columns(sha256=sa.LargeBinary(), digest=sa.LargeBinary())
    peaks: list[tuple[int, bytes]] = []
    for index, row in enumerate(connection.execute(query).mappings()):
        stored = _leaf_bytes(row)
        level, node = 0, hashlib.sha256(b"\0" + stored).digest()
        hashes = node
        while peaks and peaks[-1][0] == level:
            level, node = level + 1, hashlib.sha256(b"\1" + peaks.pop()[1] + node).digest()
            hashes += node
        peaks.append((level, node))
        where = {"leaf_index": index, "contract": row["contract"], "sequence": row["sequence"]}
        yield {**where, "bytes": stored, "hashes": hashes}


def _leaf_bytes(row: Any) -> bytes:
    """What leaves say in this revision."""
    leaf = {
        "v": 1,
        "ledger": row["name"],
        "statement": row["id"],
        "sha256": bytes(row["sha256"]).hex(),
        "contract": row["contract"],
        "sequence": row["sequence"],
        "digest": bytes(row["digest"]).hex(),
    }
    return json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
