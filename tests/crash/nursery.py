"""A process that has the service loaded and forks a server at every order, so that a start takes no second.

Orders and answers are lines of JSON. The process itself has one thread and no event loop, so that a fork is whole.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

import uvicorn

LOADED = ("service.main", "service.cli", "aiosqlite", "asyncpg", "alembic.command", "uvloop", "httptools")
APP = "service.main:create_app"


def main() -> None:
    """Carry out orders until the input ends; then no server is left."""
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    alive: set[int] = set()
    try:
        while line := sys.stdin.readline():
            sys.stdout.write(json.dumps(_carry_out(json.loads(line), alive)) + "\n")
            sys.stdout.flush()
    finally:
        for pid in alive:
            os.kill(pid, signal.SIGKILL)


def _carry_out(order: dict[str, Any], alive: set[int]) -> dict[str, int]:
    if "kill" in order:
        pid = order["kill"]
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        alive.discard(pid)
        return {"killed": pid}
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    port: int = listening.getsockname()[1]
    pid = os.fork()
    if pid == 0:
        _serve(listening, order["environment"], order["log"])
    listening.close()
    alive.add(pid)
    return {"pid": pid, "port": port}


def _serve(listening: socket.socket, environment: dict[str, str], log: str) -> NoReturn:
    """As `outcomes-ledger serve` does, on a socket that is bound already: callers can connect from the first moment."""
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for place, target in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
        os.dup2(target, place)
    os.environ.update(environment)
    server = uvicorn.Server(uvicorn.Config(APP, factory=True, log_level="warning"))
    server.run(sockets=[listening])
    os._exit(0 if server.started else 3)


if __name__ == "__main__":
    main()
