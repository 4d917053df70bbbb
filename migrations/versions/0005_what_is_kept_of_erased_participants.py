"""What is kept of participants who were erased, in the place of their facts."""

import sqlalchemy as sa
from alembic import op

from service.storage.guards import install_guards
from service.storage.isolation import install_isolation

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "kept_finding",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("behind", sa.Text(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contract", "sequence", name="pk_kept_finding"),
        sa.UniqueConstraint("contract", "label", name="uq_kept_finding_contract_label"),
        sa.ForeignKeyConstraint(
            ["contract", "sequence"],
            ["log_entry.contract", "log_entry.sequence"],
            name="fk_kept_finding_log_entry",
        ),
    )
    install_guards(connection)
    install_isolation(connection)


def downgrade() -> None:
    raise RuntimeError("restore from a backup instead")
