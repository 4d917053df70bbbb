"""The routes by resource; each reads the request, calls one use case, and shapes the answer."""

from fastapi import APIRouter, Depends

from service.api.negotiation import only_acceptable
from service.api.routes import accounts, changes, contracts, events, findings, json_schemas, statements, validating
from service.api.security import current_actor, only_known_parameters

_DOOR = [Depends(only_known_parameters), Depends(only_acceptable)]
guarded = APIRouter(prefix="/v1", dependencies=[Depends(current_actor), *_DOOR])
for resource in (events, contracts, statements, validating, changes, findings, accounts):
    guarded.include_router(resource.router)

# Programs fetch a schema by its address without a key, and there is nothing of anybody in it.
public = APIRouter(prefix="/v1", dependencies=_DOOR)
public.include_router(json_schemas.router)
