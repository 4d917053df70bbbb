"""The ledger served on a real port by a server that fails now and then, as networks and databases do."""

import asyncio
import socket
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from service.main import create_app
from service.settings import Settings

Scope = MutableMapping[str, Any]
Send = Callable[[Scope], Awaitable[None]]
HANG_SECONDS = 1.0


class Flaky:
    """An ASGI application in front of the service; each request under /v1 takes the next of its faults.

    drop: the request is worked through and its answer is thrown away; cut: the connection ends inside the answer;
    hang: the answer comes too late; busy: 503 with Retry-After before the service has seen it; sound: nothing.
    """

    def __init__(self, app: Any, faults: list[str]) -> None:
        self._app = app
        self.faults = deque(faults)
        self.met: list[str] = []

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        under_test = scope["type"] == "http" and scope["path"].startswith("/v1/events")
        fault = self.faults.popleft() if under_test and self.faults else "sound"
        if under_test:
            self.met.append(fault)
        if fault == "busy":
            await _busy(send)
        elif fault == "sound":
            await self._app(scope, receive, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: str, scope: Scope, receive: Any, send: Send) -> None:
        answer: list[Scope] = []

        async def keep(message: Scope) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        if fault == "hang":
            await asyncio.sleep(HANG_SECONDS)
            for message in answer:
                await send(message)
        elif fault == "cut":
            await send(answer[0])
            await send({**answer[1], "body": answer[1]["body"][:10], "more_body": True})
        # An application that ends without a whole answer makes the server close the connection.


async def _busy(send: Send) -> None:
    await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"3")]})
    await send({"type": "http.response.body", "body": b"{}"})


@contextmanager
def served_with(faults: list[str], database_url: str) -> Iterator[tuple[str, Flaky]]:
    """The URL of a flaky service on that database, whose requests meet these faults in turn, and the service."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        flaky = Flaky(create_app(Settings(database_url=database_url)), faults)
        server = uvicorn.Server(uvicorn.Config(flaky, log_level="critical", log_config=None))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            end = time.monotonic() + 30
            while not server.started:
                assert thread.is_alive() and time.monotonic() < end, "the service did not start"
                time.sleep(0.02)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", flaky
        finally:
            server.should_exit = True
            thread.join(15)
