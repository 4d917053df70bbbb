"""Events over HTTP: one, a batch, search, and one with what used it."""

from datetime import date
from typing import Annotated

import orjson
from fastapi import Query, Request
from fastapi.responses import Response

from service.api.audiences import CASE_SYSTEMS
from service.api.conditional import NOT_MODIFIED, Held, unchanging
from service.api.errors import problem, problems
from service.api.event_bodies import MANY_BODY, ONE_BODY
from service.api.formats import many_events, one_event
from service.api.pages import Limit, Page, after_query, cursor, page_of, parts_of, whole
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.routes.findings import finding_out
from service.api.schemas import BatchVerdicts, EventEntry, EventUse, LineUse, Reference, Verdict
from service.api.security import ActorDep, GatheringDep, LedgerDep, guarded_router
from service.api.verdicts import batch_bytes, verdict_shape
from service.core import canonical
from service.core.errors import InvalidInput
from service.workflows.events import Search, read_event, search_events
from service.workflows.ingest import post_events

router = guarded_router(CASE_SYSTEMS)
_SOURCE, _ID = "dialog-mod-vold", "F-02-violence_ceased-2022-12-20"
_STATUS = {"accepted": 201, "duplicate": 200, "conflict": 409, "rejected": 422}


ContractGiven = Annotated[
    str | None,
    Query(
        max_length=60,
        description="the contract of every event that does not name one itself",
        examples=["dialog-mod-vold"],
    ),
]


@router.post(
    "/events",
    status_code=201,
    summary="Post one event, a correction or a retraction",
    response_model=Verdict,
    responses={
        200: {"model": Verdict, "description": "A duplicate: the same event was taken before"},
        **problems("malformed", 408, "event-conflict", 413, 415, "event-invalid"),
    },
    openapi_extra={"requestBody": ONE_BODY},
)
@needs("events:write")
async def post_event(
    request: Request,
    gathering: GatheringDep,
    ledger: LedgerDep,
    actor: ActorDep,
    contract: ContractGiven = None,
) -> Response:
    """Post an event under an id that is stable across retries. The same event again is a duplicate and a success;
    other content under the same id is a conflict. A correction names what it `replaces` and gives a `reason`; an
    event of kind `retraction` withdraws what it names. What is well formed is stored, whether or not it pays."""
    reading = await one_event(request, contract)
    (document,) = reading.documents
    verdict = await gathering.post_event(ledger, document, actor)
    status = _STATUS[verdict.verdict]
    if status < 400:
        return Response(orjson.dumps(verdict_shape(0, verdict, reading)), status, media_type="application/json")
    if verdict.verdict == "conflict":
        digests = f"sent SHA-256 {verdict.sent_sha256}, stored SHA-256 {verdict.stored_sha256}"
        return problem(status, verdict.code or "", f"{verdict.detail}; {digests}")
    return problem(
        status, verdict.code or "", verdict.detail or "", [reading.told(0, fault) for fault in verdict.faults]
    )


@router.post(
    "/events/batch",
    summary="Post many events",
    response_model=BatchVerdicts,
    responses=problems("malformed", 408, 413, 415, "batch-invalid", "batch-refused"),
    openapi_extra={"requestBody": MANY_BODY},
)
@needs("events:write")
async def post_batch(
    request: Request,
    ledger: LedgerDep,
    actor: ActorDep,
    atomic: Annotated[bool, Query(description="all or nothing: one event that is not taken refuses the batch")] = False,
    contract: ContractGiven = None,
) -> Response:
    """Post up to 10,000 events as a list. The answer holds a verdict for each, in order; what is not taken does not
    hold up the rest, unless the batch is `atomic`. Send a batch again as it was when in doubt."""
    reading = await many_events(request, contract)
    try:
        verdicts = await post_events(ledger, reading.documents, actor, atomic=atomic)
    except InvalidInput as error:
        raise reading.told_of_all(error) from None
    return Response(batch_bytes(verdicts, reading), media_type="application/json")


@router.get("/events", summary="Search events", responses=problems())
@needs("events:read")
async def search(
    ledger: LedgerDep,
    recording: RecordingDep,
    contract: Annotated[
        str | None, Query(max_length=60, description="only of this contract", examples=["dialog-mod-vold"])
    ] = None,
    kind: Annotated[str | None, Query(max_length=40, description="only of this kind", examples=["milestone"])] = None,
    participant: Annotated[
        str | None, Query(max_length=200, description="only of this one, by pseudonym", examples=["F-02"])
    ] = None,
    source: Annotated[
        str | None, Query(max_length=200, description="only from this system", examples=[_SOURCE])
    ] = None,
    id: Annotated[str | None, Query(max_length=200, description="only of this id", examples=[_ID])] = None,
    on_from: Annotated[date | None, Query(description="first date it happened", examples=["2022-01-01"])] = None,
    on_through: Annotated[date | None, Query(description="last date it happened", examples=["2022-12-31"])] = None,
    after: Annotated[str | None, after_query("dialog-mod-vold", 0)] = None,
    limit: Limit = 50,
) -> Page[EventEntry]:
    """Events as they were taken in, by contract and sequence."""
    place = parts_of(after, 2)
    found = await search_events(
        ledger,
        Search(contract, kind, participant, source, id, on_from, on_through),
        (place[0], whole(place[1])) if place else None,
        limit + 1,
    )
    entries = [
        EventEntry(sequence=row.sequence, recorded_at=row.recorded_at, event=canonical.from_bytes(row.payload))
        for row in found
    ]
    told_of = {row.contract for row in found[:limit]} or ({contract} if contract is not None else set())
    await recording.of(told_of, len(entries[:limit]), participant=participant)
    following = cursor(found[limit - 1].contract, found[limit - 1].sequence) if len(found) > limit else None
    return page_of(entries, limit, following)


@router.get(
    "/events/one",
    summary="Read one event and what used it",
    response_model=EventUse,
    responses={**NOT_MODIFIED, **problems("event-not-found")},
)
@needs("events:read")
async def read_one(
    ledger: LedgerDep,
    recording: RecordingDep,
    held: Held,
    contract: Annotated[str, Query(max_length=60, description="its contract", examples=["dialog-mod-vold"])],
    source: Annotated[str, Query(max_length=200, description="the system that sent it", examples=[_SOURCE])],
    id: Annotated[str, Query(max_length=200, description="the sender's own id", examples=[_ID])],
) -> Response:
    """The event as it was taken in, the findings and statement lines that rest on it, or why there are none."""
    known = await read_event(ledger, contract, source, id)
    replaced_by = known.replaced_by
    shown = EventUse(
        sequence=known.sequence,
        recorded_at=known.recorded_at,
        event=known.payload,
        sha256=known.sha256,
        replaced_by=Reference(source=replaced_by.source, id=replaced_by.id) if replaced_by else None,
        used_by_findings=[finding_out(finding, None, finding.sentence) for finding in known.findings],
        used_by_lines=[
            LineUse(statement=use.statement, position=use.position, kind=use.kind, amount=use.amount)
            for use in known.lines
        ],
        unused_because=known.unused_because,
    )
    await recording.of(contract, 1, participant=known.payload.get("participant"))
    return unchanging(held, shown.model_dump_json(by_alias=True).encode())
