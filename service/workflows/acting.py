"""Does something to a contract's statements or money: under its lock, into its log, with what it moves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from service.core import canonical
from service.core.canonical import Document
from service.core.errors import InvalidInput, NotFound
from service.core.life.acts import Act, ActKind, issue_body, postings_of
from service.core.life.contract_life import ContractLife
from service.core.terms import TermsTimeline
from service.storage.contract_files import zone_of
from service.storage.rows import ActRow, Head, PostingRow, StatementRow
from service.storage.store import Store
from service.workflows.idempotency import Keyed, in_one_unit
from service.workflows.journal import Journal, open_journal
from service.workflows.known import terms_known
from service.workflows.ledger import Ledger
from service.workflows.lives import life_known
from service.workflows.personal_data import personal_data_faults

UNKNOWN_CONTRACT = "There is no contract by that name; GET /v1/contracts lists them."


class NewAct(NamedTuple):
    """An act that is about to be written."""

    kind: ActKind
    body: Document
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contract stands in a unit of work: its terms and life, and today's date in its zone."""

    terms: TermsTimeline
    life: ContractLife
    today: date


@dataclass(frozen=True, slots=True)
class Done:
    """What was written, in order, and the life that it leaves; nothing of it stays where it is a preview."""

    acts: tuple[Act, ...]
    life: ContractLife
    terms: TermsTimeline
    is_preview: bool = False


Decide = Callable[[Standing], Iterable[NewAct]]


async def do(
    ledger: Ledger,
    contract: str,
    actor: str,
    decide: Decide,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Write what `decide` makes of where the contract stands; it refuses by raising, and then nothing is stored."""

    async def work(store: Store) -> Done:
        head, standing = await locked(store, ledger, contract)
        new = tuple(decide(standing))
        return await write(ledger, store, head, standing, actor, new, preview=preview)

    return await in_one_unit(ledger, work, keyed, preview=preview)


async def locked(store: Store, ledger: Ledger, contract: str) -> tuple[Head, Standing]:
    """The head of a contract, locked until the unit ends, and where the contract stands; NotFound."""
    head = await store.lock_head(contract)
    if head is None:
        raise NotFound(UNKNOWN_CONTRACT, "contract-not-found")
    return head, await standing_in(store, contract, ledger.now())


async def write(
    ledger: Ledger,
    store: Store,
    head: Head,
    standing: Standing,
    actor: str,
    new: Sequence[NewAct],
    *,
    preview: bool = False,
) -> Done:
    """Append the acts behind the locked head, with their look-ups and postings; `standing` takes them in."""
    contract = standing.terms.latest.contract
    journal = await open_journal(store, contract, head, actor, ledger.now())
    acts = [_enter(journal, one, standing.today) for one in new]
    await journal.save(store)
    await store.add_acts([act_row(contract, act, journal.recorded_at) for act in acts])
    for act in acts:
        standing.life.add(act)
        await store.add_postings(moved_rows(contract, act, standing.life.currency))
    return Done(tuple(acts), standing.life, standing.terms, preview)


def _enter(journal: Journal, new: NewAct, today: date) -> Act:
    sequence = journal.add(new.kind, new.body, reason=new.reason)
    return Act(sequence, new.kind, journal.actor, today, new.reason, new.body)


def act_row(contract: str, act: Act, recorded_at: datetime) -> ActRow:
    """An act as it is looked up."""
    return ActRow(contract, act.sequence, act.kind, act.actor, recorded_at, act.reason, canonical.to_bytes(act.body))


def issue_row(row: StatementRow, actor: str, recorded_at: datetime) -> ActRow:
    """The issue of a statement as it is looked up."""
    body = issue_body(canonical.from_bytes(row.document))
    return ActRow(row.contract, row.sequence, "statement", actor, recorded_at, None, canonical.to_bytes(body))


def moved_rows(contract: str, act: Act, currency: str) -> list[PostingRow]:
    """What an act moves, as rows; none where it moves no money, or where a statement says what it moves."""
    postings = postings_of(act.body, currency)
    if not postings:
        return []
    number, on = f"{contract}/{act.kind}/{act.sequence}", date.fromisoformat(act.body["value_date"])
    return [
        PostingRow(contract, act.sequence, position, posting.account, currency, posting.amount_minor, number, on)
        for position, posting in enumerate(postings, start=1)
    ]


async def standing_in(store: Store, contract: str, now: datetime, through: int | None = None) -> Standing:
    """Where the contract stands, as known at a sequence number; NotFound for an unknown contract."""
    terms = await terms_known(store, contract, through)
    return Standing(
        terms, await life_known(store, contract, terms, through), now.astimezone(zone_of(terms.latest)).date()
    )


def refuse_personal_data(document: Document) -> None:
    """Refuse free text that holds what looks like a civil registration number."""
    faults = personal_data_faults(document)
    if faults:
        raise InvalidInput("The request holds what looks like a CPR number; nothing was stored.", faults)
