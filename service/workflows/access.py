"""Who may call: administrator keys, of which only a digest is stored."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta

from service.core.errors import NotAuthenticated
from service.storage.rows import CredentialRow
from service.workflows.ledger import Caller, Ledger

ADMINISTRATOR = "administrator"
# Asking the database at every request took a quarter of its time; a key replaced by another process lives so long.
_REMEMBERED_FOR = timedelta(seconds=5)


def _digest(secret: str) -> bytes:
    """256 bits of randomness need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


async def begin_ledger(ledger: Ledger, name: str) -> str | None:
    """Name a new ledger and make its first administrator key; None where it has one already."""
    async with ledger.database.begin() as store:
        if await store.ledger_name() is None:
            await store.set_ledger_name(name)
        if await store.credentials():
            return None
    return await new_administrator_key(ledger, "bootstrap")


async def new_administrator_key(ledger: Ledger, name: str) -> str:
    """A new administrator key under a name; an earlier key of that name stops working. Shown once, never stored."""
    secret = "olk_" + urlsafe_b64encode(ledger.random_bytes(32)).decode().rstrip("=")
    async with ledger.database.begin() as store:
        await store.put_credential(CredentialRow(name, ADMINISTRATOR, _digest(secret), ledger.now()))
    ledger.callers.clear()
    return secret


async def actor_of(ledger: Ledger, secret: str) -> str:
    """Whose key it is, as the database said at most five seconds ago; NotAuthenticated for a key nobody has."""
    sent, now = _digest(secret), ledger.now()
    known = ledger.callers.get(sent)
    # A clock that was put back must not lengthen the life of a replaced key.
    if known is not None and timedelta(0) <= now - known.asked_at < _REMEMBERED_FOR:
        return known.name
    ledger.callers.pop(sent, None)
    async with ledger.database.glance() as store:
        for credential in await store.credentials():
            if hmac.compare_digest(credential.secret_sha256, sent):
                ledger.callers[sent] = Caller(credential.name, now)
                return credential.name
    raise NotAuthenticated("The key is not known; use the administrator key printed at first start.")
