"""Keeps what is guarded out of caches: no answer under /v1 may be stored unless it says itself that it may."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADER = b"cache-control"


class NoStore:
    """ASGI middleware that adds `Cache-Control: no-store` where an answer says nothing of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await self._app(scope, receive, _without_storing(send))
        else:
            await self._app(scope, receive, send)


def _without_storing(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            if _HEADER not in dict(headers):
                message = {**message, "headers": [*headers, (_HEADER, b"no-store")]}
        await send(message)

    return sending
