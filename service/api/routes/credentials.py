"""Credentials over HTTP: an administrator lists them, makes them, changes what they may do, and ends them."""

from typing import Annotated, Any

from fastapi import Path, Request

from service.api.acted import BODY_PROBLEMS, body_of
from service.api.audiences import OPERATORS
from service.api.body import JSON_TYPE, media_type_of, read_body, read_nothing
from service.api.credential_documents import (
    ASKED_EXAMPLE,
    NEW_EXAMPLE,
    CredentialAsked,
    CredentialOut,
    Credentials,
    KeyAsked,
    NewCredentialAsked,
    SecretOut,
    credential_out,
)
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.permissions import needs
from service.api.security import ActorDep, LedgerDep, guarded_router
from service.core.life.requests import read_request
from service.storage.strict_json import strict_json
from service.workflows import credentials as use

router = guarded_router(OPERATORS)
Name = Annotated[str, Path(max_length=60, description="the credential's name", examples=["demo-investor"])]
_NOTHING: dict[str, Any] = {"requestBody": NO_BODY}
_CHANGED = (*BODY_PROBLEMS, "credential-not-found", "credential-exists", "credential-revoked")


@router.get("/credentials", summary="List the credentials", responses=problems())
@needs("credentials:write")
async def list_credentials(ledger: LedgerDep) -> Credentials:
    """Every credential with its roles, the party and contracts that it is for, and its keys by their ids."""
    return Credentials(data=[credential_out(one) for one in await use.list_credentials(ledger)])


@router.post(
    "/credentials",
    status_code=201,
    summary="Make a credential",
    responses=problems(*BODY_PROBLEMS, "credential-exists"),
    openapi_extra=body_of(NewCredentialAsked, NEW_EXAMPLE),
)
@needs("credentials:write")
async def create(request: Request, ledger: LedgerDep, actor: ActorDep) -> SecretOut:
    """Make a credential and its first key, which is shown this once. With an issuer and a subject it has access tokens
    in the place of keys."""
    media_type_of(request, JSON_TYPE)
    asked = read_request(NewCredentialAsked, strict_json(await read_body(request)))
    row, secret = await use.create_credential(ledger, actor, asked.named(asked.name), asked.days)
    return SecretOut(name=row.name, key=secret)


@router.put(
    "/credentials/{name}",
    summary="Change what a credential may do",
    responses=problems(*_CHANGED),
    openapi_extra=body_of(CredentialAsked, ASKED_EXAMPLE),
)
@needs("credentials:write")
async def change(name: Name, request: Request, ledger: LedgerDep, actor: ActorDep) -> CredentialOut:
    """Give the credential these roles, party, contracts and purpose in the place of those it had; its keys go on."""
    media_type_of(request, JSON_TYPE)
    asked = read_request(CredentialAsked, strict_json(await read_body(request)))
    await use.change_credential(ledger, actor, asked.named(name))
    return await _told(ledger, name)


@router.post(
    "/credentials/{name}/keys",
    status_code=201,
    summary="Make a further key",
    responses=problems(*BODY_PROBLEMS, "credential-not-found", "credential-revoked"),
    openapi_extra=body_of(KeyAsked, {"days": 90}),
)
@needs("credentials:write")
async def rotate(name: Name, request: Request, ledger: LedgerDep, actor: ActorDep) -> SecretOut:
    """Make a further key, so that the one before can be exchanged without a gap: that works for seven days more, any
    older one no longer."""
    media_type_of(request, JSON_TYPE)
    asked = read_request(KeyAsked, strict_json(await read_body(request)))
    return SecretOut(name=name, key=await use.rotate_key(ledger, actor, name, asked.days))


@router.post(
    "/credentials/{name}/revoke",
    summary="Revoke a credential",
    responses=problems("malformed", 408, 413, 415, "credential-not-found"),
    openapi_extra=_NOTHING,
)
@needs("credentials:write")
async def revoke(name: Name, request: Request, ledger: LedgerDep, actor: ActorDep) -> CredentialOut:
    """End a credential with all its keys and access tokens: at once here, within five seconds in other processes."""
    await read_nothing(request)
    await use.revoke_credential(ledger, actor, name)
    return await _told(ledger, name)


async def _told(ledger: LedgerDep, name: str) -> CredentialOut:
    (found,) = [one for one in await use.list_credentials(ledger) if one.row.name == name]
    return credential_out(found)
