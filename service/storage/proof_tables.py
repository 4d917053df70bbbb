"""The tables of the tree of issued statements and of its checkpoints: shape only."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from service.storage.tables import LedgerTable, UtcDateTime, of_entry


class StatementLeafTable(LedgerTable, table=True):
    """The leaves of the tree of issued statements, gapless from 0 through the whole ledger, in the order of issue.

    That order stands nowhere else, so that a rebuild of look-ups leaves it. `hashes` are those (32 bytes each) of the
    perfect subtrees that the leaf completes, its own hash first. Without a rowid on SQLite, as the log.
    """

    __tablename__ = "statement_leaf"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("contract", "sequence"),
        of_entry(),
        {"sqlite_with_rowid": False},
    )

    leaf_index: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    contract: str = Field(sa_type=Text)
    sequence: int = Field(sa_type=BigInteger)
    leaf_bytes: bytes = Field(sa_type=LargeBinary, sa_column_kwargs={"name": "bytes"})
    hashes: bytes = Field(sa_type=LargeBinary)


class CheckpointTable(LedgerTable, table=True):
    """Every checkpoint that was signed, gapless from 1; the signed note as it is given out."""

    __tablename__ = "checkpoint"
    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    tree_size: int = Field(sa_type=BigInteger)
    root: bytes = Field(sa_type=LargeBinary(32))
    note: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = Field(sa_type=UtcDateTime)


class CheckpointKeyTable(LedgerTable, table=True):
    """Every public key that ever signed a checkpoint, gapless from 1: what old checkpoints are verified with."""

    __tablename__ = "checkpoint_key"
    __table_args__: ClassVar[Any] = (UniqueConstraint("vkey"), {"sqlite_with_rowid": False})

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    vkey: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=UtcDateTime)
