"""The tables of the ledger: shape only."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on both databases; a naive one raises ValueError instead of being guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; give an aware time")
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _references(table: str, *names: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(names, [f"{table}.{name}" for name in names])


def of_entry() -> ForeignKeyConstraint:
    """That a row belongs to an entry of the log."""
    return _references("log_entry", "contract", "sequence")


class LedgerTable(SQLModel):
    """What every table shares: one catalogue with named constraints."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class LogEntryTable(LedgerTable, table=True):
    """The append-only log, gapless from 1 per contract.

    Without a rowid on SQLite: INSERT OR REPLACE with a taken rowid would delete a row past every trigger.
    """

    __tablename__ = "log_entry"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("contract", "source", "external_id"),
        {"sqlite_with_rowid": False},
    )

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=Text)
    source: str | None = Field(default=None, sa_type=Text)
    external_id: str | None = Field(default=None, sa_type=Text)
    entry_bytes: bytes = Field(sa_type=LargeBinary, sa_column_kwargs={"name": "bytes"})
    digest: bytes = Field(sa_type=LargeBinary(32))


class ContractHeadTable(LedgerTable, table=True):
    """The end of each contract's chain; its row is the lock under which that contract is written."""

    __tablename__ = "contract_head"

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(sa_type=BigInteger)
    digest: bytes = Field(sa_type=LargeBinary(32))


class TermsVersionTable(LedgerTable, table=True):
    """Look-up: the versions of each contract's terms."""

    __tablename__ = "terms_version"
    __table_args__: ClassVar[Any] = (UniqueConstraint("contract", "effective_from"), of_entry())

    contract: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=Integer)
    sequence: int = Field(sa_type=BigInteger)
    effective_from: date = Field(sa_type=Date)
    title: str = Field(sa_type=Text)
    file: bytes = Field(sa_type=LargeBinary)
    media_type: str = Field(sa_type=Text)
    sha256: bytes = Field(sa_type=LargeBinary(32))


class FactTable(LedgerTable, table=True):
    """Look-up and deletable personal data: what the log commits to but does not hold.

    No foreign key to the log: on PostgreSQL it locks, and so writes, each log row again, a fifth of a bulk load.
    """

    __tablename__ = "fact"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("contract", "source", "external_id"),
        Index(None, "contract", "participant", "on_date"),
        Index(None, "contract", "replaces_source", "replaces_id"),
    )

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    source: str = Field(sa_type=Text)
    external_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    participant: str | None = Field(default=None, sa_type=Text)
    on_date: date = Field(sa_type=Date)
    name: str | None = Field(default=None, sa_type=Text)
    payload: bytes = Field(sa_type=LargeBinary)
    replaces_source: str | None = Field(default=None, sa_type=Text)
    replaces_id: str | None = Field(default=None, sa_type=Text)


class ParticipantKeyTable(LedgerTable, table=True):
    """The random keys behind the salts; '' is the contract's own; deleting one is the erasure."""

    __tablename__ = "participant_key"

    contract: str = Field(primary_key=True, sa_type=Text)
    participant: str = Field(primary_key=True, sa_type=Text)
    key: bytes = Field(sa_type=LargeBinary(32))


class StatementTable(LedgerTable, table=True):
    """Look-up: the issued statements, served byte for byte."""

    __tablename__ = "statement"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("id"),
        UniqueConstraint("contract", "period", "investor", "revision"),
        of_entry(),
    )

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    id: str = Field(sa_type=Text)
    period: str = Field(sa_type=Text)
    investor: str = Field(sa_type=Text)
    revision: int = Field(sa_type=Integer)
    through_sequence: int = Field(sa_type=BigInteger)
    document: bytes = Field(sa_type=LargeBinary)
    sha256: bytes = Field(sa_type=LargeBinary(32))


class DetailItemTable(LedgerTable, table=True):
    """The lines behind a statement; bound to its log entry, so that a rebuild of look-ups leaves them.

    `participant` is '' for what is about nobody; NULL: the participant was erased, and `item` is what is left.
    """

    __tablename__ = "detail_item"
    __table_args__: ClassVar[Any] = (Index(None, "contract", "participant"), of_entry())

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True, sa_type=Integer)
    kind: str = Field(sa_type=Text)
    participant: str | None = Field(default=None, sa_type=Text)
    commitment: bytes = Field(sa_type=LargeBinary)
    item: bytes = Field(sa_type=LargeBinary)


class KeptFindingTable(LedgerTable, table=True):
    """What calculations keep of an erased participant, under its label; `behind` is whom it stands right behind in the
    order of names: a participant, until that is erased too, another label, or "". Bound to the erasure's log entry."""

    __tablename__ = "kept_finding"
    __table_args__: ClassVar[Any] = (UniqueConstraint("contract", "label"), of_entry())

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    label: str = Field(sa_type=Text)
    behind: str = Field(sa_type=Text)
    kept: bytes = Field(sa_type=LargeBinary)


class ActTable(LedgerTable, table=True):
    """Look-up: what people did to statements and money; the entries of the log that are neither terms nor facts."""

    __tablename__ = "act"
    __table_args__: ClassVar[Any] = (of_entry(),)

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    reason: str | None = Field(default=None, sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)


class PostingTable(LedgerTable, table=True):
    """Look-up: what each statement, payment and drawdown moved on each account."""

    __tablename__ = "posting"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index(None, "contract", "account"),
        of_entry(),
    )

    contract: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True, sa_type=Integer)
    account: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    transaction_id: str = Field(sa_type=Text)
    on_date: date = Field(sa_type=Date)
