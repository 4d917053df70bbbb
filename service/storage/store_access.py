"""The statements on the ledger's own name, on credentials and on their keys."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, update

from service.storage.access_tables import CredentialKeyTable, CredentialTable, LedgerNameTable
from service.storage.bulk import insert_rows, insert_unless_there, table_of
from service.storage.rows import CredentialKeyRow, CredentialRow
from service.storage.scoped import Scoped

_credential = table_of(CredentialTable).c
_key = table_of(CredentialKeyTable).c
_ledger = table_of(LedgerNameTable).c


class AccessStore(Scoped):
    """Which ledger this is and who may use it."""

    async def ledger_name(self) -> str | None:
        """The name that every entry is bound to, or None before it is set."""
        return (await self._connection.execute(select(_ledger.name))).scalar_one_or_none()

    async def set_ledger_name(self, name: str) -> None:
        """Set or change the name."""
        statement = insert_unless_there(self._connection, LedgerNameTable).values(id=1, name=name)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"name": name}))

    async def credentials(self) -> list[CredentialRow]:
        """Every credential, by name."""
        return await self._credentials(select(*_credential).order_by(_credential.name))

    async def credential(self, name: str) -> CredentialRow | None:
        """One credential by its name, locked until the unit ends, or None."""
        query = select(*_credential).where(_credential.name == name).with_for_update()
        return next(iter(await self._credentials(query)), None)

    async def credential_called(self, name: str) -> CredentialRow | None:
        """The same, only to be read: without a lock."""
        return next(iter(await self._credentials(select(*_credential).where(_credential.name == name))), None)

    async def credential_of_subject(self, issuer: str, subject: str) -> CredentialRow | None:
        """The credential whose access tokens that issuer gives to that subject, or None."""
        query = select(*_credential).where(_credential.issuer == issuer, _credential.subject == subject)
        return next(iter(await self._credentials(query)), None)

    async def credential_of_key(self, secret_sha256: bytes) -> tuple[CredentialRow, CredentialKeyRow] | None:
        """Whose key it is, and the key; None where nobody has it."""
        query = select(*_credential, *_key).join_from(CredentialTable, CredentialKeyTable)
        row = (await self._connection.execute(query.where(_key.secret_sha256 == secret_sha256))).first()
        if row is None:
            return None
        width = len(_credential)
        return _credential_row(row[:width]), CredentialKeyRow._make(row[width:])

    async def put_credential(self, row: CredentialRow) -> None:
        """Add a credential, or replace the one of the same name; an issuer's subject that another credential has is an
        IntegrityError."""
        values = {**row._asdict(), "roles": " ".join(row.roles)}
        values["contracts"] = None if row.contracts is None else " ".join(row.contracts)
        statement = insert_unless_there(self._connection, CredentialTable).values(values)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={**values}))

    async def keys(self, credential: str | None = None) -> list[CredentialKeyRow]:
        """The keys of a credential, or of all, in the order in which they were made."""
        query = select(*_key).order_by(_key.credential, _key.created_at, _key.id)
        if credential is not None:
            query = query.where(_key.credential == credential)
        return list(map(CredentialKeyRow._make, (await self._connection.execute(query)).all()))

    async def add_key(self, row: CredentialKeyRow) -> None:
        """Add a key of a credential that there is."""
        await insert_rows(self._connection, CredentialKeyTable, [row])

    async def end_key(self, id: str, *, expires_at: datetime, revoked_at: datetime | None = None) -> None:
        """Let a key end at a moment, or revoke it."""
        values = {"expires_at": expires_at, "revoked_at": revoked_at}
        await self._connection.execute(update(table_of(CredentialKeyTable)).where(_key.id == id).values(values))

    async def mark_used(self, id: str, on: date) -> None:
        """Keep the last day on which a key was used."""
        statement = update(table_of(CredentialKeyTable)).where(_key.id == id).values(last_used_on=on)
        await self._connection.execute(statement)

    async def _credentials(self, query: Select[Any]) -> list[CredentialRow]:
        return list(map(_credential_row, (await self._connection.execute(query)).all()))


def _credential_row(row: Sequence[Any]) -> CredentialRow:
    stored = CredentialRow._make(row)
    contracts: Any = stored.contracts
    roles: Any = stored.roles
    return stored._replace(
        roles=tuple(roles.split()), contracts=None if contracts is None else tuple(contracts.split())
    )
