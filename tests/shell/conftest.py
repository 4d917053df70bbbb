"""Fixtures of the shell: the service on a fresh ledger, on SQLite and on PostgreSQL, at a fixed moment."""

from collections.abc import AsyncIterator, Iterator

import pytest

from service.storage.database import Database
from service.workflows.ledger import Ledger
from tests.builders import a_contract
from tests.shell.calling import Api, client_of, ledger_on
from tests.shell.logged import Log, everything_logged


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fresh ledger with a fixed clock and fixed randomness."""
    return ledger_on(database)


@pytest.fixture
async def api(ledger: Ledger) -> AsyncIterator[Api]:
    """The service on a fresh ledger, called with an administrator's key."""
    async with await client_of(ledger) as client:
        yield Api(client, ledger)


@pytest.fixture
async def w(api: Api) -> Api:
    """The service with contract W of the worked examples registered."""
    await api.register(a_contract())
    return api


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything that anybody logs, however unimportant, in the format of the service."""
    with everything_logged() as written:
        yield written
