"""The statements on the ledger's own name and on credentials."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.storage.bulk import insert_unless_there, table_of
from service.storage.rows import CredentialRow
from service.storage.tables import CredentialTable, LedgerNameTable

_credential = table_of(CredentialTable).c
_ledger = table_of(LedgerNameTable).c


class AccessStore:
    """Which ledger this is and who may use it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ledger_name(self) -> str | None:
        """The name that every entry is bound to, or None before it is set."""
        return (await self._connection.execute(select(_ledger.name))).scalar_one_or_none()

    async def set_ledger_name(self, name: str) -> None:
        """Set or change the name."""
        statement = insert_unless_there(self._connection, LedgerNameTable).values(id=1, name=name)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"name": name}))

    async def credentials(self) -> list[CredentialRow]:
        """Every credential, by name."""
        rows = await self._connection.execute(select(*_credential).order_by(_credential.name))
        return list(map(CredentialRow._make, rows.all()))

    async def put_credential(self, row: CredentialRow) -> None:
        """Add a credential, or replace the one of the same name."""
        values = row._asdict()
        statement = insert_unless_there(self._connection, CredentialTable).values(values)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={**values}))
