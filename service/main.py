"""Builds the service: settings, database, routes; with the command line the only reader of the clock."""

import logging
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from service.api.by_key import ByKey
from service.api.docs_page import install_docs_page
from service.api.errors import install_problem_format
from service.api.no_store import NoStore
from service.api.openapi import install_openapi
from service.api.request_log import RequestLog
from service.api.routes import V1
from service.api.routes.health import router as health
from service.api.routes.metrics import router as metrics
from service.api.routes.problem_pages import router as problem_pages
from service.settings import Settings, settings
from service.telemetry.log_lines import LIFE
from service.workflows.gathering import Gathering
from service.workflows.ledger import Ledger
from service.workflows.opening import ledger_at, prepare

_DESCRIPTION = """The payment ledger for outcomes contracts: which outcomes were achieved, what they pay, who owes it to
whom, and why. Authorize with the administrator key printed at first start, then try the operations on the demo data."""


def now() -> datetime:
    """The time at which something is recorded."""
    return datetime.now(UTC)


async def _prepared(ledger: Ledger, chosen: Settings) -> str | None:
    try:
        return await prepare(ledger, chosen)
    except Exception as error:
        # The server would log this one as a text with all the values in it.
        logging.getLogger(LIFE).error("the service cannot start", exc_info=error)
        raise


def create_app(chosen: Settings | None = None, ledger: Ledger | None = None) -> FastAPI:
    """The service as an ASGI application; with a ledger already prepared it opens and closes nothing itself."""
    chosen = chosen or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if ledger is not None:
            yield
            return
        own = ledger_at(chosen, now, secrets.token_bytes)
        app.state.ledger, app.state.gathering = own, Gathering(own)
        try:
            key = await _prepared(own, chosen)
            if key is not None:
                sys.stdout.write(f"Administrator key, shown this once: {key}\n")
                sys.stdout.flush()
            yield
        finally:
            await own.database.dispose()

    app = FastAPI(
        title="Outcomes ledger",
        version="0.1.0",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    if ledger is not None:
        app.state.ledger, app.state.gathering = ledger, Gathering(ledger)
    app.state.body_limit_bytes = chosen.body_limit_bytes
    app.state.body_seconds = chosen.body_seconds
    app.add_middleware(NoStore)
    app.add_middleware(RequestLog, new_id=lambda: secrets.token_hex(16))
    app.router.routes.extend(V1)
    app.include_router(problem_pages)
    app.include_router(health)
    if chosen.metrics:
        app.include_router(metrics)
    install_docs_page(app)
    install_problem_format(app)
    install_openapi(app)
    # A request is looked for from the first route on; twenty that are tried before it cost as much as its look-up.
    app.router.routes.sort(key=lambda route: not isinstance(route, ByKey))
    return app
