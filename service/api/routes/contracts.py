"""Contracts over HTTP: register, amend, list, read as of a date, the file as agreed."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from service.api.body import JSON_TYPE, TOML_TYPE, media_type_of, read_body
from service.api.errors import problems
from service.api.examples import contract_body
from service.api.schemas import ContractEntry, Contracts, ContractTerms, VersionEntry, Versions
from service.api.security import ActorDep, LedgerDep
from service.core.terms import Terms, TermsVersion
from service.workflows import contracts as use
from service.workflows.contracts import Registered

router = APIRouter(tags=["contracts"])
ContractId = Annotated[str, Path(max_length=60, examples=["dialog-mod-vold"])]


def _entry(known: Registered | TermsVersion) -> dict[str, Any]:
    terms: Terms = known.terms
    return {
        "contract": terms.contract,
        "version": terms.version,
        "title": terms.title,
        "effective_from": terms.effective_from,
        "reason": terms.reason,
        "sha256": known.sha256,
        "sequence": known.sequence,
    }


@router.post(
    "/contracts",
    status_code=201,
    summary="Register a contract",
    responses=problems(400, 409, 413, 415),
    openapi_extra={"requestBody": contract_body("dialog-mod-vold/1.toml")},
)
async def create_contract(request: Request, response: Response, ledger: LedgerDep, actor: ActorDep) -> VersionEntry:
    """Register a contract from its file, as TOML or as JSON with the same fields. Every fault of the file is named
    at once. Sending the same file again changes nothing and gives the same answer."""
    media_type = media_type_of(request, TOML_TYPE, JSON_TYPE)
    registered = await use.create_contract(ledger, await read_body(request), media_type, actor)
    response.headers["Location"] = f"/v1/contracts/{registered.terms.contract}"
    return VersionEntry(**_entry(registered))


@router.get("/contracts", summary="List the contracts", responses=problems())
async def list_contracts(ledger: LedgerDep) -> Contracts:
    """Every contract with its latest version."""
    rows = await use.list_contracts(ledger)
    return Contracts(data=[ContractEntry(**row._asdict()) for row in rows])


@router.get("/contracts/{contract}", summary="Read a contract", responses=problems(404))
async def read_contract(
    contract: ContractId,
    ledger: LedgerDep,
    as_of: Annotated[date | None, Query(description="the terms in force on this date; without it the latest")] = None,
) -> ContractTerms:
    """The whole terms of the version in force on a date."""
    found = await use.contract_as_of(ledger, contract, as_of)
    terms = found.terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    return ContractTerms(**_entry(found), terms=terms)


@router.get("/contracts/{contract}/versions", summary="List the versions of a contract", responses=problems(404))
async def list_versions(contract: ContractId, ledger: LedgerDep) -> Versions:
    """Every version of the terms in order of its first day, with the reason of each."""
    timeline = await use.contract_versions(ledger, contract)
    return Versions(data=[VersionEntry(**_entry(version)) for version in timeline.versions])


@router.get(
    "/contracts/{contract}/file",
    summary="Fetch the file as agreed",
    response_class=Response,
    responses={
        200: {
            "description": "The file, byte for byte as it was registered",
            "content": {TOML_TYPE: {"schema": {"type": "string"}}, JSON_TYPE: {"schema": {"type": "object"}}},
        },
        **problems(404),
    },
)
async def read_file(
    contract: ContractId,
    ledger: LedgerDep,
    version: Annotated[int | None, Query(ge=1, le=10_000, description="without it the latest version")] = None,
) -> Response:
    """The contract file of a version, byte for byte; its SHA-256 stands on every statement."""
    row = await use.contract_file(ledger, contract, version)
    return Response(row.file, media_type=row.media_type, headers={"ETag": f'"{row.sha256.hex()}"'})


@router.post(
    "/contracts/{contract}/amendments",
    status_code=201,
    summary="Amend a contract",
    responses=problems(400, 404, 413, 415),
    openapi_extra={"requestBody": contract_body("dialog-mod-vold/2.toml")},
)
async def amend_contract(contract: ContractId, request: Request, ledger: LedgerDep, actor: ActorDep) -> VersionEntry:
    """Register a further version: the whole terms again, with the next version number, its first day and the reason.
    Statements already issued do not change; what the amendment changes of stated periods is stated next."""
    media_type = media_type_of(request, TOML_TYPE, JSON_TYPE)
    registered = await use.amend_contract(ledger, contract, await read_body(request), media_type, actor)
    return VersionEntry(**_entry(registered))
