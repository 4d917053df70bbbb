"""What each operation asks of a caller: the permission it names, and that nothing of another party is asked for."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from service.core.errors import NotFound
from service.storage.scope import Scope
from service.workflows.callers import Caller
from service.workflows.roles import Permission

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_NEEDED = "needed_permission"


def needs(permission: Permission) -> Callable[[Endpoint], Endpoint]:
    """Mark an operation with the permission that it asks for."""

    def marked(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _NEEDED, permission)
        return endpoint

    return marked


def needed_by(endpoint: Any) -> Permission | None:
    """The permission an operation asks for; None where it names none."""
    permission: Permission | None = getattr(endpoint, _NEEDED, None)
    return permission


def refuse_unnamed(routes: list[BaseRoute]) -> None:
    """RuntimeError naming every operation that asks for no permission: nobody may use what nobody was let into."""
    unnamed = [f"{route.path}" for route in routes if isinstance(route, APIRoute) and not needed_by(route.endpoint)]
    if unnamed:
        raise RuntimeError(f"mark with @needs(...) what these operations ask for: {', '.join(unnamed)}")


def refuse_foreign(caller: Caller, scope: Scope, path: str, named: Mapping[str, str]) -> None:
    """NotFound, as for what does not exist, where an address names a contract, a statement or a party that is not the
    caller's; `path` is the route as it was declared, `named` its parameters."""
    contract, statement, party = (named.get(name) for name in ("contract", "statement", "party"))
    if contract is not None and not scope.admits(contract):
        raise NotFound("There is no contract by that name; GET /v1/contracts lists them.", "contract-not-found")
    if statement is not None and not _shows(scope, statement):
        raise NotFound("No statement by that id was issued; GET /v1/statements lists them.", "statement-not-found")
    if party is not None and not _is_own(caller, path, party):
        _refuse_party(path)


def _shows(scope: Scope, statement: str) -> bool:
    contract, _, rest = statement.partition(".")
    investor = rest.split(".")[1] if rest.count(".") == 2 else ""
    return scope.shows_statement(contract, investor)


def _is_own(caller: Caller, path: str, party: str) -> bool:
    """Investors and providers see themselves alone; a payer sees of payers itself, and whoever it pays."""
    if caller.party is None or party == caller.party:
        return True
    return "payer" in caller.roles and "/payers/" not in path


def _refuse_party(path: str) -> NoReturn:
    if path.startswith("/v1/contracts/"):
        raise NotFound("The contract has no payer by that id.", "payer-not-found")
    if "/statements/" in path and "/consolidated" not in path:
        raise NotFound("No statement was issued to this investor for this period.", "statement-not-found")
    word = "pays by" if "/payers/" in path else "invests in"
    raise NotFound(f"Nobody by that id {word} any contract; GET /v1/contracts lists them.", "party-not-found")
