"""Loads the life of a contract's statements and money from the acts that the ledger looks up."""

from collections.abc import Iterable, Iterator
from datetime import date

from service.core import canonical
from service.core.life.acts import Act, ActKind
from service.core.life.contract_life import ContractLife, life_of
from service.core.terms import TermsTimeline
from service.storage.contract_files import zone_of
from service.storage.rows import ActRow
from service.storage.store import Store


async def life_known(store: Store, contract: str, terms: TermsTimeline, through: int | None = None) -> ContractLife:
    """The life of a contract as known at a sequence number; under `terms`, which are those known then."""
    return life_from(await store.acts(contract, through), terms)


def life_from(rows: Iterable[ActRow], terms: TermsTimeline) -> ContractLife:
    """The life that stored acts tell, each on its day in the contract's zone."""
    return life_of(acts_from(rows, terms), terms)


def acts_from(rows: Iterable[ActRow], terms: TermsTimeline) -> Iterator[Act]:
    """Stored acts as data, each on its day in the contract's zone."""
    zone = zone_of(terms.latest)
    return (act_from(row, row.recorded_at.astimezone(zone).date()) for row in rows)


def act_from(row: ActRow, on: date) -> Act:
    """A stored act as data."""
    kind: ActKind = row.kind  # type: ignore[assignment]
    return Act(row.sequence, kind, row.actor, on, row.reason, canonical.from_bytes(row.body))
