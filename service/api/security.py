"""Who calls, and whether they may: the one place where both are decided; every guarded route depends on it."""

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase

from service.api.authentication import authenticated
from service.api.negotiation import only_acceptable
from service.api.permissions import needed_by, refuse_foreign
from service.core.errors import Fault, InvalidInput, NotAllowed
from service.workflows.callers import Caller
from service.workflows.gathering import Gathering
from service.workflows.ledger import Ledger

_CONTROL = re.compile(r"[\x00-\x1f]")
_CALLER, _LEDGER = "ledger.caller", "ledger.scoped"


async def ledger_of(request: Request) -> Ledger:
    """The running ledger as the caller may see it; behind the door only."""
    ledger: Ledger = request.scope[_LEDGER]
    return ledger


LedgerDep = Annotated[Ledger, Depends(ledger_of)]


async def unscoped_ledger_of(request: Request) -> Ledger:
    """The running ledger for what asks for no key: it shows no row of any contract."""
    ledger: Ledger = request.app.state.ledger
    return ledger


OpenLedgerDep = Annotated[Ledger, Depends(unscoped_ledger_of)]


async def gathering_of(request: Request) -> Gathering:
    """Where single events wait to be taken in together."""
    gathering: Gathering = request.app.state.gathering
    return gathering


GatheringDep = Annotated[Gathering, Depends(gathering_of)]


async def caller_of(request: Request) -> Caller:
    """Who calls; behind the door only."""
    caller: Caller = request.scope[_CALLER]
    return caller


CallerDep = Annotated[Caller, Depends(caller_of)]


class Door(SecurityBase):
    """What every guarded request passes: who calls, whether they may, whose it is, its parameters, the form it wants.
    Gives the name of the credential.

    One dependency, which is the scheme in the OpenAPI document as well: each one more costs a request as much as a
    look-up in the database.
    """

    def __init__(self) -> None:
        self.scheme_name = "key"
        self.model = HTTPBearer(
            description="A key (olk_...) that an administrator makes for the roles that it names, or an access token."
        )

    async def __call__(self, request: Request) -> str:
        """The name of the calling credential; NotAuthenticated, QuotaExceeded, NotAllowed, NotFound, InvalidInput."""
        scope = request.scope
        caller = scope[_CALLER] = await authenticated(request)
        needed = needed_by(scope["endpoint"])
        if needed is None:
            raise NotAllowed("Nobody may use this operation.", "permission-missing")
        seen = caller.scope_for(needed)
        refuse_foreign(caller, seen, scope["route"].path, scope["path_params"])
        ledger: Ledger = request.app.state.ledger
        scope[_LEDGER] = ledger.within(seen)
        await only_known_parameters(request)
        await only_acceptable(request)
        return caller.name


door = Door()
ActorDep = Annotated[str, Depends(door)]


def guarded_router(*tags: str, route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """A router of operations under /v1, each of which asks for a permission by `@needs`."""
    return APIRouter(prefix="/v1", tags=[*tags], dependencies=[Depends(door)], route_class=route_class)


async def only_known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not know: a misspelt filter must not widen a search.

    Refuse control characters in any parameter too: PostgreSQL cannot even compare with some of them.
    """
    queried = request.query_params.multi_items() if request.scope["query_string"] else []
    known = set(_query_names(request.scope["route"].dependant)) if queried else set()
    if {name for name, _ in queried} - known:
        allowed = ", ".join(sorted(known)) or "none"
        fault = Fault("", "unknown-parameter", f"holds a query parameter that is not known; allowed: {allowed}")
        raise InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")
    given = [*request.path_params.items(), *queried]
    faults = [
        Fault(name, "wrong-form", "holds a control character; remove it")
        for name, text in given
        if _CONTROL.search(text)
    ]
    if faults:
        raise InvalidInput("The request's parameters are not valid.", faults, "parameter-invalid")


def _query_names(dependant: Dependant) -> Iterator[str]:
    """The query parameters of a route and of everything that it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for needed in dependant.dependencies:
        yield from _query_names(needed)
