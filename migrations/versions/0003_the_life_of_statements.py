"""What people do to statements and money, and postings that any entry of the log may make, each with its day."""

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.storage.guards import install_guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_POSTED = ("contract", "sequence", "position", "account", "currency", "amount_minor", "transaction_id")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "act",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contract", "sequence", name="pk_act"),
        _of_entry("act"),
    )
    issued = _issued(connection)
    posted = connection.execute(sa.text(f"SELECT {', '.join(_POSTED)} FROM posting")).mappings().all()
    op.drop_table("posting")
    _create_postings()
    _fill(connection, issued, [dict(row) for row in posted])
    install_guards(connection)


def downgrade() -> None:
    raise RuntimeError("restore from a backup instead")


def _issued(connection: sa.Connection) -> list[dict[str, Any]]:
    """Every statement issued so far as an act; the body is what acts of statements say in this revision."""
    query = sa.text(
        "SELECT log_entry.contract, log_entry.sequence, actor, recorded_at, id, document, sha256 FROM statement"
        " JOIN log_entry ON log_entry.contract = statement.contract AND log_entry.sequence = statement.sequence"
    ).columns(recorded_at=sa.DateTime(timezone=True), document=sa.LargeBinary(), sha256=sa.LargeBinary())
    return [
        {
            **{name: row[name] for name in ("contract", "sequence", "actor", "recorded_at")},
            "kind": "statement",
            "reason": None,
            "body": _body(row["id"], json.loads(row["document"]), row["sha256"]),
        }
        for row in connection.execute(query).mappings()
    ]


def _body(id: str, document: Any, sha256: bytes) -> bytes:
    due = [{"party": one["party"], "amount": one["amount"]} for one in document["due_from"]]
    pays = document["totals"]["payable"] == document["totals"]["lines"]
    used = [one["used"] for one in document["limits"] if one["scope"] == "contract" and "used" in one]
    body = {
        "about": f"statement {document['number']}",
        "statement": id,
        "number": document["number"],
        "contract": document["contract"]["id"],
        "period": document["period"]["label"],
        "through": document["period"]["through"],
        "investor": document["investor"]["id"],
        "revision": int(document["number"].rpartition("/")[2]),
        "currency": document["currency"],
        "sha256": sha256.hex(),
        "totals": document["totals"],
        "due_from": due,
        "payable_from": due if pays else [],
        "is_final": False,
        "limit_used": next(iter(used), None),
        "guaranteed": None,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _fill(connection: sa.Connection, issued: list[dict[str, Any]], posted: list[dict[str, Any]]) -> None:
    names = ("contract", "sequence", "kind", "actor", "recorded_at", "reason", "body")
    act = sa.table("act", *(sa.column(name) for name in names))
    act.c.recorded_at.type = sa.DateTime(timezone=True)
    posting = sa.table("posting", *(sa.column(name) for name in (*_POSTED, "on_date")))
    posting.c.on_date.type = sa.Date()
    through = {
        (one["contract"], one["sequence"]): date.fromisoformat(json.loads(one["body"])["through"]) for one in issued
    }
    for row in posted:
        row["on_date"] = through[row["contract"], row["sequence"]]
    for table, rows in ((act, issued), (posting, posted)):
        if rows:
            connection.execute(table.insert(), rows)


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
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("contract", "sequence", "position", name="pk_posting"),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_posting_not_zero")),
        _of_entry("posting"),
    )
    op.create_index("ix_posting_contract_account", "posting", ["contract", "account"])


def _of_entry(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["contract", "sequence"], ["log_entry.contract", "log_entry.sequence"], name=f"fk_{table}_log_entry"
    )
