"""Erases those whose facts no metric needs any more, each in a unit of work of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

from service.core.errors import WrongState
from service.core.events import fact_from_bytes
from service.core.life.requests import NewErasure
from service.core.retention import Due, due_for_erasure
from service.core.terms import TermsTimeline
from service.storage.contract_files import zone_of
from service.workflows.acting import Done
from service.workflows.erasure import erase_participant
from service.workflows.known import terms_known
from service.workflows.ledger import Ledger


async def due_in(ledger: Ledger, contract: str, as_of: date) -> tuple[Due, ...]:
    """Who is due for erasure on a date, by name, as the ledger knows it now; NotFound for an unknown contract."""
    return (await _known(ledger, contract, as_of))[1]


async def erase_due(
    ledger: Ledger, contract: str, as_of: date, requests: Sequence[NewErasure], actor: str
) -> AsyncIterator[Done]:
    """Erase those asked for who are due still: terms or facts may have come in since they were listed.

    WrongState for a date in the future, and as for any erasure; then whoever was erased before stays erased.
    """
    terms, due = await _known(ledger, contract, as_of)
    if as_of > ledger.now().astimezone(zone_of(terms.latest)).date():
        raise WrongState("Nobody is erased before it is due: erase as of today, or of an earlier day.")
    names = {one.participant for one in due}
    for request in requests:
        if request.participant in names:
            yield await erase_participant(ledger, contract, request, actor)


async def _known(ledger: Ledger, contract: str, as_of: date) -> tuple[TermsTimeline, tuple[Due, ...]]:
    async with ledger.database.reading() as store:
        terms, rows = await terms_known(store, contract), await store.fact_rows(contract)
    facts = (fact_from_bytes(stored) for _, stored in rows)
    return terms, await asyncio.to_thread(due_for_erasure, terms, facts, as_of)
