"""Statements over HTTP: preview, read, explain, verify; issued bytes are sent as they are stored."""

from typing import Annotated

import orjson
from fastapi import Path, Query, Request
from fastapi.responses import Response

from service.api.audiences import AUDITORS, FINANCE, INVESTORS
from service.api.body import read_nothing
from service.api.by_key import ByKey
from service.api.conditional import NOT_MODIFIED, Held
from service.api.detail_documents import DetailDocument, Explanation
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.forms import IN_FORMS, AskedForm, sent_in
from service.api.permissions import needs
from service.api.recorded import RecordingDep
from service.api.schemas import (
    Check,
    InvestorStatements,
    Preview,
    StatementEntry,
    StatementList,
    VerificationOut,
)
from service.api.security import LedgerDep, guarded_router
from service.api.statement_documents import StatementDocument
from service.core import canonical
from service.core.life.statements import StatementLife
from service.core.money import to_text
from service.render.detail_sheets import detail_workbook
from service.render.statement_sheets import statement_workbook, statements_workbook
from service.storage.rows import StatementRow
from service.workflows import details, statements
from service.workflows.drafting import preview_statements
from service.workflows.verification import verify_statement

router, by_key = guarded_router(), guarded_router(route_class=ByKey)
_PERIOD = "2023, 2023-H1, 2023-Q4 or 2023-12, as the contract has it"
OpenPeriod = Annotated[str, Path(max_length=10, description=_PERIOD, examples=["2024"])]
IssuedPeriod = Annotated[str, Path(max_length=10, description=_PERIOD, examples=["2023"])]
PreviewedContract = Annotated[
    str, Path(max_length=60, description="the contract's name", examples=["housing-first-aarhus"])
]
StatementId = Annotated[
    str, Path(max_length=200, description="as the list names it", examples=["housing-first-aarhus.2023.council.1"])
]


_NO_BODY_PROBLEMS = ("malformed", 408, 413, 415, "invalid-input")


def _entry(row: StatementRow, life: StatementLife) -> StatementEntry:
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
        state=life.state,
        available_actions=list(life.available_actions),
        outstanding=to_text(life.outstanding_minor, life.currency),
        due_on=life.due_on,
    )


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/contracts/{contract}/statements/{period}/preview",
    summary="Preview the statements of a period",
    tags=[FINANCE],
    response_model=Preview,
    responses=problems(
        "contract-not-found", "period-not-found", "period-issued", "not-the-next-period", "contract-closed"
    ),
)
@needs("drafts:read")
async def preview(
    contract: PreviewedContract,
    period: OpenPeriod,
    ledger: LedgerDep,
    recording: RecordingDep,
    investor: Annotated[
        str | None, Query(max_length=60, description="only this investor's statement", examples=["council"])
    ] = None,
) -> Response:
    """What issuing the period now would issue, to the byte, with the detail behind it. Nothing is stored. Only the
    earliest period that is not issued can be previewed."""
    drafted = await preview_statements(ledger, contract, period)
    wanted = [draft for draft in drafted.drafts if investor in (None, draft.investor)]
    await recording.of(contract, sum(len(draft.items) for draft in wanted))
    return _json(details.preview_of(wanted))


@router.get("/statements", summary="List issued statements", tags=[INVESTORS], responses=problems())
@needs("statements:read")
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
    found = await statements.find_lives(ledger, contract=contract, period=period, investor=investor)
    return StatementList(data=[_entry(row, life) for row, life in found])


@router.get(
    "/investors/{party}/statements/{period}",
    summary="Fetch an investor's statements of a period",
    tags=[INVESTORS],
    response_model=InvestorStatements,
    responses={**IN_FORMS, **NOT_MODIFIED, **problems("statement-not-found")},
)
@needs("statements:read")
async def investor_statements(
    party: Annotated[str, Path(max_length=60, description="the investor's id in the contracts", examples=["council"])],
    period: IssuedPeriod,
    ledger: LedgerDep,
    form: AskedForm,
    held: Held,
) -> Response:
    """What an investor is owed for a period: one statement a contract, each exactly as it was issued; as CSV or XLSX
    all of them together."""
    rows = await statements.investor_statements(ledger, party, period)
    issued = [row.document for row in rows]
    title = f"Payment statements to {party}, {period}"
    return await sent_in(
        form,
        held,
        b'{"data":[' + b",".join(issued) + b"]}",
        lambda: statements_workbook(title, issued),
        f"{party}.{period}.statements",
    )


@by_key.get(
    "/statements/{statement}",
    summary="Read a statement",
    tags=[INVESTORS],
    response_model=StatementDocument,
    responses={**IN_FORMS, **NOT_MODIFIED, **problems("statement-not-found")},
)
@needs("statements:read")
async def read_statement(statement: StatementId, ledger: LedgerDep, form: AskedForm, held: Held) -> Response:
    """The statement, byte for byte as it was issued; as CSV or XLSX the same amounts, counts and dates in tables."""
    issued = await statements.read_statement(ledger, statement)
    document = issued.document
    return await sent_in(form, held, document, lambda: statement_workbook(document), statement, issued.sha256)


router.routes.extend(by_key.routes)  # where the documents show it


@router.get(
    "/statements/{statement}/detail",
    summary="Read the detail behind a statement",
    tags=[FINANCE],
    response_model=DetailDocument,
    responses={**IN_FORMS, **NOT_MODIFIED, **problems("statement-not-found")},
)
@needs("details:read")
async def read_detail(
    statement: StatementId, ledger: LedgerDep, recording: RecordingDep, form: AskedForm, held: Held
) -> Response:
    """Every line with its participant, finding, price, cause and events, and everything pending; each entry with the
    salt and the commitment that the statement's detail digest is made of, which CSV and XLSX leave out."""
    read = await details.read_detail(ledger, statement)
    await recording.of(read.contract, read.entries, statement=statement)
    detail = read.document
    return await sent_in(form, held, detail, lambda: detail_workbook(detail), f"{statement}.detail")


@router.get(
    "/statements/{statement}/detail/{position}",
    summary="Explain a line of a statement",
    tags=[FINANCE],
    response_model=Explanation,
    responses=problems("statement-not-found", "line-not-found", "line-erased"),
)
@needs("details:read")
async def explain_line(
    statement: StatementId,
    position: Annotated[int, Path(ge=1, le=10_000_000, description="the entry's number in the detail", examples=[1])],
    ledger: LedgerDep,
    recording: RecordingDep,
) -> Response:
    """One entry of the detail in sentences, down to the events it rests on, as they were posted."""
    told = await details.explain_entry(ledger, statement, position)
    await recording.of(told.contract, 1, statement=statement, participant=told.item["participant"] or None)
    sentences = {name: told.explanation[name] for name in ("title", "paragraphs")}
    return _json(orjson.dumps({**sentences, "item": told.item, "events": list(told.events)}))


@router.post(
    "/statements/{statement}/verify",
    summary="Verify a statement",
    tags=[AUDITORS],
    responses=problems(*_NO_BODY_PROBLEMS, "statement-not-found"),
    openapi_extra={"requestBody": NO_BODY},
)
@needs("log:verify")
async def verify(statement: StatementId, request: Request, ledger: LedgerDep) -> VerificationOut:
    """Recompute the statement from the facts, terms and earlier statements it was closed at, and compare every byte."""
    await read_nothing(request)
    found = await verify_statement(ledger, statement)
    checks = [Check(check=name, holds=held, compared=compared) for name, held, compared in found.checks]
    return VerificationOut(
        statement=found.statement, match=found.holds, erased=found.erased, result=found.in_words, checks=checks
    )
