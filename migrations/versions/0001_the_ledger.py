"""The ledger: the guarded log, the personal data beside it, and the look-ups that are rebuilt from it."""

import sqlalchemy as sa
from alembic import op

from service.storage.guards import install_guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
    _create_log()
    _create_access()
    _create_facts()
    _create_terms()
    _create_statements()
    install_guards(connection)


def downgrade() -> None:
    raise RuntimeError("restore from a backup instead")


def _create_log() -> None:
    op.create_table(
        "log_entry",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("contract", "sequence", name="pk_log_entry"),
        sa.UniqueConstraint("contract", "source", "external_id", name="uq_log_entry_contract_source_external_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contract_head",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("contract", name="pk_contract_head"),
    )


def _create_access() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_one_row")),
    )
    op.create_table(
        "credential",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_credential"),
    )


def _create_facts() -> None:
    op.create_table(
        "fact",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("replaces_source", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("contract", "sequence", name="pk_fact"),
        sa.UniqueConstraint("contract", "source", "external_id", name="uq_fact_contract_source_external_id"),
    )
    op.create_index("ix_fact_contract_participant_on_date", "fact", ["contract", "participant", "on_date"])
    op.create_index(
        "ix_fact_contract_replaces_source_replaces_id", "fact", ["contract", "replaces_source", "replaces_id"]
    )
    op.create_table(
        "participant_key",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("contract", "participant", name="pk_participant_key"),
    )


def _create_terms() -> None:
    op.create_table(
        "terms_version",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("contract", "version", name="pk_terms_version"),
        sa.UniqueConstraint("contract", "effective_from", name="uq_terms_version_contract_effective_from"),
        _of_entry("terms_version"),
    )


def _create_statements() -> None:
    op.create_table(
        "statement",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("investor", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("through_sequence", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("contract", "sequence", name="pk_statement"),
        sa.UniqueConstraint("id", name="uq_statement_id"),
        sa.UniqueConstraint(
            "contract", "period", "investor", "revision", name="uq_statement_contract_period_investor_revision"
        ),
        _of_entry("statement"),
    )
    _create_detail()
    _create_postings()


def _create_detail() -> None:
    op.create_table(
        "detail_item",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contract", "sequence", "position", name="pk_detail_item"),
        _of_entry("detail_item"),
    )
    op.create_index("ix_detail_item_contract_participant", "detail_item", ["contract", "participant"])


def _create_postings() -> None:
    op.create_table(
        "posting",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contract", "sequence", "position", name="pk_posting"),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_posting_not_zero")),
        _of("posting", "statement"),
    )
    op.create_index("ix_posting_contract_account", "posting", ["contract", "account"])


def _of_entry(table: str) -> sa.ForeignKeyConstraint:
    return _of(table, "log_entry")


def _of(table: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["contract", "sequence"], [f"{parent}.contract", f"{parent}.sequence"], name=f"fk_{table}_{parent}"
    )
