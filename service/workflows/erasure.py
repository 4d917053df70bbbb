"""Erases a participant: its facts, its key and its detail entries go, its findings as of every issued n are kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.core import canonical
from service.core.errors import NotFound, WrongState
from service.core.evaluate.erased import LABELLED, Erased, place_of
from service.core.evaluate.erased_documents import erased_document
from service.core.keeping import Issue, facts_about, judges_groups, kept_of, residue_of
from service.core.life.contract_life import ContractLife
from service.core.life.requests import NewErasure
from service.core.pipeline import Inputs
from service.core.statement import issued_of
from service.core.terms import TermsTimeline
from service.storage.rows import DetailItemRow, KeptRow, StatementRow
from service.storage.store import Store
from service.workflows.acting import Done, NewAct, locked, refuse_personal_data, write
from service.workflows.idempotency import Keyed, in_one_unit
from service.workflows.known import facts_known, histories_of, kept_known, period_in, terms_known
from service.workflows.ledger import Ledger


@dataclass(frozen=True, slots=True)
class _Going:
    """What goes of a participant, and what is kept in its place (None: nothing was issued that knew of it)."""

    sequences: tuple[int, ...]
    entries: tuple[DetailItemRow, ...]
    kept: Erased | None
    behind: str


async def erase_participant(
    ledger: Ledger,
    contract: str,
    request: NewErasure,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Erase a participant in one unit of work; NotFound for one nobody knows (any more), WrongState while statements
    are on their way from draft to issue: their bytes could not be made again."""
    refuse_personal_data(request.model_dump(exclude={"participant"}))

    async def work(store: Store) -> Done:
        head, standing = await locked(store, ledger, contract)
        _refuse_open_round(standing.life)
        label = f"{LABELLED}{head.sequence + 1}"
        going = await _going(store, contract, request.participant, standing.terms)
        kept = None if going.kept is None else canonical.to_bytes(erased_document(going.kept))
        body = {
            "about": "erasure of a participant",
            "legal_basis": request.legal_basis,
            "events": len(going.sequences),
            "entries": len(going.entries),
            "is_kept": kept is not None,
            "kept_sha256": None if kept is None else canonical.sha256_hex(kept),
        }
        done = await write(
            ledger, store, head, standing, actor, [NewAct("erasure", body, request.reason)], preview=preview
        )
        if kept is not None:
            await store.move_behind(contract, request.participant, label)
            await store.add_kept(KeptRow(contract, done.acts[0].sequence, label, going.behind, kept))
        else:
            await store.move_behind(contract, request.participant, going.behind)
        await store.delete_facts(contract, going.sequences)
        await store.delete_participant_key(contract, request.participant)
        await store.empty_detail_items([_emptied(row, label) for row in going.entries])
        return done

    return await in_one_unit(ledger, work, keyed, preview=preview)


def _refuse_open_round(life: ContractLife) -> None:
    found = life.open_round
    if found is not None:
        raise WrongState(
            f"The statements of period {found.period} are {found.state} and not issued, and their bytes rest on these "
            "facts; issue or discard them first.",
            "erasure-during-round",
            found.available_actions,
        )


async def _going(store: Store, contract: str, participant: str, terms: TermsTimeline) -> _Going:
    others = [name for name in await store.keys_of_contract(contract) if name]
    if participant not in others:
        told = "Nobody of this contract bears that pseudonym, or nobody does any more."
        raise NotFound(told, "participant-not-found")
    facts = await facts_known(store, contract, None, None if judges_groups(terms) else participant)
    mine = facts_about(participant, facts)
    rows = await store.statements(contract=contract)
    places = {row.label: row.behind for row in await store.kept(contract)}
    issues = await _issues(store, contract, rows, Inputs(terms, facts, 0, kept=await kept_known(store, contract)))
    kept = await asyncio.to_thread(kept_of, participant, participant, issues) if issues else None
    entries = await store.detail_items_of_participant(contract, participant)
    others.remove(participant)
    sequences = tuple(entry.sequence for entry in mine)
    return _Going(sequences, tuple(entries), kept, place_of(participant, others, places))


async def _issues(store: Store, contract: str, rows: Sequence[StatementRow], now: Inputs) -> list[Issue]:
    """Every issue of statements with what its findings were made from, in the order of their n."""
    periods = {row.through_sequence: row.period for row in rows}
    issues, previous = [], 0
    for n in sorted(periods):
        terms = await terms_known(store, contract, n)
        issued = issued_of(await histories_of(store, [row for row in rows if row.sequence <= n]))
        inputs = replace(now, terms=terms, sequence=n, issued=issued)
        issues.append(Issue(inputs, period_in(terms, periods[n]), previous))
        previous = n
    return issues


def _emptied(row: DetailItemRow, label: str) -> DetailItemRow:
    residue = residue_of(canonical.from_bytes(row.item), label)
    return row._replace(participant=None, item=canonical.to_bytes(residue))
