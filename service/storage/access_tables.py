"""The tables of who may use the ledger, and of what was answered under a key: shape only."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field

from service.storage.tables import LedgerTable, UtcDateTime


class LedgerNameTable(LedgerTable, table=True):
    """The name of this ledger: one row."""

    __tablename__ = "ledger"
    __table_args__: ClassVar[Any] = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    name: str = Field(sa_type=Text)


class CredentialTable(LedgerTable, table=True):
    """Who may do what, and for whom; several values in one column stand with a space between."""

    __tablename__ = "credential"
    __table_args__: ClassVar[Any] = (UniqueConstraint("issuer", "subject"),)

    name: str = Field(primary_key=True, sa_type=Text)
    roles: str = Field(sa_type=Text)
    party: str | None = Field(default=None, sa_type=Text)
    source: str | None = Field(default=None, sa_type=Text)
    contracts: str | None = Field(default=None, sa_type=Text)
    purpose: str = Field(sa_type=Text)
    issuer: str | None = Field(default=None, sa_type=Text)
    subject: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(sa_type=Text)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CredentialKeyTable(LedgerTable, table=True):
    """The keys of credentials; only a digest of each is here."""

    __tablename__ = "credential_key"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("secret_sha256"),
        Index(None, "credential"),
        ForeignKeyConstraint(["credential"], ["credential.name"]),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    credential: str = Field(sa_type=Text)
    secret_sha256: bytes = Field(sa_type=LargeBinary(32))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_used_on: date | None = Field(default=None, sa_type=Date)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IdempotencyTable(LedgerTable, table=True):
    """What was answered under an Idempotency-Key; one row stands for one effect."""

    __tablename__ = "idempotency"

    actor: str = Field(primary_key=True, sa_type=Text)
    route: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    fingerprint: bytes = Field(sa_type=LargeBinary(32))
    status: int = Field(sa_type=Integer)
    location: str | None = Field(default=None, sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
