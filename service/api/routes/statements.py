"""Statements over HTTP: preview, issue, read, explain, verify; issued bytes are sent as they are stored."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from service.api.errors import problems
from service.api.routes.contracts import ContractId
from service.api.schemas import (
    Check,
    DetailDocument,
    Explanation,
    InvestorStatements,
    Preview,
    StatementDocument,
    StatementEntry,
    StatementList,
    VerificationOut,
)
from service.api.security import ActorDep, LedgerDep
from service.core import canonical
from service.storage.rows import StatementRow
from service.workflows import details, statements
from service.workflows.verification import verify_statement

router = APIRouter(tags=["statements"])
PeriodLabel = Annotated[str, Path(max_length=10, description="2023, 2023-H1, 2023-Q4 or 2023-12", examples=["2023"])]
StatementId = Annotated[str, Path(max_length=200, examples=["dialog-mod-vold.2023.council.1"])]


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
    response_model=Preview,
    responses=problems(404, 409),
)
async def preview(
    contract: ContractId,
    period: PeriodLabel,
    ledger: LedgerDep,
    investor: Annotated[str | None, Query(max_length=60, description="only this investor's statement")] = None,
) -> Response:
    """What issuing the period now would issue, to the byte, with the detail behind it. Nothing is stored. Only the
    earliest period that is not issued can be previewed."""
    drafted = await statements.preview_statements(ledger, contract, period)
    wanted = [draft for draft in drafted.drafts if investor in (None, draft.investor)]
    entries = [
        b'{"statement":' + draft.stored + b',"detail":' + canonical.to_bytes(details.detail_of_draft(draft)) + b"}"
        for draft in wanted
    ]
    return _json(b'{"data":[' + b",".join(entries) + b"]}")


@router.post(
    "/contracts/{contract}/statements/{period}",
    status_code=201,
    summary="Issue the statements of a period",
    responses=problems(404, 409),
)
async def issue(contract: ContractId, period: PeriodLabel, ledger: LedgerDep, actor: ActorDep) -> StatementList:
    """Issue a period that has ended to every investor of the contract. What is issued never changes; what becomes
    known later is stated in the next period."""
    rows = await statements.issue_statements(ledger, contract, period, actor)
    return StatementList(data=[_entry(row) for row in rows])


@router.get("/statements", summary="List issued statements", responses=problems())
async def list_statements(
    ledger: LedgerDep,
    contract: Annotated[str | None, Query(max_length=60)] = None,
    period: Annotated[str | None, Query(max_length=10)] = None,
    investor: Annotated[str | None, Query(max_length=60)] = None,
) -> StatementList:
    """Issued statements in the order of issue."""
    rows = await statements.find_statements(ledger, contract=contract, period=period, investor=investor)
    return StatementList(data=[_entry(row) for row in rows])


@router.get(
    "/investors/{party}/statements/{period}",
    summary="Fetch an investor's statements of a period",
    response_model=InvestorStatements,
    responses=problems(404),
)
async def investor_statements(
    party: Annotated[str, Path(max_length=60, examples=["council"])], period: PeriodLabel, ledger: LedgerDep
) -> Response:
    """What an investor is owed for a period: one statement a contract, each exactly as it was issued."""
    rows = await statements.investor_statements(ledger, party, period)
    return _json(b'{"data":[' + b",".join(row.document for row in rows) + b"]}")


@router.get(
    "/statements/{statement}",
    summary="Read a statement",
    response_model=StatementDocument,
    responses=problems(404),
)
async def read_statement(statement: StatementId, ledger: LedgerDep, request: Request) -> Response:
    """The statement, byte for byte as it was issued."""
    row = await statements.read_statement(ledger, statement)
    answer = _json(row.document)
    answer.headers["ETag"] = f'"{row.sha256.hex()}"'
    return answer


@router.get(
    "/statements/{statement}/detail",
    summary="Read the detail behind a statement",
    response_model=DetailDocument,
    responses=problems(404),
)
async def read_detail(statement: StatementId, ledger: LedgerDep) -> Response:
    """Every line with its participant, finding, price, cause and events, and everything pending; each entry with the
    salt and the commitment that the statement's detail digest is made of."""
    return _json(canonical.to_bytes(await details.read_detail(ledger, statement)))


@router.get(
    "/statements/{statement}/detail/{position}", summary="Explain a line of a statement", responses=problems(404)
)
async def explain_line(
    statement: StatementId,
    position: Annotated[int, Path(ge=1, le=10_000_000, description="the entry's number in the detail", examples=[1])],
    ledger: LedgerDep,
) -> Explanation:
    """One entry of the detail in sentences, down to the events it rests on, as they were posted."""
    told = await details.explain_entry(ledger, statement, position)
    return Explanation(
        title=told.explanation["title"],
        paragraphs=told.explanation["paragraphs"],
        item=told.item,
        events=list(told.events),
    )


@router.post("/statements/{statement}/verify", summary="Verify a statement", responses=problems(404))
async def verify(statement: StatementId, ledger: LedgerDep) -> VerificationOut:
    """Recompute the statement from the facts, terms and earlier statements it was closed at, and compare every byte."""
    found = await verify_statement(ledger, statement)
    checks = [Check(check=name, holds=held, compared=compared) for name, held, compared in found.checks]
    return VerificationOut(statement=found.statement, match=found.holds, checks=checks)
