"""What every use case works with: the database, the clock, the source of randomness, and who called of late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it is, as the database said at a time."""

    name: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """The running ledger. `now` gives an aware time, `random_bytes` as many unpredictable bytes as asked for;
    `callers` are those whose keys were found a moment ago, by the SHA-256 of the key."""

    database: Database
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    callers: dict[bytes, Caller] = field(default_factory=dict)
