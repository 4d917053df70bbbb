"""Rebuilds every look-up of a contract from its log, after checking the chain from the first entry on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from service.storage.rows import LogEntry
from service.storage.store import Store
from service.workflows.derived import derived_from
from service.workflows.journal import pages
from service.workflows.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many entries of each kind the log of a contract holds."""

    contract: str
    entries: int
    terms: int
    statements: int


async def rebuild(ledger: Ledger, contract: str) -> Rebuilt:
    """Clear and rebuild the look-ups of a contract; NotFound for an unknown one.

    BrokenInvariant, and nothing changed, where the chain breaks.
    """
    async with ledger.database.begin() as store:
        await store.lock_head(contract)
        await store.clear_look_ups(contract)
        counts: Counter[str] = Counter()
        async for page in pages(store, contract):
            counts.update(entry.kind for entry in page)
            await restore_look_ups(store, page)
    return Rebuilt(contract, counts.total(), counts["terms"], counts["statement"])


async def restore_look_ups(store: Store, entries: Iterable[LogEntry]) -> None:
    """Derive from entries of the log what is looked up of them, but for facts: these are not in the log."""
    for entry in entries:
        await _restore(store, entry)


async def _restore(store: Store, entry: LogEntry) -> None:
    derived = derived_from(entry)
    for terms in derived.terms:
        await store.add_terms(terms)
    for statement in derived.statements:
        await store.add_statement(statement)
    await store.add_postings(derived.postings)
    await store.add_acts(derived.acts)


async def rebuild_all(ledger: Ledger) -> list[Rebuilt]:
    """Rebuild every contract, each in a unit of work of its own."""
    async with ledger.database.reading() as store:
        contracts = await store.chains()
    return [await rebuild(ledger, contract) for contract in contracts]
