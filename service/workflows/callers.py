"""Who calls: a credential that was found by its key or its access token, and what of the ledger it may see and do."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.core.errors import NotAllowed
from service.storage.rows import CredentialRow
from service.storage.scope import Scope
from service.workflows.roles import OF_TOLD_PARTIES, OWN_STATEMENTS, Permission, permissions_of, sees_participants


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller: its name, roles and permissions, the party it acts for, and to which end."""

    name: str
    roles: tuple[str, ...]
    permissions: frozenset[Permission]
    party: str | None
    purpose: str
    scope: Scope

    def narrowed(self, to: frozenset[str] | None) -> "Caller":
        """The same caller with none but these of its permissions (None: with all)."""
        return self if to is None else replace(self, permissions=self.permissions & to)

    def scope_for(self, needed: Permission) -> Scope:
        """What it may see by a permission; NotAllowed where it has not got that."""
        if needed not in self.permissions:
            raise NotAllowed(
                f"Your credential does not have the permission {needed}; an administrator gives roles that have it.",
                "permission-missing",
            )
        if needed in OWN_STATEMENTS and not OF_TOLD_PARTIES.isdisjoint(self.roles):
            return replace(self.scope, investor=self.party or "", sees_participants=False)
        return self.scope


@dataclass(frozen=True, slots=True)
class Known:
    """A caller as the database told of it at a moment, and until when what was sent is good for."""

    caller: Caller
    asked_at: datetime
    good_until: datetime


def caller_of(credential: CredentialRow) -> Caller:
    """What a credential's holder may see and do."""
    roles, contracts = credential.roles, credential.contracts
    admitted = None if contracts is None else frozenset(contracts)
    scope = Scope(
        frozenset() if "administrator" in roles else admitted, None, credential.source, sees_participants(roles)
    )
    return Caller(credential.name, roles, permissions_of(roles), credential.party, credential.purpose, scope)
