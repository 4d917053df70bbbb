"""The statements on the versions of terms."""

from collections.abc import Collection

from sqlalchemy import and_, func, select

from service.storage.bulk import table_of
from service.storage.rows import ContractRow, TermsRow
from service.storage.scoped import Scoped
from service.storage.tables import TermsVersionTable

_terms = table_of(TermsVersionTable).c


class TermsStore(Scoped):
    """The terms of every contract as look-ups."""

    async def add_terms(self, row: TermsRow) -> None:
        """Add one version, whose log entry is already appended in this unit."""
        await self._insert(TermsVersionTable, [row])

    async def terms(self, contract: str, through: int | None = None) -> list[TermsRow]:
        """The contract's versions that were in the log at sequence `through`, by version."""
        query = select(*_terms).where(_terms.contract == self._scope.own(contract)).order_by(_terms.version)
        if through is not None:
            query = query.where(_terms.sequence <= through)
        return list(map(TermsRow._make, (await self._connection.execute(query)).all()))

    async def terms_of(self, contracts: Collection[str]) -> dict[str, list[TermsRow]]:
        """Every version of those contracts that are registered, by version."""
        query = (
            select(*_terms)
            .where(_terms.contract.in_(sorted(filter(self._scope.admits, contracts))))
            .order_by(_terms.contract, _terms.version)
        )
        by_contract: dict[str, list[TermsRow]] = {}
        for row in map(TermsRow._make, (await self._connection.execute(query)).all() if contracts else ()):
            by_contract.setdefault(row.contract, []).append(row)
        return by_contract

    async def contracts(self) -> list[ContractRow]:
        """Every contract with its latest version, by contract."""
        latest = (
            select(_terms.contract, func.max(_terms.version).label("version"))
            .group_by(_terms.contract)
            .subquery("latest")
        )
        query = (
            select(_terms.contract, _terms.title, _terms.version, _terms.effective_from)
            .join(latest, and_(latest.c.contract == _terms.contract, latest.c.version == _terms.version))
            .where(*self._within(_terms.contract))
            .order_by(_terms.contract)
        )
        return list(map(ContractRow._make, (await self._connection.execute(query)).all()))
