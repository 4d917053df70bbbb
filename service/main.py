"""Builds the service: settings, database, routes; with the command line the only reader of the clock."""

import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from service.api.docs_page import install_docs_page
from service.api.errors import install_problem_format
from service.api.openapi import install_openapi
from service.api.routes import guarded
from service.api.routes.health import router as health
from service.settings import Settings, settings
from service.workflows.ledger import Ledger
from service.workflows.opening import ledger_at, prepare

_DESCRIPTION = """The payment ledger for outcomes contracts: which outcomes were achieved, what they pay, who owes it to
whom, and why. Authorize with the administrator key printed at first start, then try the operations on the demo data."""


def now() -> datetime:
    """The time at which something is recorded."""
    return datetime.now(UTC)


def create_app(chosen: Settings | None = None, ledger: Ledger | None = None) -> FastAPI:
    """The service as an ASGI application; with a ledger already prepared it opens and closes nothing itself."""
    chosen = chosen or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if ledger is not None:
            yield
            return
        own = ledger_at(chosen, now, secrets.token_bytes)
        app.state.ledger = own
        try:
            key = await prepare(own, chosen)
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
    app.state.ledger = ledger
    app.state.body_limit_bytes = chosen.body_limit_bytes
    app.include_router(guarded)
    app.include_router(health)
    install_docs_page(app)
    install_problem_format(app)
    install_openapi(app)
    return app
