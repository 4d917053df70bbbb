"""The access trail over HTTP: who read about participants, what was read about one, samples and their sign-off."""

from typing import Annotated

from fastapi import Path, Query, Request

from service.api.access_documents import (
    AccessesPage,
    AccessRecordOut,
    Moment,
    SampleAsked,
    SampleDrawn,
    SampleList,
    SampleOut,
    SignOffAsked,
    access_outs,
    record_out,
    sample_out,
)
from service.api.acted import BODY_PROBLEMS, body_of
from service.api.audiences import AUDITORS
from service.api.body import JSON_TYPE, media_type_of, read_body
from service.api.errors import problems
from service.api.pages import Limit, Page, after_query, cursor, page_of, parts_of, whole
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.security import ActorDep, LedgerDep, guarded_router
from service.core.life.requests import read_request
from service.storage.rows import AccessSearch
from service.storage.strict_json import strict_json
from service.workflows import access_records as trail
from service.workflows import access_samples as samples
from service.workflows.access_trail import RecordKind

router = guarded_router(AUDITORS)
_TIME = "with its offset, as 2026-02-01T09:30:00Z"
_SAMPLE_EXAMPLE = {"size": 5, "since": "2026-01-01T00:00:00Z", "until": "2199-01-01T00:00:00Z"}
_FOUND_EXAMPLE = {"found": "Each read belongs to the closing of a period; nothing to follow up (illustrative)"}
Contract = Annotated[str | None, Query(max_length=60, description="only of this contract", examples=["laer-for-livet"])]


def _behind(after: str | None) -> int:
    place = parts_of(after, 1)
    return whole(place[0]) if place else 0


@router.get("/access-records", summary="Read the access trail", responses=problems())
@needs("access:read")
async def list_records(
    ledger: LedgerDep,
    recording: RecordingDep,
    contract: Contract = None,
    credential: Annotated[
        str | None, Query(max_length=60, description="only what this credential did", examples=["demo-preparer"])
    ] = None,
    kind: Annotated[RecordKind | None, Query(description="only records of this kind", examples=["read"])] = None,
    since: Annotated[
        Moment | None, Query(description=f"only from this time on, {_TIME}", examples=["2026-01-01T00:00:00Z"])
    ] = None,
    until: Annotated[
        Moment | None, Query(description=f"only before this time, {_TIME}", examples=["2199-01-01T00:00:00Z"])
    ] = None,
    after: Annotated[str | None, after_query(0)] = None,
    limit: Limit = 100,
) -> Page[AccessRecordOut]:
    """Who read about participants, when, in which roles, to which end and of what; who made, changed or revoked
    credentials; which samples were drawn and signed off. In order and without gaps; nothing in it can be changed. No
    participant is named. This read is recorded too."""
    search = AccessSearch(kind, contract, credential, since, until)
    found = await trail.read_records(ledger, search, _behind(after), limit + 1)
    told_of = {name for record in found[:limit] for name in record.body.get("contracts") or ()}
    await recording.of(told_of, len(found[:limit]))
    following = cursor(found[limit - 1].row.sequence) if len(found) > limit else None
    return page_of([record_out(record) for record in found], limit, following)


@router.get("/access-records/of-participant", summary="See who read about a participant", responses=problems())
@needs("access:read")
async def of_participant(
    ledger: LedgerDep,
    recording: RecordingDep,
    participant: Annotated[str, Query(max_length=200, description="by pseudonym", examples=["F-02"])],
    contract: Annotated[
        str | None, Query(max_length=60, description="only of this contract", examples=["dialog-mod-vold"])
    ] = None,
    after: Annotated[str | None, after_query(0)] = None,
    limit: Limit = 100,
) -> AccessesPage:
    """Every read that was about this participant alone, and every list that was read of a contract since it has known
    them: the trail does not say who stood in a list, only that they may have been among. Of somebody who was erased
    nothing can be found any more. This read is recorded too."""
    found = await trail.accesses_of(ledger, participant, contract, _behind(after), limit + 1)
    await recording.of(found.contracts, len(found.records[:limit]), participant=participant)
    following = cursor(found.records[limit - 1][0].row.sequence) if len(found.records) > limit else None
    page = page_of(access_outs(found), limit, following)
    return AccessesPage(data=page.data, page=page.page, contracts=list(found.contracts))


@router.get("/access-records/samples", summary="List the samples of the access trail", responses=problems())
@needs("access:read")
async def list_samples(ledger: LedgerDep, recording: RecordingDep) -> SampleList:
    """Every sample that was drawn, with its seed and its records, and what was found in it."""
    found = await samples.list_samples(ledger)
    await recording.of((), len(found))
    return SampleList(data=[sample_out(sample) for sample in found])


@router.post(
    "/access-records/samples",
    status_code=201,
    summary="Draw a sample of the access trail",
    responses=problems(*BODY_PROBLEMS),
    openapi_extra=body_of(SampleAsked, _SAMPLE_EXAMPLE),
)
@needs("access:sign")
async def draw(request: Request, ledger: LedgerDep, actor: ActorDep) -> SampleDrawn:
    """Draw reads at random, so that somebody looks whether each had a reason. The draw stands in the trail with its
    seed: whoever has that and the trail draws the same again."""
    media_type_of(request, JSON_TYPE)
    asked = read_request(SampleAsked, strict_json(await read_body(request)))
    search = AccessSearch("read", asked.contract, asked.credential, asked.since, asked.until)
    sample, records = await samples.draw_sample(ledger, actor, search, asked.size)
    told = sample_out(sample)
    shown = [record_out(record) for record in records]
    return SampleDrawn(number=told.number, drawn=told.drawn, signed_off=None, records=shown)


@router.post(
    "/access-records/samples/{number}/sign-off",
    status_code=201,
    summary="Sign a sample off",
    responses=problems(
        *BODY_PROBLEMS,
        "access-sample-not-found",
        "access-sample-signed-off",
        "own-reads-in-sample",
        "permission-missing",
    ),
    openapi_extra=body_of(SignOffAsked, _FOUND_EXAMPLE),
)
@needs("access:sign")
async def sign_off(
    number: Annotated[int, Path(ge=1, le=10_000_000, description="the sample's number", examples=[1])],
    request: Request,
    ledger: LedgerDep,
    actor: ActorDep,
) -> SampleOut:
    """Say what was found in a sample, once. Nobody signs off a sample in which reads of their own are."""
    media_type_of(request, JSON_TYPE)
    asked = read_request(SignOffAsked, strict_json(await read_body(request)))
    return sample_out(await samples.sign_off(ledger, actor, number, asked.found))
