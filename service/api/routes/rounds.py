"""Statements before their issue over HTTP: drafted, submitted, approved as seen, issued, discarded."""

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import Response

from service.api.acted import BODY_PROBLEMS, KEY_PROBLEMS, MoveDep, body_of, previewed_as
from service.api.audiences import FINANCE
from service.api.conditional import NOT_MODIFIED, Held, unchanging
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.life_documents import RoundOut, round_out
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.schemas import Preview
from service.api.security import LedgerDep, guarded_router
from service.api.seen import SeenDep
from service.core.life.requests import Reason
from service.workflows import rounds
from service.workflows.acting import Done
from service.workflows.details import preview_of
from service.workflows.drafting import drafts_of_round
from service.workflows.issuing import Issued, issue_round
from service.workflows.standing import read_round

router = guarded_router(FINANCE)
_PERIOD = "2023, 2023-H1, 2023-Q4 or 2023-12, as the contract has it"
_OF = "the contract's name"
# The demo leaves the period 2024 of these contracts at these points.
Undrafted = Annotated[str, Path(max_length=60, description=_OF, examples=["ungi-fokus"])]
InDraft = Annotated[str, Path(max_length=60, description=_OF, examples=["laer-for-livet"])]
Submitted = Annotated[str, Path(max_length=60, description=_OF, examples=["sammen-om-diabetes"])]
Approved = Annotated[str, Path(max_length=60, description=_OF, examples=["hygiejne-nudging"])]
OpenPeriod = Annotated[str, Path(max_length=10, description=_PERIOD, examples=["2024"])]
KNOWN = ("contract-not-found", "period-not-found", "period-issued", "wrong-state")
_NOTHING: dict[str, Any] = {"requestBody": NO_BODY}
_BASE = "/contracts/{contract}/statements/{period}"


def _shown(done: Done) -> RoundOut:
    return round_out(done.terms.latest.contract, done.life.rounds[-1], preview=done.is_preview)


@router.get(
    _BASE,
    summary="See how far a period is",
    response_model=RoundOut,
    responses=problems("contract-not-found", "period-not-found", "draft-not-found"),
)
@needs("ledger:read")
async def see_round(contract: Submitted, period: OpenPeriod, ledger: LedgerDep) -> RoundOut:
    """The statements of a period from their draft on: their digests, who prepared and approved them, and what can be
    done next. `digest` is what approving and issuing ask for in If-Match, and the ETag of the draft."""
    return round_out(contract, await read_round(ledger, contract, period))


@router.get(
    f"{_BASE}/draft",
    summary="Read the draft of a period",
    response_model=Preview,
    responses={**NOT_MODIFIED, **problems("contract-not-found", "period-not-found", "draft-not-found", "wrong-state")},
)
@needs("drafts:read")
async def read_draft(
    contract: Submitted,
    period: OpenPeriod,
    ledger: LedgerDep,
    recording: RecordingDep,
    held: Held,
    investor: Annotated[
        str | None, Query(max_length=60, description="only this investor's statement", examples=["council"])
    ] = None,
) -> Response:
    """The statements as they were drafted, to the byte, with the detail behind them: what an approval approves. The
    ETag is the digest over all of them."""
    found, drafted = await drafts_of_round(ledger, contract, period)
    wanted = [draft for draft in drafted.drafts if investor in (None, draft.investor)]
    await recording.of(contract, sum(len(draft.items) for draft in wanted))
    return unchanging(held, preview_of(wanted), digest=bytes.fromhex(found.digest))


@router.post(
    _BASE,
    status_code=201,
    summary="Draft the statements of a period",
    response_model=RoundOut,
    responses={
        **previewed_as(RoundOut),
        **problems(*BODY_PROBLEMS, *KEY_PROBLEMS, *KNOWN, "period-not-ended", "not-the-next-period", "contract-closed"),
    },
    openapi_extra=_NOTHING,
)
@needs("statements:prepare")
async def draft(contract: Undrafted, period: OpenPeriod, move: MoveDep) -> Response:
    """Draft a period that has ended, for all investors, closed at what is known now. What becomes known later is stated
    in the next period; to take it in, discard the draft and draft again."""
    return await move.once(
        await move.asks_nothing(),
        lambda keyed: rounds.draft_round(move.ledger, contract, period, move.actor, keyed, preview=move.preview),
        _shown,
    )


@router.post(
    f"{_BASE}/submit",
    summary="Submit a draft for approval",
    response_model=RoundOut,
    responses=problems(*BODY_PROBLEMS, *KEY_PROBLEMS, *KNOWN),
    openapi_extra=_NOTHING,
)
@needs("statements:prepare")
async def submit(contract: InDraft, period: OpenPeriod, move: MoveDep) -> Response:
    """Hand a draft over to the second person who approves it."""
    return await move.once(
        await move.asks_nothing(),
        lambda keyed: rounds.submit_round(move.ledger, contract, period, move.actor, keyed, preview=move.preview),
        _shown,
        created=False,
    )


@router.post(
    f"{_BASE}/approve",
    summary="Approve what was submitted",
    response_model=RoundOut,
    responses=problems(*BODY_PROBLEMS, *KEY_PROBLEMS, *KNOWN, "second-person-needed", "stale", "if-match-required"),
    openapi_extra=_NOTHING,
)
@needs("statements:approve")
async def approve(contract: Submitted, period: OpenPeriod, move: MoveDep, seen: SeenDep) -> Response:
    """Approve exactly the statements whose digest If-Match names. Whoever prepared or submitted them cannot, unless the
    contract lets one person do both."""
    return await move.once(
        await move.asks_nothing(),
        lambda keyed: rounds.approve_round(
            move.ledger, contract, period, seen, move.actor, keyed, preview=move.preview
        ),
        _shown,
        created=False,
    )


@router.post(
    f"{_BASE}/issue",
    status_code=201,
    summary="Issue what was approved",
    response_model=RoundOut,
    responses={
        **previewed_as(RoundOut),
        **problems(*BODY_PROBLEMS, *KEY_PROBLEMS, *KNOWN, "stale", "if-match-required", "signing-key-unusable"),
    },
    openapi_extra=_NOTHING,
)
@needs("statements:prepare")
async def issue(contract: Approved, period: OpenPeriod, move: MoveDep, seen: SeenDep) -> Response:
    """Issue the approved statements whose digest If-Match names, to every investor. What is issued never changes; a
    correction is a line of the next statement."""

    def shown(issued: Issued) -> RoundOut:
        return round_out(contract, issued.round, preview=issued.is_preview)

    return await move.once(
        await move.asks_nothing(),
        lambda keyed: issue_round(move.ledger, contract, period, seen, move.actor, keyed, preview=move.preview),
        shown,
    )


@router.post(
    f"{_BASE}/discard",
    summary="Discard what is not issued yet",
    response_model=RoundOut,
    responses=problems(*BODY_PROBLEMS, *KEY_PROBLEMS, *KNOWN),
    openapi_extra=body_of(Reason, {"reason": "a late correction is to be taken in"}),
)
@needs("statements:prepare")
async def discard(contract: InDraft, period: OpenPeriod, move: MoveDep) -> Response:
    """Give up a draft, whatever was submitted or approved of it, and say why. The period can be drafted anew."""
    said, body = await move.asks(Reason)
    return await move.once(
        body,
        lambda keyed: rounds.discard_round(
            move.ledger, contract, period, said.reason, move.actor, keyed, preview=move.preview
        ),
        _shown,
        created=False,
    )
