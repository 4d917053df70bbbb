"""What every use case works with: the database, the clock and the source of randomness, handed in once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class Ledger:
    """The running ledger. `now` gives an aware time, `random_bytes` as many unpredictable bytes as asked for."""

    database: Database
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
