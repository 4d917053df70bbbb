"""Gives every answer the headers that keep browsers and caches from doing more with it than is meant."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.quotas import TOLD

# An answer that says more of itself, as the docs page does, keeps its own.
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")
_ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")


class AnswerHeaders:
    """ASGI middleware that adds them; nothing under /v1 may be stored unless the answer says itself that it may."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        await self._app(scope, receive, _adding(scope, send) if scope["type"] == "http" else send)


def _adding(scope: Scope, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_added(scope, message)]
        await send(message)

    return sending


def _added(scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
    own = {name for name, _ in message.get("headers", ())}
    added = [*_ALWAYS, *scope.get(TOLD, ())]
    if _POLICY[0] not in own:
        added.append(_POLICY)
    if _NO_STORE[0] not in own and scope["path"].startswith("/v1/"):
        added.append(_NO_STORE)
    if scope["scheme"] == "https":
        added.append(_ONLY_HTTPS)
    return added
