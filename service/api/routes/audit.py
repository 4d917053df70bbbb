"""The audit trail over HTTP: the log of a contract, and what was known at any point of it."""

from typing import Annotated

from fastapi import Query

from service.api.audiences import AUDITORS
from service.api.audit_documents import KnownAt, LogEntryOut
from service.api.errors import problems
from service.api.pages import Limit, Page, after_query, cursor, page_of, parts_of, whole
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.routes.contracts import ContractId
from service.api.security import LedgerDep, guarded_router
from service.workflows.audit_log import read_log
from service.workflows.journal import EntryKind
from service.workflows.knowledge import known_at, moment_in

router = guarded_router(AUDITORS)


@router.get("/contracts/{contract}/log", summary="Read the log", responses=problems("contract-not-found"))
@needs("log:read")
async def log(
    contract: ContractId,
    ledger: LedgerDep,
    recording: RecordingDep,
    kind: Annotated[EntryKind | None, Query(description="only entries of this kind", examples=["terms"])] = None,
    actor: Annotated[
        str | None, Query(max_length=200, description="only what this key wrote, by its name", examples=["demo"])
    ] = None,
    after: Annotated[str | None, after_query(0)] = None,
    limit: Limit = 100,
) -> Page[LogEntryOut]:
    """Every entry of the contract's log in order: what was learned or done, when, by whose key and why. `before` of
    each is `after` of the one before it, so that nothing can be altered, left out or put in without being seen."""
    place = parts_of(after, 1)
    behind = whole(place[0]) if place else 0
    read = await read_log(ledger, contract, kind=kind, actor=actor, after=behind, limit=limit + 1)
    await recording.of(contract, len(read[:limit]))
    following = cursor(read[limit - 1].entry.sequence) if len(read) > limit else None
    return page_of([LogEntryOut.model_validate(logged.document) for logged in read], limit, following)


@router.get(
    "/contracts/{contract}/knowledge", summary="See what was known at a time", responses=problems("contract-not-found")
)
@needs("log:read")
async def knowledge(
    contract: ContractId,
    ledger: LedgerDep,
    recording: RecordingDep,
    at: Annotated[
        str,
        Query(
            max_length=40,
            description="a sequence number, as seq:60, or a time with its offset, as 2024-02-01T09:30:00Z",
            examples=["seq:60"],
        ),
    ],
) -> KnownAt:
    """What the ledger knew of a contract once an entry was in its log: the terms, how many facts, the statements, and
    what the facts came to, judged at the end of the period that was to be stated next."""
    found = await known_at(ledger, contract, moment_in(at))
    await recording.of(contract, 0)  # it counts people and shows none
    return KnownAt.model_validate(found.document)
