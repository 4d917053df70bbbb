"""Everybody who may call: a credential a role, a twin of each for another contract and party, and who is not let in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from service.workflows.credentials import NewCredential, key_by_hand
from service.workflows.ledger import Ledger
from service.workflows.roles import OF_A_PARTY, ROLES
from tests.shell.calling import key_of, with_chance


@dataclass(frozen=True)
class Home:
    """The contract that identities are of, and the parties of it that they act for, by role."""

    contract: str
    parties: Mapping[str, str]


OWN = Home("w", {"investor": "a", "payer": "city", "provider": "a"})
OTHERS = Home("v", {"investor": "b", "payer": "region", "provider": "b"})
ANONYMOUS, EXPIRED, WRONG_AUDIENCE = "anonymous", "expired", "wrong audience"
NOT_LET_IN = (ANONYMOUS, EXPIRED, WRONG_AUDIENCE)


def twin_of(role: str) -> str:
    """The name of a role's twin, who is somebody else elsewhere."""
    return f"{role} elsewhere"


IDENTITIES = (*ROLES, *map(twin_of, ROLES), *NOT_LET_IN)


def credential(role: str, home: Home) -> NewCredential:
    """The credential of a role for one contract."""
    contracts = None if role == "administrator" else (home.contract,)
    party = home.parties[role] if role in OF_A_PARTY else None
    return NewCredential(f"{role}-{home.contract}", (role,), party, None, contracts)


async def headers_of_everybody(ledger: Ledger, own: Home = OWN, others: Home = OTHERS) -> dict[str, dict[str, str]]:
    """What each identity sends; every one of them is a credential of its own."""
    keys: dict[str, str] = {role: await key_of(ledger, credential(role, own)) for role in ROLES}
    keys |= {twin_of(role): await key_of(ledger, credential(role, others)) for role in ROLES}
    keys[EXPIRED] = await _expired(ledger)
    sent = {name: {"Authorization": f"Bearer {key}"} for name, key in keys.items()}
    return {**sent, ANONYMOUS: {}}


async def _expired(ledger: Ledger) -> str:
    then = ledger.now() - timedelta(days=100)
    finance = NewCredential("leaver", ("finance", "auditor"))
    return await key_by_hand(replace(with_chance(ledger), now=lambda: then), "tests", finance, 1)
