"""Statements over HTTP: preview, issue, read, explain, verify; issued bytes are sent as they are stored."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from service.api.audiences import AUDITORS, FINANCE, INVESTORS
from service.api.body import read_nothing
from service.api.conditional import NOT_MODIFIED, Held, unchanging
from service.api.detail_documents import DetailDocument, Explanation
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.idempotency_key import KeyDep, asked, sent_as
from service.api.schemas import (
    Check,
    InvestorStatements,
    Preview,
    StatementEntry,
    StatementList,
    VerificationOut,
)
from service.api.security import ActorDep, LedgerDep
from service.api.statement_documents import StatementDocument
from service.core import canonical
from service.storage.rows import StatementRow
from service.workflows import details, statements
from service.workflows.idempotency import Answer, answer_once
from service.workflows.verification import verify_statement

router = APIRouter()
_PERIOD = "2023, 2023-H1, 2023-Q4 or 2023-12, as the contract has it"
OpenPeriod = Annotated[str, Path(max_length=10, description=_PERIOD, examples=["2024"])]
IssuedPeriod = Annotated[str, Path(max_length=10, description=_PERIOD, examples=["2023"])]
# One contract is previewed and another issued, so that the first example runs as often as one likes.
PreviewedContract = Annotated[
    str, Path(max_length=60, description="the contract's name", examples=["housing-first-aarhus"])
]
IssuedContract = Annotated[str, Path(max_length=60, description="the contract's name", examples=["sammen-om-diabetes"])]
StatementId = Annotated[
    str, Path(max_length=200, description="as the list names it", examples=["housing-first-aarhus.2023.council.1"])
]


_NO_BODY_PROBLEMS = ("malformed", 408, 413, 415, "invalid-input")


def _entry(row: StatementRow) -> StatementEntry:
    document = canonical.from_bytes(row.document)
    return StatementEntry(
        id=row.id,
        number=document["number"],
        contract=row.contract,
        period=row.period,
        investor=row.investor,
        sha256=row.sha256.hex(),
        lines=document["totals"]["lines"],
        payable=document["totals"]["payable"],
        currency=document["currency"],
    )


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/contracts/{contract}/statements/{period}/preview",
    summary="Preview the statements of a period",
    tags=[FINANCE],
    response_model=Preview,
    responses=problems("contract-not-found", "period-not-found", "period-issued", "not-the-next-period"),
)
async def preview(
    contract: PreviewedContract,
    period: OpenPeriod,
    ledger: LedgerDep,
    investor: Annotated[
        str | None, Query(max_length=60, description="only this investor's statement", examples=["council"])
    ] = None,
) -> Response:
    """What issuing the period now would issue, to the byte, with the detail behind it. Nothing is stored. Only the
    earliest period that is not issued can be previewed."""
    drafted = await statements.preview_statements(ledger, contract, period)
    wanted = [draft for draft in drafted.drafts if investor in (None, draft.investor)]
    entries = [
        b'{"statement":' + draft.stored + b',"detail":' + details.detail_of_draft(draft) + b"}" for draft in wanted
    ]
    return _json(b'{"data":[' + b",".join(entries) + b"]}")


@router.post(
    "/contracts/{contract}/statements/{period}",
    status_code=201,
    summary="Issue the statements of a period",
    tags=[FINANCE],
    response_model=StatementList,
    responses=problems(
        *_NO_BODY_PROBLEMS,
        "idempotency-key-malformed",
        "contract-not-found",
        "period-not-found",
        "period-issued",
        "period-not-ended",
        "not-the-next-period",
        "request-in-progress",
        "idempotency-key-reused",
    ),
    openapi_extra={"requestBody": NO_BODY},
)
async def issue(
    contract: IssuedContract, period: OpenPeriod, request: Request, ledger: LedgerDep, actor: ActorDep, key: KeyDep
) -> Response:
    """Issue a period that has ended to every investor of the contract. What is issued never changes; what becomes
    known later is stated in the next period."""
    answer = await answer_once(
        ledger,
        asked(request, "/v1/contracts/{contract}/statements/{period}", key, actor, await read_nothing(request)),
        lambda keyed: statements.issue_statements(ledger, contract, period, actor, keyed),
        lambda rows: Answer(201, StatementList(data=[_entry(row) for row in rows]).model_dump_json().encode()),
    )
    return sent_as(answer)


@router.get("/statements", summary="List issued statements", tags=[INVESTORS], responses=problems())
async def list_statements(
    ledger: LedgerDep,
    contract: Annotated[
        str | None, Query(max_length=60, description="only of this contract", examples=["housing-first-aarhus"])
    ] = None,
    period: Annotated[str | None, Query(max_length=10, description="only of this period", examples=["2023"])] = None,
    investor: Annotated[
        str | None, Query(max_length=60, description="only to this investor", examples=["council"])
    ] = None,
) -> StatementList:
    """Issued statements in the order of issue."""
    rows = await statements.find_statements(ledger, contract=contract, period=period, investor=investor)
    return StatementList(data=[_entry(row) for row in rows])


@router.get(
    "/investors/{party}/statements/{period}",
    summary="Fetch an investor's statements of a period",
    tags=[INVESTORS],
    response_model=InvestorStatements,
    responses=problems("statement-not-found"),
)
async def investor_statements(
    party: Annotated[str, Path(max_length=60, description="the investor's id in the contracts", examples=["council"])],
    period: IssuedPeriod,
    ledger: LedgerDep,
) -> Response:
    """What an investor is owed for a period: one statement a contract, each exactly as it was issued."""
    rows = await statements.investor_statements(ledger, party, period)
    return _json(b'{"data":[' + b",".join(row.document for row in rows) + b"]}")


@router.get(
    "/statements/{statement}",
    summary="Read a statement",
    tags=[INVESTORS],
    response_model=StatementDocument,
    responses={**NOT_MODIFIED, **problems("statement-not-found")},
)
async def read_statement(statement: StatementId, ledger: LedgerDep, held: Held) -> Response:
    """The statement, byte for byte as it was issued."""
    row = await statements.read_statement(ledger, statement)
    return unchanging(held, row.document, digest=row.sha256)


@router.get(
    "/statements/{statement}/detail",
    summary="Read the detail behind a statement",
    tags=[FINANCE],
    response_model=DetailDocument,
    responses={**NOT_MODIFIED, **problems("statement-not-found")},
)
async def read_detail(statement: StatementId, ledger: LedgerDep, held: Held) -> Response:
    """Every line with its participant, finding, price, cause and events, and everything pending; each entry with the
    salt and the commitment that the statement's detail digest is made of."""
    return unchanging(held, await details.read_detail(ledger, statement))


@router.get(
    "/statements/{statement}/detail/{position}",
    summary="Explain a line of a statement",
    tags=[FINANCE],
    response_model=Explanation,
    responses=problems("statement-not-found", "line-not-found"),
)
async def explain_line(
    statement: StatementId,
    position: Annotated[int, Path(ge=1, le=10_000_000, description="the entry's number in the detail", examples=[1])],
    ledger: LedgerDep,
) -> Response:
    """One entry of the detail in sentences, down to the events it rests on, as they were posted."""
    told = await details.explain_entry(ledger, statement, position)
    sentences = {name: told.explanation[name] for name in ("title", "paragraphs")}
    return _json(orjson.dumps({**sentences, "item": told.item, "events": list(told.events)}))


@router.post(
    "/statements/{statement}/verify",
    summary="Verify a statement",
    tags=[AUDITORS],
    responses=problems(*_NO_BODY_PROBLEMS, "statement-not-found"),
    openapi_extra={"requestBody": NO_BODY},
)
async def verify(statement: StatementId, request: Request, ledger: LedgerDep) -> VerificationOut:
    """Recompute the statement from the facts, terms and earlier statements it was closed at, and compare every byte."""
    await read_nothing(request)
    found = await verify_statement(ledger, statement)
    checks = [Check(check=name, holds=held, compared=compared) for name, held, compared in found.checks]
    return VerificationOut(statement=found.statement, match=found.holds, checks=checks)
