"""Every refusal of the service, each with a stable code that callers may rely on.

LedgerError
├── InvalidInput            the input is understood but not valid; carries every fault at once
├── NotFound                no such contract, event, statement, period
├── WrongState              the ledger's state does not allow it (already issued, not the next period)
├── Conflict                the same identity with other content
├── Stale                   what was named is not what stands there now, or nothing was named
├── NotAllowed              somebody else has to do it
├── NotAuthenticated        no key, or a key nobody has
├── QuotaExceeded           the caller asked more often than it may; later it may again
├── Unavailable             the database is away, full or busy; the same request may succeed later
└── BrokenInvariant         a promise of the ledger does not hold; never caught, always rolled back
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where, what is allowed, how to mend it. Never the value itself."""

    pointer: str  # JSON Pointer (RFC 6901) into the input; "" is the whole of it
    code: str
    detail: str


class LedgerError(Exception):
    """A refusal with a stable `code` and a message that names the remedy."""

    code = "ledger-error"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class InvalidInput(LedgerError):
    """The input was read but breaks the rules; `faults` holds all of them."""

    code = "invalid-input"

    def __init__(self, message: str, faults: Sequence[Fault], code: str | None = None) -> None:
        super().__init__(message, code)
        self.faults = tuple(faults)


class NotFound(LedgerError):
    """There is nothing by that name."""

    code = "not-found"


class WrongState(LedgerError):
    """The ledger's state does not allow what was asked; the message and `available_actions` say what can be done."""

    code = "wrong-state"

    def __init__(self, message: str, code: str | None = None, available_actions: Sequence[str] | None = None) -> None:
        super().__init__(message, code)
        self.available_actions = None if available_actions is None else tuple(available_actions)


class Stale(LedgerError):
    """What the caller has seen, and names in If-Match, is not what stands there now."""

    code = "stale"


class NotAllowed(LedgerError):
    """It can be done, by somebody else: nobody approves their own work."""

    code = "second-person-needed"


class Conflict(LedgerError):
    """The same identity was used before with other content."""

    code = "conflict"


class NotAuthenticated(LedgerError):
    """The call carries no key, or one that is not known."""

    code = "not-authenticated"


class QuotaExceeded(LedgerError):
    """The caller asked more often than it may; after `retry_after_seconds` it may again."""

    code = "quota-exceeded"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(LedgerError):
    """The database is away, full or busy: the unit of work was stored whole or not at all, and may be sent again."""

    code = "unavailable"


class BrokenInvariant(LedgerError):
    """Something the ledger promises does not hold; the unit of work is rolled back."""

    code = "broken-invariant"
