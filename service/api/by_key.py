"""Routes that answer with one stored thing by the key in their address, past the framework's dependency solver."""

from collections.abc import Awaitable, Callable
from inspect import signature
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from service.api.conditional import held
from service.api.forms import asked_form
from service.api.security import door, ledger_of

# They find in the request alone what they give, as long as its address has no query.
_ASKED_AT_ONCE: dict[str, Callable[[Request], Awaitable[Any]]] = {"ledger": ledger_of, "form": asked_form, "held": held}


class ByKey(APIRoute):
    """A route that asks for a key, and whose endpoint takes the one parameter of its path and `ledger`, `form`, `held`.

    Solving dependencies costs several times what the look-up does. What it would do for such an endpoint is done here:
    the door is passed, the parameter is validated; a request that it would refuse takes the long way and is refused
    there, and one with a query takes it too. TypeError for an endpoint that wants more.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        (self._key,) = self.dependant.path_params
        calls = {dependency.name: dependency.call for dependency in self.dependant.dependencies}
        is_guarded = calls.pop(None, None) is door  # what the endpoint itself does not take has no name
        taken = {*signature(self.endpoint).parameters}
        if not is_guarded or calls != _ASKED_AT_ONCE or taken != {self._key.name, *_ASKED_AT_ONCE}:
            raise TypeError(f"{self.name} must take {self._key.name} and {', '.join(_ASKED_AT_ONCE)}, behind the door")

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or leave it to the framework."""
        key, faults = self._key.validate(scope["path_params"][self._key.name])
        if faults or scope["query_string"] or scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive, send)
        await door(request)
        asked = {name: await ask(request) for name, ask in _ASKED_AT_ONCE.items()}
        response = await self.endpoint(**{self._key.name: key}, **asked)
        await response(scope, receive, send)
