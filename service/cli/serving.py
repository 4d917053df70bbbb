"""Starts the server process, once its settings are sound and its database is there, and stops it in good order."""

import asyncio
import gc
from contextlib import suppress
from typing import Any

import typer
import uvicorn

from service.cli.running import chosen, err, opened, stop, told
from service.settings import Settings
from service.telemetry.log_lines import log_settings
from service.workflows.checkpoints import signing_key_in_use
from service.workflows.health import schema_fault
from service.workflows.ledger import Ledger
from service.workflows.opening import bring_up_to_date, prepare


def server_config(app: Any, host: str, port: int, log_level: str = "INFO") -> uvicorn.Config:
    """How the service is served: its own log lines instead of uvicorn's, which would show addresses with queries."""
    return uvicorn.Config(
        app,
        factory=True,
        host=host,
        port=port,
        access_log=False,
        log_config=log_settings(log_level),
        server_header=False,
        proxy_headers=bool(chosen().trusted_proxies),
        forwarded_allow_ips=chosen().trusted_proxies,
        timeout_graceful_shutdown=chosen().shutdown_seconds,
        ws="none",
    )


def run_service(host: str | None, port: int | None) -> None:
    """Serve until SIGTERM or SIGINT: new connections are refused, running requests end, then the process does."""
    settings = chosen()
    told(lambda: asyncio.run(_refuse_unready(opened(), settings)))
    config = server_config("service.main:create_app", host or settings.host, port or settings.port)
    _collect_seldom()
    server = uvicorn.Server(config)
    # uvicorn raises SIGINT once more when everything has ended.
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise typer.Exit(1)


def _collect_seldom() -> None:
    """A preview makes a million small objects that live until it is sent: at Python's own pace of one look at all
    new ones every 700, a third of its time would go into finding no garbage."""
    gc.set_threshold(100_000, 50, 100)


async def _refuse_unready(ledger: Ledger, settings: Settings) -> None:
    """Tell what is wrong in a sentence here, where the server would show a stack."""
    try:
        fault = await schema_fault(ledger)
        if fault is None:
            await signing_key_in_use(ledger)
    finally:
        await ledger.database.dispose()
    if fault is not None and not settings.migrate_at_start:
        stop(fault)


def migrate_now() -> tuple[str, ...]:
    """Migrate and begin the ledger, whatever MIGRATE_AT_START says; the names of guards that were missing."""

    async def run() -> tuple[str, ...]:
        ledger, settings = opened(), chosen()
        try:
            restored = await bring_up_to_date(settings)
            key = await prepare(ledger, settings)
        finally:
            await ledger.database.dispose()
        if key is not None:
            err.print(f"Administrator key, shown this once: {key}", highlight=False, soft_wrap=True)
        return restored

    return told(lambda: asyncio.run(run()))
