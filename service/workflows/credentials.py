"""Hands out credentials: who gets which roles, for which party and contracts; their keys, and their end."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from service.core.errors import Conflict, Fault, InvalidInput, NotFound, WrongState
from service.storage.rows import CredentialKeyRow, CredentialRow
from service.storage.store import Store
from service.workflows.access import KEY_LIVES, new_key
from service.workflows.access_trail import CredentialAct, record_credential_act
from service.workflows.ledger import Ledger
from service.workflows.personal_data import personal_data_faults
from service.workflows.roles import ALONE, OF_A_PARTY, OF_NAMED_CONTRACTS, ROLES, sees_participants

LONGEST_LIFE_DAYS = 366
_OVERLAP = timedelta(days=7)  # how long a key that is being replaced still works beside the new one
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What a credential is to be; `contracts` None means all of them, `issuer` and `subject` are those of its access
    tokens, where it is to have any."""

    name: str
    roles: tuple[str, ...]
    party: str | None = None
    source: str | None = None
    contracts: tuple[str, ...] | None = None
    purpose: str | None = None
    issuer: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential with its keys, oldest first; never a secret."""

    row: CredentialRow
    keys: tuple[CredentialKeyRow, ...]


async def list_credentials(ledger: Ledger) -> list[Credential]:
    """Every credential with its keys, by name."""
    async with ledger.database.reading() as store:
        rows, keys = await store.credentials(), await store.keys()
    return [Credential(row, tuple(key for key in keys if key.credential == row.name)) for row in rows]


async def create_credential(
    ledger: Ledger, actor: str, new: NewCredential, days: int = KEY_LIVES.days
) -> tuple[CredentialRow, str | None]:
    """Make a credential and, unless it has access tokens, its first key, which is told once and never stored.

    InvalidInput with every fault at once; Conflict where the name, or the issuer's subject, is taken.
    """
    _refuse(new, days)
    async with ledger.database.begin() as store:
        if await store.credential(new.name) is not None:
            raise Conflict("There is a credential of that name; GET /v1/credentials lists them.", "credential-exists")
        row = await _put(ledger, store, actor, new, "made")
        if new.subject is not None:
            return row, None
        return row, await new_key(ledger, store, new.name, ledger.now() + timedelta(days=days))


async def change_credential(ledger: Ledger, actor: str, new: NewCredential) -> CredentialRow:
    """Give a credential other roles, party or contracts; its keys go on. InvalidInput, NotFound, Conflict."""
    _refuse(new, KEY_LIVES.days)
    async with ledger.database.begin() as store:
        await _live(store, new.name)
        changed = await _put(ledger, store, actor, new, "changed")
    ledger.callers.clear()
    return changed


async def rotate_key(ledger: Ledger, actor: str, name: str, days: int = KEY_LIVES.days) -> str:
    """A further key of a credential; the one before works for seven days more, any older one no longer.

    NotFound; WrongState where the credential was revoked.
    """
    _refuse_days(days)
    async with ledger.database.begin() as store:
        row, now = await _live(store, name), ledger.now()
        live = [key for key in await store.keys(name) if key.revoked_at is None and key.expires_at > now]
        live.sort(key=lambda key: (key.created_at, key.expires_at))
        for key in live[:-1]:
            await store.end_key(key.id, expires_at=key.expires_at, revoked_at=now)
        for key in live[-1:]:
            await store.end_key(key.id, expires_at=min(key.expires_at, now + _OVERLAP))
        secret = await new_key(ledger, store, name, now + timedelta(days=days))
        await record_credential_act(ledger, store, actor, "key-made", row)
    ledger.callers.clear()
    return secret


async def revoke_credential(ledger: Ledger, actor: str, name: str) -> CredentialRow:
    """End a credential and all its keys, at once here and within seconds in other processes; NotFound."""
    async with ledger.database.begin() as store:
        row = await _found(store, name)
        if row.revoked_at is None:
            row = row._replace(revoked_at=ledger.now())
            await store.put_credential(row)
            await record_credential_act(ledger, store, actor, "revoked", row)
    ledger.callers.clear()
    return row


async def key_by_hand(ledger: Ledger, actor: str, new: NewCredential, days: int = KEY_LIVES.days) -> str:
    """A key for whoever stands at the machine itself: makes the credential, or gives it these roles and this key alone.

    InvalidInput with every fault at once.
    """
    _refuse(new, days)
    async with ledger.database.begin() as store:
        for key in await store.keys(new.name):
            if key.revoked_at is None:
                await store.end_key(key.id, expires_at=key.expires_at, revoked_at=ledger.now())
        await _put(ledger, store, actor, new, "made" if await store.credential(new.name) is None else "changed")
        secret = await new_key(ledger, store, new.name, ledger.now() + timedelta(days=days))
    ledger.callers.clear()
    return secret


async def _put(ledger: Ledger, store: Store, actor: str, new: NewCredential, act: CredentialAct) -> CredentialRow:
    contracts = None if new.contracts is None else tuple(sorted(set(new.contracts)))
    purpose = new.purpose or f"the work of {', '.join(new.roles)}"
    row = CredentialRow(
        new.name,
        new.roles,
        new.party,
        new.source,
        contracts,
        purpose,
        new.issuer,
        new.subject,
        ledger.now(),
        actor,
    )
    if new.issuer is not None and new.subject is not None:
        taken = await store.credential_of_subject(new.issuer, new.subject)
        if taken is not None and taken.name != new.name:
            raise Conflict("Another credential is for that issuer's subject.", "credential-exists")
    await store.put_credential(row)
    await record_credential_act(ledger, store, actor, act, row)
    return row


async def _found(store: Store, name: str) -> CredentialRow:
    row = await store.credential(name)
    if row is None:
        raise NotFound("There is no credential of that name; GET /v1/credentials lists them.", "credential-not-found")
    return row


async def _live(store: Store, name: str) -> CredentialRow:
    row = await _found(store, name)
    if row.revoked_at is not None:
        raise WrongState("The credential was revoked; make another one.", "credential-revoked", ())
    return row


def _refuse(new: NewCredential, days: int) -> None:
    faults = [*_faults(new), *_days_faults(days)]
    faults += personal_data_faults({"name": new.name, "purpose": new.purpose or "", "party": new.party or ""})
    if faults:
        raise InvalidInput("The credential is not valid.", faults)


def _refuse_days(days: int) -> None:
    faults = list(_days_faults(days))
    if faults:
        raise InvalidInput("The key is not valid.", faults)


def _days_faults(days: int) -> Iterator[Fault]:
    if not 1 <= days <= LONGEST_LIFE_DAYS:
        yield Fault("/days", "out-of-range", f"must be from 1 to {LONGEST_LIFE_DAYS} days")


def _faults(new: NewCredential) -> Iterator[Fault]:
    if not _NAME.fullmatch(new.name):
        yield Fault("/name", "wrong-form", "must be small letters, digits, points, dashes: finance-anna")
    unknown = not set(new.roles) <= set(ROLES)
    if unknown or not new.roles or len(set(new.roles)) != len(new.roles):
        yield Fault("/roles", "not-allowed", f"must be one or more, each once, of: {', '.join(ROLES)}")
        return
    if len(new.roles) > 1 and not ALONE.isdisjoint(new.roles):
        yield Fault("/roles", "wrong-form", f"each of {', '.join(sorted(ALONE))} must be the only role of a credential")
    yield from _binding_faults(new)
    if (new.issuer is None) != (new.subject is None):
        yield Fault("/subject", "required", "give both issuer and subject, or neither")


def _binding_faults(new: NewCredential) -> Iterator[Fault]:
    if not OF_A_PARTY.isdisjoint(new.roles) and not new.party:
        yield Fault("/party", "required", "give the party's id in the contracts, for which this credential acts")
    if new.party and OF_A_PARTY.isdisjoint(new.roles):
        yield Fault("/party", "not-allowed", f"only {_listed(OF_A_PARTY)} act for a party; leave it out")
    if OF_NAMED_CONTRACTS.issuperset(new.roles) and new.contracts is None:
        yield Fault("/contracts", "required", "name the contracts that this credential is for")
    if "administrator" in new.roles and (new.contracts is not None or new.source):
        yield Fault("/contracts", "not-allowed", "an administrator sees no contract; leave contracts and source out")
    if new.source and not sees_participants(new.roles):
        yield Fault("/source", "not-allowed", "only what may read events can be bound to a source; leave it out")


def _listed(roles: Iterable[str]) -> str:
    return ", ".join(sorted(roles))
