"""The access trail: an append-only, chained record of each read about participants and of each act on credentials."""

import sqlalchemy as sa
from alembic import op

from service.storage.guards import install_guards
from service.storage.isolation import install_isolation

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "access_record",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("contracts", sa.Text(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_access_record"),
        sqlite_with_rowid=False,
    )
    for column in ("actor", "kind"):
        op.create_index(f"ix_access_record_{column}_sequence", "access_record", [column, "sequence"])
    head = op.create_table(
        "access_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_head"),
        sa.CheckConstraint("id = 1", name="ck_access_head_one_row"),
    )
    connection.execute(head.insert(), {"id": 1, "sequence": 0, "digest": bytes(32)})
    install_guards(connection)
    install_isolation(connection)


def downgrade() -> None:
    raise RuntimeError("restore from a backup instead")
