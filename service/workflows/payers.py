"""A payer's statement and the vouchers of a period, from its issued statements, or else from its drafts."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from service.core import canonical
from service.core.bookkeeping.payer_statement import payer_statement, payers_of
from service.core.bookkeeping.stated import Stated, stated_by
from service.core.bookkeeping.vouchers import Voucher, vouchers_of
from service.core.canonical import Document
from service.core.errors import NotFound, WrongState
from service.core.life.contract_life import ContractLife
from service.core.period import Period
from service.core.pipeline import Draft
from service.storage.rows import StatementRow
from service.storage.store import Store
from service.workflows.drafting import preview_statements
from service.workflows.known import period_in, terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known
from service.workflows.statements import statement_id

_Read = tuple[bytes, list[bytes]]  # a statement, and the entries of its detail


class VouchersOfPeriod(NamedTuple):
    """The rows of a period's vouchers, and the currency of all of them."""

    currency: str
    rows: tuple[Voucher, ...]


async def read_payer_statement(ledger: Ledger, contract: str, payer: str, period: str) -> Document:
    """What a payer owes by the statements issued for a period; for the period that comes next, what it would owe if
    that were issued now. NotFound for an unknown contract, payer or period, WrongState for a later period."""
    async with ledger.database.reading() as store:
        terms = await terms_known(store, contract)
        wanted = period_in(terms, period)
        if payer not in payers_of(terms):
            named = ", ".join(payers_of(terms))
            raise NotFound(f"The contract has no payer by that name; its payers: {named}.", "payer-not-found")
        rows = await store.statements(contract=contract)
        issued = [row for row in rows if row.period == wanted.label]
        life = await life_known(store, contract, terms)
        read = await _read(store, issued)
    if not issued:
        drafted = await preview_statements(ledger, contract, wanted.label)
        terms, read = drafted.terms, [_read_draft(draft) for draft in drafted.drafts]
    stated = await asyncio.to_thread(_stated, read, rows, life)
    return payer_statement(terms, wanted, payer, stated)


async def read_vouchers(ledger: Ledger, contract: str, period: str) -> VouchersOfPeriod:
    """The vouchers of an issued period; NotFound for an unknown contract or period, WrongState before it is issued."""
    async with ledger.database.reading() as store:
        terms = await terms_known(store, contract)
        wanted = period_in(terms, period)
        rows = await store.statements(contract=contract)
        life = await life_known(store, contract, terms)
        issued = [row for row in rows if row.period == wanted.label]
        if not issued:
            raise _not_issued(life, wanted)
        read = await _read(store, issued)
    stated = await asyncio.to_thread(_stated, read, rows, life)
    return VouchersOfPeriod(terms.latest.currency, vouchers_of(terms, wanted, stated))


def _not_issued(life: ContractLife, wanted: Period) -> WrongState:
    following = life.following.period.label
    told = f"Period {wanted.label} is not issued; the next to be issued is {following}."
    return WrongState(told, "period-not-issued", ("issue",) if wanted.label == following else ())


async def _read(store: Store, issued: Sequence[StatementRow]) -> list[_Read]:
    details = [await store.details(row.contract, row.sequence) for row in issued]
    return [(row.document, [entry.item for entry in detail]) for row, detail in zip(issued, details, strict=True)]


def _read_draft(draft: Draft) -> _Read:
    return draft.stored, [item.stored for item in draft.items]


def _stated(read: Iterable[_Read], rows: Iterable[StatementRow], life: ContractLife) -> list[Stated]:
    by_id = {row.id: row.document for row in rows}
    return [_one(statement, items, by_id, life) for statement, items in read]


def _one(statement: bytes, items: list[bytes], by_id: Mapping[str, bytes], life: ContractLife) -> Stated:
    document = canonical.from_bytes(statement)
    prior = by_id.get(statement_id(document["previous"]["number"])) if "previous" in document else None
    return stated_by(statement, items, prior, life.statements.get(statement_id(document["number"])))
