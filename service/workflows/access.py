"""Who may call: finds the credential behind a key or an access token, and begins a ledger with its first key."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from service.core.errors import NotAuthenticated, Unavailable
from service.storage.rows import CredentialKeyRow, CredentialRow
from service.storage.store import Store
from service.workflows.access_trail import record_credential_act
from service.workflows.callers import Caller, Known, caller_of
from service.workflows.ledger import Ledger

BOOTSTRAP = "bootstrap"
KEY_LIVES = timedelta(days=90)
# Asking the database at every request took a quarter of its time; a credential that was revoked lives so long.
_REMEMBERED_FOR = timedelta(seconds=5)
_MOST_REMEMBERED = 10_000


def digest_of(secret: str) -> bytes:
    """What stands for a secret (32 bytes); 256 bits of randomness need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


async def begin_ledger(ledger: Ledger, name: str) -> str | None:
    """Name a new ledger and make its first administrator key; None where it has a credential already."""
    async with ledger.database.begin() as store:
        if await store.ledger_name() is None:
            await store.set_ledger_name(name)
        if await store.credentials():
            return None
        administrator = CredentialRow(
            BOOTSTRAP, ("administrator",), None, None, None, "administration", None, None, ledger.now(), BOOTSTRAP
        )
        await store.put_credential(administrator)
        await record_credential_act(ledger, store, BOOTSTRAP, "made", administrator)
        return await new_key(ledger, store, BOOTSTRAP, ledger.now() + KEY_LIVES)


async def new_key(ledger: Ledger, store: Store, credential: str, expires_at: datetime) -> str:
    """A further key of a credential: 256 random bits behind an id that may be shown. Told once, never stored."""
    text = urlsafe_b64encode(ledger.random_bytes(38)).decode().rstrip("=")
    id, secret = text[:8], f"olk_{text[:8]}_{text[8:]}"
    await store.add_key(CredentialKeyRow(id, credential, digest_of(secret), ledger.now(), expires_at))
    return secret


async def caller_by_key(ledger: Ledger, secret: str) -> Caller:
    """Whose key it is; NotAuthenticated for a key that nobody has, that has expired or was revoked."""
    sent = digest_of(secret)
    caller = remembered(ledger, sent)
    if caller is not None:
        return caller
    async with ledger.database.glance() as store:
        found = await store.credential_of_key(sent)
    now = ledger.now()
    if found is None or not _is_live(*found, now):
        raise NotAuthenticated("The key is not known, or is not good any more; an administrator makes a new one.")
    credential, key = found
    await _mark_used(ledger, key, now)
    return remember(ledger, sent, caller_of(credential), key.expires_at)


async def caller_by_subject(
    ledger: Ledger, sent: bytes, issuer: str | None, subject: str, good_until: datetime, scope: frozenset[str] | None
) -> Caller:
    """Whose access token it is, by the issuer and subject that were found in it; `sent` is its SHA-256. Without an
    issuer the subject is the name of a credential. It may do nothing outside `scope` (None: no limit).

    NotAuthenticated where no credential is for that subject, or where it was revoked.
    """
    async with ledger.database.glance() as store:
        found = store.credential_called(subject) if issuer is None else store.credential_of_subject(issuer, subject)
        credential = await found
    if credential is None or credential.revoked_at is not None:
        raise NotAuthenticated("No credential is for the subject of this access token; an administrator makes one.")
    return remember(ledger, sent, caller_of(credential).narrowed(scope), good_until)


def remembered(ledger: Ledger, sent: bytes) -> Caller | None:
    """The caller who sent this at most five seconds ago, by its SHA-256."""
    known, now = ledger.callers.get(sent), ledger.now()
    # A clock that was put back must not lengthen the life of a revoked key.
    if known is not None and timedelta(0) <= now - known.asked_at < _REMEMBERED_FOR and now < known.good_until:
        return known.caller
    ledger.callers.pop(sent, None)
    return None


def remember(ledger: Ledger, sent: bytes, caller: Caller, good_until: datetime) -> Caller:
    """Keep who sent it for five seconds at most, and never beyond the end of its key or token."""
    if len(ledger.callers) >= _MOST_REMEMBERED:
        ledger.callers.clear()
    ledger.callers[sent] = Known(caller, ledger.now(), good_until)
    return caller


def _is_live(credential: CredentialRow, key: CredentialKeyRow, now: datetime) -> bool:
    return credential.revoked_at is None and key.revoked_at is None and now < key.expires_at


async def _mark_used(ledger: Ledger, key: CredentialKeyRow, now: datetime) -> None:
    """Once a day; a database that can only be read must not shut callers out."""
    if key.last_used_on == now.date():
        return
    try:
        async with ledger.database.begin() as store:
            await store.mark_used(key.id, now.date())
    except Unavailable:
        return
