"""Events over HTTP: one, a batch, search, and one with what used it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.api.body import read_json
from service.api.errors import FaultOut, problem, problems
from service.api.examples import EVENT_BODY, EVENTS_BODY
from service.api.pages import After, Limit, Page, cursor, page_of, parts_of, whole
from service.api.routes.findings import finding_out
from service.api.schemas import BatchVerdicts, EventEntry, EventUse, LineUse, Reference, Verdict
from service.api.security import ActorDep, LedgerDep
from service.core import canonical
from service.core.errors import Fault, InvalidInput
from service.workflows.events import Search, read_event, search_events
from service.workflows.ingest import LARGEST_BATCH, post_events
from service.workflows.reading_events import EventVerdict

router = APIRouter(tags=["events"])
_STATUS = {"accepted": 201, "duplicate": 200, "conflict": 409, "rejected": 422}


def _shape(index: int, verdict: EventVerdict) -> dict[str, Any]:
    shape: dict[str, Any] = {"index": index, "verdict": verdict.verdict}
    for name in ("contract", "source", "id", "sequence", "code", "detail", "sent_sha256", "stored_sha256"):
        value = getattr(verdict, name)
        if value is not None:
            shape[name] = value
    if verdict.verdict == "rejected":
        shape["retryable"] = verdict.retryable
        shape["errors"] = [_fault(fault).model_dump() for fault in verdict.faults]
    return shape


def _fault(fault: Fault) -> FaultOut:
    return FaultOut(pointer=fault.pointer, code=fault.code, detail=fault.detail)


@router.post(
    "/events",
    status_code=201,
    summary="Post one event, a correction or a retraction",
    response_model=Verdict,
    responses={
        200: {"model": Verdict, "description": "A duplicate: the same event was taken before"},
        **problems(400, 409, 413, 415),
    },
    openapi_extra={"requestBody": EVENT_BODY},
)
async def post_event(request: Request, ledger: LedgerDep, actor: ActorDep) -> Response:
    """Post an event under an id that is stable across retries. The same event again is a duplicate and a success;
    other content under the same id is a conflict. A correction names what it `replaces` and gives a `reason`; an
    event of kind `retraction` withdraws what it names. What is well formed is stored, whether or not it pays."""
    (verdict,) = await post_events(ledger, [await read_json(request)], actor)
    status = _STATUS[verdict.verdict]
    if status < 400:
        return Response(orjson.dumps(_shape(0, verdict)), status, media_type="application/json")
    if verdict.verdict == "conflict":
        digests = f"sent SHA-256 {verdict.sent_sha256}, stored SHA-256 {verdict.stored_sha256}"
        return problem(status, verdict.code or "", f"{verdict.detail}; {digests}")
    return problem(status, verdict.code or "", verdict.detail or "", verdict.faults)


@router.post(
    "/events/batch",
    summary="Post many events",
    response_model=BatchVerdicts,
    responses=problems(400, 413, 415),
    openapi_extra={"requestBody": EVENTS_BODY},
)
async def post_batch(
    request: Request,
    ledger: LedgerDep,
    actor: ActorDep,
    atomic: Annotated[bool, Query(description="all or nothing: one event that is not taken refuses the batch")] = False,
) -> Response:
    """Post up to 10,000 events as a list. The answer holds a verdict for each, in order; what is not taken does not
    hold up the rest, unless the batch is `atomic`. Send a batch again as it was when in doubt."""
    documents = await read_json(request)
    if not isinstance(documents, list) or not 1 <= len(documents) <= LARGEST_BATCH:
        fault = Fault("", "wrong-size", f"must be a list of 1 to {LARGEST_BATCH} events")
        raise InvalidInput("The batch is not a list of events.", [fault], "batch-invalid")
    verdicts = await post_events(ledger, documents, actor, atomic=atomic)
    return Response(_batch_bytes(verdicts), media_type="application/json")


def _batch_bytes(verdicts: Sequence[EventVerdict]) -> bytes:
    counts = Counter(verdict.verdict for verdict in verdicts)
    summary = {word: counts[word] for word in ("accepted", "duplicate", "conflict", "rejected")}
    shaped = [_shape(index, verdict) for index, verdict in enumerate(verdicts)]
    return orjson.dumps({"summary": summary, "verdicts": shaped})


@router.get("/events", summary="Search events", responses=problems())
async def search(
    ledger: LedgerDep,
    contract: Annotated[str | None, Query(max_length=60)] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    participant: Annotated[str | None, Query(max_length=200)] = None,
    source: Annotated[str | None, Query(max_length=200)] = None,
    id: Annotated[str | None, Query(max_length=200)] = None,
    on_from: Annotated[date | None, Query(description="first date it happened")] = None,
    on_through: Annotated[date | None, Query(description="last date it happened")] = None,
    after: After = None,
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
    following = cursor(found[limit - 1].contract, found[limit - 1].sequence) if len(found) > limit else None
    return page_of(entries, limit, following)


@router.get("/events/one", summary="Read one event and what used it", responses=problems(404))
async def read_one(
    ledger: LedgerDep,
    contract: Annotated[str, Query(max_length=60, examples=["dialog-mod-vold"])],
    source: Annotated[str, Query(max_length=200)],
    id: Annotated[str, Query(max_length=200)],
) -> EventUse:
    """The event as it was taken in, the findings and statement lines that rest on it, or why there are none."""
    known = await read_event(ledger, contract, source, id)
    replaced_by = known.replaced_by
    return EventUse(
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
