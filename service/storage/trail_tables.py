"""The tables of the access trail: who read about participants and who handed out credentials; shape only."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, Text
from sqlmodel import Field

from service.storage.tables import LedgerTable, UtcDateTime


class AccessRecordTable(LedgerTable, table=True):
    """The append-only trail, gapless from 1. What stands beside `bytes` is said in them too, and is there to find by:
    several values in one column stand with a space before, between and behind.

    Without a rowid on SQLite, for the same reason as the log.
    """

    __tablename__ = "access_record"
    __table_args__: ClassVar[Any] = (
        Index(None, "actor", "sequence"),
        Index(None, "kind", "sequence"),
        {"sqlite_with_rowid": False},
    )

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=Text)
    contracts: str = Field(sa_type=Text)
    participants: str = Field(sa_type=Text)
    entry_bytes: bytes = Field(sa_type=LargeBinary, sa_column_kwargs={"name": "bytes"})
    digest: bytes = Field(sa_type=LargeBinary(32))


class AccessHeadTable(LedgerTable, table=True):
    """The end of the trail: one row, which is the lock under which the trail is written."""

    __tablename__ = "access_head"
    __table_args__: ClassVar[Any] = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    sequence: int = Field(sa_type=BigInteger)
    digest: bytes = Field(sa_type=LargeBinary(32))
