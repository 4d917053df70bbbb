"""Who calls: the one place where a key is checked; every route but health and the docs page depends on it."""

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param

from service.api.negotiation import only_acceptable
from service.core.errors import Fault, InvalidInput, NotAuthenticated
from service.telemetry.marks import current_marks
from service.workflows.access import actor_of
from service.workflows.gathering import Gathering
from service.workflows.ledger import Ledger

_CONTROL = re.compile(r"[\x00-\x1f]")


async def ledger_of(request: Request) -> Ledger:
    """The running ledger."""
    ledger: Ledger = request.app.state.ledger
    return ledger


LedgerDep = Annotated[Ledger, Depends(ledger_of)]


async def gathering_of(request: Request) -> Gathering:
    """Where single events wait to be taken in together."""
    gathering: Gathering = request.app.state.gathering
    return gathering


GatheringDep = Annotated[Gathering, Depends(gathering_of)]


class Door(SecurityBase):
    """What every guarded request passes: its key, its parameters, the form it wants. Gives the name of the key.

    One dependency, which is the scheme in the OpenAPI document as well: each one more costs a request as much as a
    look-up in the database.
    """

    def __init__(self) -> None:
        self.scheme_name = "administrator key"
        self.model = HTTPBearer(description="The key printed at first start: olk_...")

    async def __call__(self, request: Request) -> str:
        """The name of the key that calls; NotAuthenticated, InvalidInput."""
        actor = await _actor(request)
        await only_known_parameters(request)
        await only_acceptable(request)
        return actor


door = Door()
ActorDep = Annotated[str, Depends(door)]


def guarded_router(*tags: str, route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """A router of operations under /v1 that ask for a key."""
    return APIRouter(prefix="/v1", tags=[*tags], dependencies=[Depends(door)], route_class=route_class)


async def _actor(request: Request) -> str:
    scheme, secret = get_authorization_scheme_param(request.headers.get("authorization"))
    if scheme.lower() != "bearer" or not secret:
        raise NotAuthenticated("Send the administrator key: Authorization: Bearer olk_...")
    actor = await actor_of(await ledger_of(request), secret)
    marks = current_marks()
    if marks is not None:
        marks.actor = actor
    return actor


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
