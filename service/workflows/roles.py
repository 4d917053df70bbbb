"""Roles and what each may do: the one table of permissions; every route names the permission it asks for."""

from typing import Literal, get_args

Role = Literal["case-system", "provider", "investor", "payer", "finance", "auditor", "administrator"]
Permission = Literal[
    "access:read",
    "access:sign",
    "changes:read",
    "contracts:read",
    "contracts:write",
    "credentials:write",
    "details:read",
    "disputes:resolve",
    "disputes:write",
    "drafts:read",
    "events:read",
    "events:write",
    "findings:read",
    "investors:read",
    "ledger:read",
    "log:read",
    "log:verify",
    "participants:erase",
    "payers:read",
    "payments:approve",
    "payments:write",
    "proofs:read",
    "proofs:sign",
    "statements:approve",
    "statements:prepare",
    "statements:read",
]
ROLES: tuple[Role, ...] = get_args(Role)
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

_SENDING: frozenset[Permission] = frozenset({"contracts:read", "events:write", "events:read", "changes:read"})
_LOOKING: frozenset[Permission] = frozenset(
    {
        "contracts:read",
        "events:read",
        "changes:read",
        "findings:read",
        "statements:read",
        "details:read",
        "drafts:read",
        "investors:read",
        "payers:read",
        "ledger:read",
        "log:read",
        "proofs:read",
    }
)
MAY: dict[str, frozenset[Permission]] = {
    "case-system": _SENDING,
    "provider": _SENDING | {"statements:read", "investors:read", "proofs:read"},
    "investor": frozenset({"contracts:read", "statements:read", "investors:read", "disputes:write", "proofs:read"}),
    "payer": _LOOKING | {"statements:approve", "payments:approve", "disputes:write"},
    "finance": _LOOKING
    | {
        "contracts:write",
        "statements:prepare",
        "statements:approve",
        "payments:write",
        "payments:approve",
        "disputes:write",
        "disputes:resolve",
        "participants:erase",
        "log:verify",
        "proofs:sign",
    },
    "auditor": _LOOKING | {"log:verify", "access:read", "access:sign", "proofs:sign"},
    "administrator": frozenset({"credentials:write"}),
}
# What is theirs is told by the party they are: two of them in one credential would be two people in one.
OF_A_PARTY: frozenset[Role] = frozenset({"provider", "investor", "payer"})
# Of statements they see those to themselves alone; a payer sees those that it pays on, to whomever.
OF_TOLD_PARTIES: frozenset[Role] = frozenset({"provider", "investor"})
# What these do is bound to contracts by name; finance and auditors may be let into all of them.
OF_NAMED_CONTRACTS: frozenset[Role] = frozenset({"case-system", *OF_A_PARTY})
# Whoever hands out credentials sees nothing that they open.
ALONE: frozenset[Role] = frozenset({"administrator", *OF_A_PARTY})
# What is asked of statements by these is answered about the asking party's own alone.
OWN_STATEMENTS: frozenset[Permission] = frozenset(
    {"statements:read", "investors:read", "disputes:write", "proofs:read"}
)
# Reading by these tells about participants, and leaves a record.
ABOUT_PARTICIPANTS: frozenset[Permission] = frozenset(
    {"events:read", "changes:read", "findings:read", "details:read", "drafts:read", "log:read"}
)
# So does reading that record.
RECORDED: frozenset[Permission] = ABOUT_PARTICIPANTS | {"access:read"}


def permissions_of(roles: tuple[str, ...]) -> frozenset[Permission]:
    """Everything that any of the roles may do."""
    return frozenset().union(*(MAY[role] for role in roles))


def sees_participants(roles: tuple[str, ...]) -> bool:
    """Whether any of the roles may read what is about participants, under pseudonyms."""
    return any(MAY[role] & ABOUT_PARTICIPANTS for role in roles)
