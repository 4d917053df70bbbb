"""Credentials with roles, the party and contracts they are for, and keys that expire; row-level security on PostgreSQL.

A key made before goes on as an administrator's until it is a year old: what else it was used for needs a new one.
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from service.storage.guards import install_guards
from service.storage.isolation import install_isolation

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


_KEYS_LIVE = timedelta(days=366)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
    old = sa.text("SELECT name, secret_sha256, created_at FROM credential").columns(
        secret_sha256=sa.LargeBinary(), created_at=sa.DateTime(timezone=True)
    )
    made = [dict(row) for row in connection.execute(old).mappings()]
    op.drop_table("credential")
    credential, key = _create_credentials(), _create_keys()
    for row in made:
        named = {"name": row["name"], "roles": "administrator", "purpose": "administration", "created_by": "migration"}
        connection.execute(credential.insert(), {**named, "created_at": row["created_at"]})
        digest = row["secret_sha256"]
        kept = {"id": digest.hex()[:8], "credential": row["name"], "secret_sha256": digest}
        lives = {"created_at": row["created_at"], "expires_at": row["created_at"] + _KEYS_LIVE}
        connection.execute(key.insert(), {**kept, **lives})
    install_guards(connection)
    install_isolation(connection)


def downgrade() -> None:
    raise RuntimeError("restore from a backup instead")


def _create_credentials() -> sa.Table:
    return op.create_table(
        "credential",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("contracts", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_credential"),
        sa.UniqueConstraint("issuer", "subject", name="uq_credential_issuer_subject"),
    )


def _create_keys() -> sa.Table:
    table = op.create_table(
        "credential_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credential_key"),
        sa.UniqueConstraint("secret_sha256", name="uq_credential_key_secret_sha256"),
        sa.ForeignKeyConstraint(["credential"], ["credential.name"], name="fk_credential_key_credential"),
    )
    op.create_index("ix_credential_key_credential", "credential_key", ["credential"])
    return table
