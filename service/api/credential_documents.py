"""Credentials as administrators send and see them: roles, party, contracts, keys by their ids; a secret only once."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from service.core.terms.words import Frozen
from service.workflows.access import KEY_LIVES
from service.workflows.credentials import Credential, NewCredential

_EXAMPLE = {
    "roles": ["investor"],
    "party": "council",
    "contracts": ["dialog-mod-vold", "housing-first-aarhus"],
    "purpose": "statements of the council's investments",
}


class CredentialAsked(Frozen):
    """What a credential is to be able to do."""

    roles: tuple[str, ...] = Field(max_length=7, description="one or more roles; some of them only alone")
    party: str | None = Field(
        None, max_length=60, description="the party it acts for, by its id in the contracts; investor, provider, payer"
    )
    source: str | None = Field(None, max_length=200, description="the source whose events alone it may post and read")
    contracts: tuple[str, ...] | None = Field(
        None, max_length=1000, description="the contracts that it is for; left out: all, for finance and auditors"
    )
    purpose: str | None = Field(
        None, min_length=3, max_length=200, description="to which end it reads what is about participants"
    )
    issuer: str | None = Field(None, max_length=400, description="the issuer of its access tokens, where it has any")
    subject: str | None = Field(None, max_length=200, description="the subject of its access tokens at that issuer")

    def named(self, name: str) -> NewCredential:
        """As the credential of that name."""
        return NewCredential(name, **{field: getattr(self, field) for field in CredentialAsked.model_fields})


class NewCredentialAsked(CredentialAsked):
    """A credential that is to be made."""

    name: str = Field(max_length=60, description="small letters, digits, points and dashes; stands in the log")
    days: int = Field(KEY_LIVES.days, description="for how many days its first key is good")


class KeyAsked(Frozen):
    """A further key."""

    days: int = Field(KEY_LIVES.days, description="for how many days the key is good")


ASKED_EXAMPLE = _EXAMPLE
NEW_EXAMPLE = {"name": "council-statements", **_EXAMPLE, "days": 90}


class KeyOut(BaseModel):
    """A key, by the part of it that may be shown."""

    id: str = Field(description="stands in the key behind olk_")
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None
    revoked_at: datetime | None


class CredentialOut(BaseModel):
    """Who may do what, as which party, for which contracts."""

    name: str
    roles: list[str]
    party: str | None
    source: str | None
    contracts: list[str] | None = Field(description="null: all contracts")
    purpose: str
    issuer: str | None
    subject: str | None
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    keys: list[KeyOut]


class Credentials(BaseModel):
    """Every credential, by name."""

    data: list[CredentialOut]


class SecretOut(BaseModel):
    """A new key. It is shown this once and stored nowhere."""

    name: str
    key: str | None = Field(description="send it as Authorization: Bearer ...; null where access tokens are used")


def credential_out(credential: Credential) -> CredentialOut:
    """A credential with its keys."""
    row = credential.row
    told = {name: value for name, value in row._asdict().items() if name in CredentialOut.model_fields}
    keys = [KeyOut(**{name: getattr(key, name) for name in KeyOut.model_fields}) for key in credential.keys]
    return CredentialOut(**told, keys=keys)
