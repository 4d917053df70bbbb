"""Who calls: the one place where a key is checked; every route but health and the docs page depends on it."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.core.errors import Fault, InvalidInput, NotAuthenticated
from service.telemetry.marks import current_marks
from service.workflows.access import actor_of
from service.workflows.gathering import Gathering
from service.workflows.ledger import Ledger

_bearer = HTTPBearer(
    auto_error=False, scheme_name="administrator key", description="The key printed at first start: olk_..."
)


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


async def current_actor(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """The name of the key that calls."""
    if credentials is None:
        raise NotAuthenticated("Send the administrator key: Authorization: Bearer olk_...")
    actor = await actor_of(await ledger_of(request), credentials.credentials)
    marks = current_marks()
    if marks is not None:
        marks.actor = actor
    return actor


ActorDep = Annotated[str, Depends(current_actor)]


async def only_known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not know: a misspelt filter must not widen a search.

    Refuse control characters in any parameter too: PostgreSQL cannot even compare with some of them.
    """
    route = request.scope["route"]
    known = {field.alias for field in route.dependant.query_params}
    if set(request.query_params) - known:
        allowed = ", ".join(sorted(known)) or "none"
        fault = Fault("", "unknown-parameter", f"holds a query parameter that is not known; allowed: {allowed}")
        raise InvalidInput("The request's parameters are not valid.", [fault], "parameter-invalid")
    given = [*request.path_params.items(), *request.query_params.multi_items()]
    faults = [Fault(name, "wrong-form", "holds a control character; remove it") for name, text in given if _odd(text)]
    if faults:
        raise InvalidInput("The request's parameters are not valid.", faults, "parameter-invalid")


def _odd(text: str) -> bool:
    return any(ord(character) < 32 for character in text)
