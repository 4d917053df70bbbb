"""Runs the migrations, on the connection that service.storage.database.migrate gives or on `-x url=`."""

import asyncio

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text

from service.storage.database import engine_for
from service.storage.isolation import see_everything
from service.storage.tables import LedgerTable

# Any number, as long as it is the same in every release.
MIGRATION_LOCK = 5_107_312


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=LedgerTable.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Processes that start together would otherwise both find the same migration missing.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            see_everything(connection)
        context.run_migrations()


async def run_on(url: str) -> None:
    engine = engine_for(url, migrating=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


def main() -> None:
    if context.is_offline_mode():
        raise CommandError("the guards are installed on a live connection; leave out --sql")
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    url = context.get_x_argument(as_dictionary=True).get("url")
    if url is None:
        raise CommandError("say which database: alembic -x url=sqlite:///data/ledger.db upgrade head")
    asyncio.run(run_on(url))


main()
