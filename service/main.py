"""Builds the service: settings, database, routes; with the command line the only reader of the clock."""

import logging
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from service.api.answer_headers import AnswerHeaders
from service.api.authentication import install_authentication
from service.api.by_key import ByKey
from service.api.docs_page import install_docs_page
from service.api.errors import install_problem_format
from service.api.openapi import install_openapi
from service.api.permissions import refuse_unnamed
from service.api.request_log import RequestLog
from service.api.routes import GUARDED, V1
from service.api.routes.development_tokens import router as development_tokens
from service.api.routes.health import router as health
from service.api.routes.metrics import router as metrics
from service.api.routes.problem_pages import router as problem_pages
from service.settings import Settings, settings
from service.storage.scope import NOTHING
from service.telemetry.log_lines import LIFE
from service.workflows.checkpoints import signing_key_in_use
from service.workflows.gathering import Gathering
from service.workflows.ledger import Ledger
from service.workflows.opening import ledger_at, prepare

_DESCRIPTION = """The payment ledger for outcomes contracts: which outcomes were achieved, what they pay, who owes it to
whom, and why. Authorize with a key or an access token, then try the operations on the demo data."""
_WARNING = "DEVELOPMENT_ISSUER is on: this service issues access tokens itself. Never run it so with real data."


def now() -> datetime:
    """The time at which something is recorded."""
    return datetime.now(UTC)


async def _prepared(ledger: Ledger, chosen: Settings) -> str | None:
    try:
        key = await prepare(ledger, chosen)
        await signing_key_in_use(ledger)
        return key
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
        if chosen.development_issuer:
            logging.getLogger(LIFE).warning(_WARNING)
        own = ledger_at(chosen, now, secrets.token_bytes, NOTHING)
        app.state.ledger, app.state.gathering = own, Gathering()
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
        shared = ledger.within(NOTHING)
        app.state.ledger, app.state.gathering = shared, Gathering()
    app.state.body_limit_bytes = chosen.body_limit_bytes
    app.state.body_seconds = chosen.body_seconds
    install_authentication(app, chosen)
    app.add_middleware(RequestLog, new_id=lambda: secrets.token_hex(16))
    app.add_middleware(AnswerHeaders)
    refuse_unnamed(GUARDED)
    app.router.routes.extend(V1)
    app.include_router(problem_pages)
    app.include_router(health)
    if chosen.metrics:
        app.include_router(metrics)
    if chosen.development_issuer:
        app.include_router(development_tokens)
    install_docs_page(app, chosen)
    install_problem_format(app)
    install_openapi(app, chosen)
    # A request is looked for from the first route on; twenty that are tried before it cost as much as its look-up.
    app.router.routes.sort(key=lambda route: not isinstance(route, ByKey))
    return app
