"""Counts what each caller asks for in a minute, refuses what goes beyond, and tells what is left of it."""

from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from service.core.errors import QuotaExceeded

# Where a request's scope holds the headers that tell its quota.
TOLD = "ledger.quota"
_WINDOW_SECONDS = 60
_MOST_COUNTED = 10_000


class Quota:
    """How often something may happen in a minute to each of those who are named; 0 is any number of times.

    A minute begins with the first time and is counted anew when it is over: around its end twice the number can come
    within less than a minute. Counted in this process alone.
    """

    def __init__(self, name: str, per_minute: int) -> None:
        self._name = name
        self._per_minute = per_minute
        self._policy = (b"ratelimit-policy", f'"{name}";q={per_minute};w={_WINDOW_SECONDS}'.encode())
        self._minutes: dict[str, tuple[float, int]] = {}

    def spend(self, who: str, now: datetime, scope: MutableMapping[str, Any]) -> None:
        """Count once more; the headers that tell what is left are put into the request's scope. QuotaExceeded."""
        if self._per_minute:
            began, spent = self._minute(who, now.timestamp())
            self._minutes[who] = (began, spent + 1)
            self._tell(self._per_minute - spent - 1, began, now, scope)

    def refuse_spent(self, who: str, now: datetime, scope: MutableMapping[str, Any]) -> None:
        """QuotaExceeded where nothing is left; counts nothing."""
        if self._per_minute and who in self._minutes:
            began, spent = self._minute(who, now.timestamp())
            if spent >= self._per_minute:
                self._tell(-1, began, now, scope)

    def _minute(self, who: str, at: float) -> tuple[float, int]:
        """When the minute in hand began, and what was spent in it; a clock that is put back begins another one."""
        minute = self._minutes.get(who)
        if minute is not None and 0 <= at - minute[0] < _WINDOW_SECONDS:
            return minute
        if minute is None and len(self._minutes) >= _MOST_COUNTED:
            # The one that was named first makes room: whoever changes names all the time must not fill the memory.
            del self._minutes[next(iter(self._minutes))]
        return at, 0

    def _tell(self, left: int, began: float, now: datetime, scope: MutableMapping[str, Any]) -> None:
        seconds = max(1, int(began - now.timestamp()) + _WINDOW_SECONDS)
        scope[TOLD] = (
            self._policy,
            (b"ratelimit", b'"%b";r=%d;t=%d' % (self._name.encode(), max(left, 0), seconds)),
        )
        if left < 0:
            told = f"This minute allows {self._per_minute} and no more; wait as long as Retry-After says."
            raise QuotaExceeded(told, seconds)
