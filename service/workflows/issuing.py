"""Issues what was approved: the statements of a period to every investor, with details and postings, in one unit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service.core import canonical
from service.core.errors import BrokenInvariant, Stale
from service.core.life.rounds import Round, round_digest
from service.core.pipeline import Draft, Occasion
from service.storage.rows import Head, StatementRow
from service.storage.store import Store
from service.workflows.acting import Standing, issue_row, locked, standing_in
from service.workflows.checkpoints import sign_tree
from service.workflows.drafting import Drafted, drafts_again
from service.workflows.idempotency import Keyed, in_one_unit
from service.workflows.journal import Journal, open_journal
from service.workflows.ledger import Ledger
from service.workflows.lives import act_from
from service.workflows.rounds import refuse_unseen, round_in
from service.workflows.statements import detail_rows, posting_rows, statement_id
from service.workflows.tree import append_leaves


@dataclass(frozen=True, slots=True)
class Issued:
    """The statements that issuing a round wrote, the round as it then stands, and the drafts they were."""

    rows: tuple[StatementRow, ...]
    round: Round
    drafts: tuple[Draft, ...]
    is_preview: bool = False


async def issue_round(
    ledger: Ledger,
    contract: str,
    period: str,
    seen: Collection[str],
    actor: str,
    keyed: Keyed[Issued] | None = None,
    *,
    preview: bool = False,
) -> Issued:
    """Issue the approved round of a period to every investor; the bytes are made again and have to be the same."""
    async with ledger.database.reading() as store:
        standing = await standing_in(store, contract, ledger.now())
    approved = round_in(standing, period, "issue")
    refuse_unseen(approved, seen)
    occasion = Occasion(approved.revision, approved.is_final)
    drafted = await drafts_again(ledger, contract, approved.period, occasion, approved.through)
    refuse_other_bytes(approved, drafted)

    async def issue(store: Store) -> Issued:
        head, now = await locked(store, ledger, contract)
        if round_in(now, period, "issue").number != approved.number:
            raise Stale("The period was drafted anew meanwhile; read it again and decide on that.")
        return await write_issue(ledger, store, head, now, drafted, actor, preview=preview)

    return await in_one_unit(ledger, issue, keyed, preview=preview)


def refuse_other_bytes(approved: Round, drafted: Drafted) -> None:
    """BrokenInvariant where what was approved is not what the same inputs give again."""
    if round_digest(canonical.sha256_hex(draft.stored) for draft in drafted.drafts) != approved.digest:
        raise BrokenInvariant(f"what was approved of period {approved.period} cannot be made again to the byte")


async def write_issue(
    ledger: Ledger,
    store: Store,
    head: Head,
    standing: Standing,
    drafted: Drafted,
    actor: str,
    *,
    preview: bool = False,
) -> Issued:
    """Append the statements behind the locked head, with their details, acts, postings and leaves, and sign the tree;
    `standing` takes them in. A preview signs nothing: what it would have signed is not going to be."""
    contract = standing.terms.latest.contract
    journal = await open_journal(store, contract, head, actor, ledger.now())
    rows = [_enter(journal, drafted, draft) for draft in drafted.drafts]
    entries = list(journal.entries)
    await journal.save(store)
    for row, draft in zip(rows, drafted.drafts, strict=True):
        await store.add_statement(row)
        await store.add_detail_items(detail_rows(row, draft))
        await store.add_postings(posting_rows(row))
    await _take_in(store, journal, standing, rows)
    size = await append_leaves(store, journal.ledger_name, zip(rows, entries, strict=True))
    if not preview:
        await sign_tree(ledger, store, size)
    return Issued(tuple(rows), standing.life.rounds[-1], drafted.drafts, preview)


async def _take_in(store: Store, journal: Journal, standing: Standing, rows: Sequence[StatementRow]) -> None:
    acts = [issue_row(row, journal.actor, journal.recorded_at) for row in rows]
    await store.add_acts(acts)
    for act in acts:
        standing.life.add(act_from(act, standing.today))


def _enter(journal: Journal, drafted: Drafted, draft: Draft) -> StatementRow:
    sequence = journal.add("statement", {"document": canonical.from_bytes(draft.stored)})
    return StatementRow(
        journal.contract,
        sequence,
        statement_id(draft.number),
        drafted.period.label,
        draft.investor,
        drafted.occasion.revision,
        drafted.sequence,
        draft.stored,
        bytes.fromhex(canonical.sha256_hex(draft.stored)),
    )
