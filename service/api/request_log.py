"""Marks every request with an id, times it, logs it in one line, and answers for what nobody else caught."""

import logging
import time
from asyncio import CancelledError
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.requests import ClientDisconnect
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.errors import broke, stopping
from service.telemetry.log_lines import FIELDS, REQUESTS
from service.telemetry.marks import Marks, marked, marks_of
from service.telemetry.metrics import request_seconds

REQUEST_ID = "X-Request-Id"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
# As nginx writes it: the caller went away before there was an answer.
_GONE = 499
_log = logging.getLogger(REQUESTS)


@dataclass(slots=True)
class _Seen:
    """What went over the wire for one request."""

    began: float
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


class RequestLog:
    """ASGI middleware; `new_id` makes the id of a request that brings none."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id
        self._templates: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; an exception goes on only where the answer has begun: the server then breaks it off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        marks, seen = marks_of(scope["headers"], self._new_id), _Seen(time.perf_counter())
        receive, send = _counting(receive, seen), _marking(send, seen, marks)
        with marked(marks):
            try:
                await self._app(scope, receive, send)
            except ClientDisconnect:
                seen.status = _GONE
            except CancelledError:
                # The time for running requests is over, and the server would answer in a format of its own.
                if not seen.status:
                    await stopping()(scope, receive, send)
                raise
            except Exception as error:
                marks.error = error
                if seen.status:
                    raise
                await broke()(scope, receive, send)
            finally:
                self._tell(scope, marks, seen)

    def _tell(self, scope: Scope, marks: Marks, seen: _Seen) -> None:
        seconds, status = time.perf_counter() - seen.began, seen.status or _GONE
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = self._template(scope)
        request_seconds(method, route, status).observe(seconds)
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 3),
            "actor": marks.actor,
            "bytes_in": seen.bytes_in,
            "bytes_out": seen.bytes_out,
        }
        level = logging.ERROR if status >= 500 or marks.error else logging.INFO
        if _log.isEnabledFor(level):
            # As `_log.log` would, without a search of the stack for who calls, which is always this.
            error = (type(marks.error), marks.error, marks.error.__traceback__) if marks.error else None
            _log.handle(_log.makeRecord(REQUESTS, level, __file__, 0, "request", (), error, extra={FIELDS: fields}))

    def _template(self, scope: Scope) -> str:
        """The route as it was declared; the address itself may hold a participant."""
        if not self._templates:
            for context in iter_route_contexts(scope["app"].routes):
                mount = context.route
                self._templates[mount.app if isinstance(mount, Mount) else context.endpoint] = str(context.path_format)
        return self._templates.get(scope.get("endpoint"), "none")


def _counting(receive: Receive, seen: _Seen) -> Receive:
    async def counted() -> Message:
        message = await receive()
        seen.bytes_in += len(message.get("body", b""))
        return message

    return counted


def _marking(send: Send, seen: _Seen, marks: Marks) -> Send:
    async def marked_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
            headers = [*message.get("headers", ()), (REQUEST_ID.lower().encode(), marks.request_id.encode())]
            message = {**message, "headers": headers}
        seen.bytes_out += len(message.get("body", b""))
        await send(message)

    return marked_send
