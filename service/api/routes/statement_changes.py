"""What changed between two statements, over HTTP: in sentences for investors, line by line for finance."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from service.api.audiences import FINANCE, INVESTORS
from service.api.change_documents import LineChange, LineChanges, StatementChanges
from service.api.conditional import NOT_MODIFIED, Held, unchanging
from service.api.errors import problems
from service.api.pages import LARGEST_POSITION, Limit, after_query, cursor, page_of, parts_of, whole
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.routes.statements import StatementId
from service.api.security import LedgerDep, guarded_router
from service.core import canonical
from service.workflows import statement_changes as use

router = guarded_router()
Since = Annotated[
    str | None,
    Query(
        max_length=200,
        description="an earlier statement to the same investor of the same contract; without it the one before",
        examples=["housing-first-aarhus.2022.council.1"],
    ),
]


@router.get(
    "/statements/{statement}/changes",
    summary="See what changed since an earlier statement",
    tags=[INVESTORS],
    response_model=StatementChanges,
    responses={**NOT_MODIFIED, **problems("statement-not-found")},
)
@needs("statements:read")
async def statement_changes(statement: StatementId, ledger: LedgerDep, held: Held, since: Since = None) -> Response:
    """What was stated since an earlier statement, in sentences by metric, each with its cause: an amendment with its
    reason, what came late, was corrected or was withdrawn, a limit. It is drawn from the statements alone, so that it
    names no participant, and shows of small groups what they show."""
    told = await use.changes_told(ledger, statement, since)
    return unchanging(held, canonical.to_bytes(told))


@router.get(
    "/statements/{statement}/detail/changes",
    summary="See line by line what changed since an earlier statement",
    tags=[FINANCE],
    responses=problems("statement-not-found"),
)
@needs("details:read")
async def detail_changes(
    statement: StatementId,
    ledger: LedgerDep,
    recording: RecordingDep,
    since: Since = None,
    after: Annotated[str | None, after_query(0, 0)] = None,
    limit: Limit = 100,
) -> LineChanges:
    """Every line stated since an earlier statement, with the sentence of its cause and the events or the amendment
    that brought it about."""
    place = parts_of(after, 2)
    behind = (whole(place[0]), whole(place[1], LARGEST_POSITION)) if place else None
    found = await use.line_changes(ledger, statement, since, behind, limit + 1)
    following = cursor(*found.places[limit - 1]) if len(found.places) > limit else None
    page = page_of([LineChange.model_validate(line) for line in found.lines], limit, following)
    await recording.of(found.contract, len(page.data), statement=statement)
    return LineChanges(data=page.data, page=page.page, since=found.since, until=found.until)
