"""Statements: preview a period, issue it for all investors, read what was issued, verify it by recomputing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.core import canonical, money
from service.core.errors import NotFound, WrongState
from service.core.period import Period
from service.core.pipeline import Draft, Inputs, draft_statements
from service.core.terms import TermsTimeline
from service.storage.contract_files import zone_of
from service.storage.rows import DetailItemRow, PostingRow, StatementRow
from service.storage.store import Store
from service.workflows.cycle_search import cycle_search_at_rest
from service.workflows.idempotency import Keyed, in_one_unit
from service.workflows.journal import Journal, open_journal
from service.workflows.known import histories_of, inputs_known, keys_of, period_in, stated_so_far
from service.workflows.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Drafted:
    """The drafts of a period, with the terms and the sequence number they are closed at."""

    period: Period
    drafts: tuple[Draft, ...]
    terms: TermsTimeline
    sequence: int


async def preview_statements(ledger: Ledger, contract: str, period: str) -> Drafted:
    """What issuing the period now would issue, to the byte; nothing is stored.

    Only the earliest period not yet issued can be drafted (WrongState names it).
    """
    with cycle_search_at_rest():
        async with ledger.database.reading() as store:
            inputs = await inputs_known(store, contract)
            wanted = period_in(inputs.terms, period)
            stated = await stated_so_far(store, contract, inputs.terms)
            _refuse_out_of_turn(wanted, stated.next_period, stated.statements)
            histories = await histories_of(store, stated.statements)
            keys = await keys_for(store, contract, inputs)
        drafts = await asyncio.to_thread(draft_statements, inputs, wanted, histories, keys)
        terms, sequence = inputs.terms, inputs.sequence
        del inputs  # before the search goes on: the facts are most of what it would go through
    return Drafted(wanted, drafts, terms, sequence)


def _refuse_out_of_turn(wanted: Period, following: Period, issued: Sequence[StatementRow]) -> None:
    if any(row.period == wanted.label for row in issued):
        raise WrongState(
            f"Period {wanted.label} is issued and does not change; what became known since is stated in "
            f"period {following.label}.",
            "period-issued",
        )
    if wanted != following:
        raise WrongState(f"The next period to be stated is {following.label}.", "not-the-next-period")


async def keys_for(store: Store, contract: str, inputs: Inputs) -> Mapping[str, bytes]:
    """The random keys of everybody the facts are about, and the contract's own under ""."""
    participants = {entry.fact.participant for entry in inputs.facts if entry.fact.kind != "retraction"}
    return await keys_of(store, contract, ["", *(name for name in participants if name is not None)])


async def issue_statements(
    ledger: Ledger, contract: str, period: str, actor: str, keyed: Keyed[tuple[StatementRow, ...]] | None = None
) -> tuple[StatementRow, ...]:
    """Issue a period that has ended to every investor of the contract, in one unit of work.

    The documents are closed at a sequence number before the lock is taken; facts that arrive meanwhile belong to the
    next statement. WrongState where the period is not next, has not ended, or was issued by somebody else.
    """
    drafted = await preview_statements(ledger, contract, period)
    _refuse_unended(ledger, drafted)

    async def issue(store: Store) -> tuple[StatementRow, ...]:
        head = await store.lock_head(contract)
        stated = await stated_so_far(store, contract, drafted.terms)
        _refuse_out_of_turn(drafted.period, stated.next_period, stated.statements)
        if head is None:
            raise RuntimeError(f"contract {contract} has terms but no chain")
        journal = await open_journal(store, contract, head, actor, ledger.now())
        rows = [_enter(journal, drafted, draft) for draft in drafted.drafts]
        await journal.save(store)
        for row, draft in zip(rows, drafted.drafts, strict=True):
            await store.add_statement(row)
            await store.add_detail_items(_detail_rows(row, draft))
            await store.add_postings(posting_rows(row))
        return tuple(rows)

    return await in_one_unit(ledger, issue, keyed)


def _refuse_unended(ledger: Ledger, drafted: Drafted) -> None:
    today = ledger.now().astimezone(zone_of(drafted.terms.latest)).date()
    if today < drafted.period.end:
        raise WrongState(
            f"Period {drafted.period.label} ends with {drafted.period.last_day} and can be issued after that; "
            "preview it meanwhile.",
            "period-not-ended",
        )


def _enter(journal: Journal, drafted: Drafted, draft: Draft) -> StatementRow:
    sequence = journal.add("statement", {"document": canonical.from_bytes(draft.stored)})
    return StatementRow(
        journal.contract,
        sequence,
        statement_id(draft.number),
        drafted.period.label,
        draft.investor,
        1,
        drafted.sequence,
        draft.stored,
        bytes.fromhex(canonical.sha256_hex(draft.stored)),
    )


def statement_id(number: str) -> str:
    """A statement's number as it stands in addresses: points for the strokes."""
    return number.replace("/", ".")


def _detail_rows(row: StatementRow, draft: Draft) -> list[DetailItemRow]:
    return [
        DetailItemRow(
            row.contract,
            row.sequence,
            position,
            item.kind,
            item.participant,
            bytes.fromhex(item.commitment or ""),
            item.stored,
        )
        for position, item in enumerate(draft.items, start=1)
    ]


def posting_rows(row: StatementRow) -> list[PostingRow]:
    """The postings an issued statement names, as rows; also how they are rebuilt from the log."""
    document = canonical.from_bytes(row.document)
    currency = document["currency"]
    return [
        PostingRow(
            row.contract,
            row.sequence,
            position,
            posting["account"],
            currency,
            money.from_text(posting["amount"], currency),
            row.id,
        )
        for position, posting in enumerate(document["postings"], start=1)
    ]


async def find_statements(
    ledger: Ledger, *, contract: str | None = None, period: str | None = None, investor: str | None = None
) -> list[StatementRow]:
    """Issued statements, by contract and in the order of issue."""
    async with ledger.database.reading() as store:
        return list(await store.statements(contract=contract, period=period, investor=investor))


async def investor_statements(ledger: Ledger, investor: str, period: str) -> list[StatementRow]:
    """An investor's statements of a period, one a contract; NotFound where none was issued."""
    rows = await find_statements(ledger, period=period, investor=investor)
    if not rows:
        raise NotFound("No statement was issued to this investor for this period.", "statement-not-found")
    return rows


async def read_statement(ledger: Ledger, id: str) -> StatementRow:
    """An issued statement by its id; NotFound."""
    async with ledger.database.glance() as store:
        return await statement_in(store, id)


async def statement_in(store: Store, id: str) -> StatementRow:
    """An issued statement by its id within a unit of work; NotFound."""
    row = await store.statement(id)
    if row is None:
        raise NotFound("No statement by that id was issued; GET /v1/statements lists them.", "statement-not-found")
    return row
