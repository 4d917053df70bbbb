"""The routes by resource; each reads the request, calls one use case, and shapes the answer."""

from fastapi import APIRouter, Depends

from service.api.routes import accounts, contracts, events, findings, statements
from service.api.security import current_actor, only_known_parameters

guarded = APIRouter(prefix="/v1", dependencies=[Depends(current_actor), Depends(only_known_parameters)])
for resource in (contracts, events, findings, statements, accounts):
    guarded.include_router(resource.router)
