"""What every use case works with: the database as the caller may see it, the clock, randomness, who called of late."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.storage.database import Database
from service.storage.scope import Scope
from service.storage.signing_keys import KeyRing, NoKeys
from service.workflows.callers import Known


@dataclass(frozen=True, slots=True)
class Ledger:
    """The running ledger, within the scope of its database. `now` gives an aware time, `random_bytes` as many
    unpredictable bytes as asked for; `callers` are those who were authenticated a moment ago, by the SHA-256 of what
    they sent; `key_ring` has the key that checkpoints are signed with."""

    database: Database
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    callers: dict[bytes, Known] = field(default_factory=dict)
    key_ring: KeyRing = field(default_factory=NoKeys)

    def within(self, scope: Scope) -> "Ledger":
        """The same ledger as somebody else may see it."""
        return replace(self, database=self.database.within(scope))
