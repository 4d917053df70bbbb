"""Writes the access trail: each read about participants before it is answered, and each act on a credential."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Literal

from service.core import canonical
from service.core.canonical import Document
from service.storage.rows import AccessRecordRow, CredentialRow
from service.storage.store import Store
from service.telemetry.marks import current_marks
from service.workflows.ledger import Ledger

FORMAT = 1
RecordKind = Literal["read", "credential", "sample", "sign-off"]
CredentialAct = Literal["made", "changed", "key-made", "revoked"]
_STANDS_FOR = b"access-record"
NOBODY = "0" * 64  # stands for whoever was asked for and is not known


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, in which roles, and to which end."""

    name: str
    roles: tuple[str, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class Read:
    """What is about to be told: by which operation, of which contracts and statement, about whom where it is about one
    participant alone, and in how many rows."""

    operation: str
    rows: int
    contracts: frozenset[str]
    statement: str | None = None
    participant: str | None = None


async def record_read(ledger: Ledger, reader: Reader, read: Read) -> None:
    """Record a read before it is answered; Unavailable where that cannot be written, and then nothing may be told.

    No pseudonym is written, but what stands for it (`token_of`).
    """
    async with ledger.database.begin() as store:
        # A name that nothing was found under is the caller's text, and could be anything.
        known = read.contracts if read.rows else (await store.heads(read.contracts)).keys()
        tokens = await tokens_of(store, known, read.participant) if read.participant else {}
        body = {
            "roles": list(reader.roles),
            "purpose": reader.purpose,
            "operation": read.operation,
            "contracts": sorted(known),
            "statement": read.statement,
            "participants": sorted(tokens.values()) or [NOBODY] * (read.participant is not None),
            "rows": read.rows,
        }
        await add_record(ledger, store, "read", reader.name, body)


async def record_credential_act(
    ledger: Ledger, store: Store, actor: str, act: CredentialAct, credential: CredentialRow
) -> None:
    """Record what was done to a credential, in the unit of work that does it, and what it may do from then on."""
    contracts = credential.contracts
    body = {
        "act": act,
        "credential": credential.name,
        "roles": list(credential.roles),
        "party": credential.party,
        "contracts": None if contracts is None else sorted(contracts),
        "purpose": credential.purpose,
    }
    await add_record(ledger, store, "credential", actor, body)


async def add_record(ledger: Ledger, store: Store, kind: RecordKind, actor: str, body: Document) -> int:
    """Chain one more record and return its sequence number; holds the trail's lock until the unit ends. Contracts and
    participants are found by what `body` lists under these names. Unavailable."""
    end, name = await store.lock_trail()
    now, marks = ledger.now().astimezone(UTC), current_marks()
    stored = canonical.to_bytes(
        {
            "v": FORMAT,
            "ledger": name,
            "sequence": end.sequence + 1,
            "kind": kind,
            "recorded_at": now.isoformat(timespec="microseconds"),
            "actor": actor,
            "request_id": marks.request_id if marks is not None else None,
            "previous": end.digest.hex(),
            "body": body,
        }
    )
    about = tuple(body.get("contracts") or ()), tuple(body.get("participants") or ())
    digest = canonical.leaf_digest(stored)
    await store.append_record(AccessRecordRow(end.sequence + 1, kind, now, actor, *about, stored, digest))
    return end.sequence + 1


async def tokens_of(store: Store, contracts: Iterable[str], participant: str) -> dict[str, str]:
    """By contract what stands for a participant in the trail, where the contract knows them."""
    keys = await store.participant_keys([(contract, participant) for contract in sorted(contracts)])
    return {contract: token_of(key) for (contract, _), key in keys.items()}


def token_of(key: bytes) -> str:
    """What stands for a participant (64 hexadecimal digits): an HMAC of their random key, so that whoever has the key
    finds every record, and once it is deleted nobody can tell whose they were."""
    return hmac.digest(key, _STANDS_FOR, "sha256").hex()
