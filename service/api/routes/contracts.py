"""Contracts over HTTP: register, amend, list, read as of a date, the file as agreed."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import Response

from service.api.audiences import AUDITORS, FINANCE
from service.api.body import JSON_TYPE, TOML_TYPE, media_type_of, read_body
from service.api.conditional import NOT_MODIFIED, Held, unchanging
from service.api.errors import problems
from service.api.examples import contract_body
from service.api.idempotency_key import KeyDep, asked, sent_as
from service.api.negotiation import refuse_unacceptable
from service.api.permissions import needs
from service.api.schemas import ContractEntry, Contracts, ContractTerms, VersionEntry, Versions
from service.api.security import ActorDep, LedgerDep, guarded_router
from service.core.terms import Terms, TermsVersion
from service.workflows import contracts as use
from service.workflows.contracts import Registered
from service.workflows.idempotency import Answer, answer_once

router = guarded_router()
ContractId = Annotated[str, Path(max_length=60, description="the contract's name", examples=["dialog-mod-vold"])]
ExampleContractId = Annotated[
    str, Path(max_length=60, description="the contract's name; `example` once it is registered", examples=["example"])
]


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


_FILE_PROBLEMS = (
    "malformed",
    "idempotency-key-malformed",
    408,
    413,
    415,
    "contract-invalid",
    "idempotency-key-reused",
    "request-in-progress",
)


def _registered(made: Registered, location: str | None = None) -> Answer:
    return Answer(201, VersionEntry(**_entry(made)).model_dump_json(by_alias=True).encode(), location)


@router.post(
    "/contracts",
    status_code=201,
    summary="Register a contract",
    tags=[FINANCE],
    response_model=VersionEntry,
    responses=problems(*_FILE_PROBLEMS, "contract-exists"),
    openapi_extra={"requestBody": contract_body("example_contract.toml", contract="example-json")},
)
@needs("contracts:write")
async def create_contract(request: Request, ledger: LedgerDep, actor: ActorDep, key: KeyDep) -> Response:
    """Register a contract from its file, as TOML or as JSON with the same fields. Every fault of the file is named
    at once. Sending the same file again changes nothing and gives the same answer."""
    media_type = media_type_of(request, TOML_TYPE, JSON_TYPE)
    file = await read_body(request)
    answer = await answer_once(
        ledger,
        asked(request, "/v1/contracts", key, actor, file),
        lambda keyed: use.create_contract(ledger, file, media_type, actor, keyed),
        lambda made: _registered(made, f"/v1/contracts/{made.terms.contract}"),
    )
    return sent_as(answer)


@router.get("/contracts", summary="List the contracts", tags=[FINANCE], responses=problems())
@needs("contracts:read")
async def list_contracts(ledger: LedgerDep) -> Contracts:
    """Every contract with its latest version."""
    rows = await use.list_contracts(ledger)
    return Contracts(data=[ContractEntry(**row._asdict()) for row in rows])


@router.get(
    "/contracts/{contract}",
    summary="Read a contract",
    tags=[FINANCE],
    response_model=ContractTerms,
    responses={**NOT_MODIFIED, **problems("contract-not-found", "version-not-found")},
)
@needs("contracts:read")
async def read_contract(
    contract: ContractId,
    ledger: LedgerDep,
    held: Held,
    as_of: Annotated[
        date | None,
        Query(description="the terms in force on this date; without it the latest", examples=["2023-12-31"]),
    ] = None,
) -> Response:
    """The whole terms of the version in force on a date."""
    found = await use.contract_as_of(ledger, contract, as_of)
    terms = found.terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    shown = ContractTerms(**_entry(found), terms=terms)
    return unchanging(held, shown.model_dump_json(by_alias=True).encode())


@router.get(
    "/contracts/{contract}/versions",
    summary="List the versions of a contract",
    tags=[AUDITORS],
    response_model=Versions,
    responses={**NOT_MODIFIED, **problems("contract-not-found")},
)
@needs("contracts:read")
async def list_versions(contract: ContractId, ledger: LedgerDep, held: Held) -> Response:
    """Every version of the terms in order of its first day, with the reason of each."""
    timeline = await use.contract_versions(ledger, contract)
    shown = Versions(data=[VersionEntry(**_entry(version)) for version in timeline.versions])
    return unchanging(held, shown.model_dump_json(by_alias=True).encode())


@router.get(
    "/contracts/{contract}/file",
    summary="Fetch the file as agreed",
    tags=[AUDITORS],
    response_class=Response,
    responses={
        200: {
            "description": "The file, byte for byte as it was registered",
            "content": {TOML_TYPE: {"schema": {"type": "string"}}, JSON_TYPE: {"schema": {"type": "object"}}},
        },
        **NOT_MODIFIED,
        **problems("contract-not-found", "version-not-found"),
    },
)
@needs("contracts:read")
async def read_file(
    contract: ContractId,
    ledger: LedgerDep,
    held: Held,
    request: Request,
    version: Annotated[
        int | None, Query(ge=1, le=10_000, description="without it the latest version", examples=[1])
    ] = None,
) -> Response:
    """The contract file of a version, byte for byte; its SHA-256 stands on every statement."""
    row = await use.contract_file(ledger, contract, version)
    refuse_unacceptable(request, [row.media_type])
    return unchanging(held, row.file, row.media_type, row.sha256)


@router.post(
    "/contracts/{contract}/amendments",
    status_code=201,
    summary="Amend a contract",
    tags=[FINANCE],
    response_model=VersionEntry,
    responses=problems(*_FILE_PROBLEMS, "contract-not-found"),
    openapi_extra={"requestBody": contract_body("example_amendment.toml", version=3, effective_from="2026-01-01")},
)
@needs("contracts:write")
async def amend_contract(
    contract: ExampleContractId, request: Request, ledger: LedgerDep, actor: ActorDep, key: KeyDep
) -> Response:
    """Register a further version: the whole terms again, with the next version number, its first day and the reason.
    Statements already issued do not change; what the amendment changes of stated periods is stated next."""
    media_type = media_type_of(request, TOML_TYPE, JSON_TYPE)
    file = await read_body(request)
    answer = await answer_once(
        ledger,
        asked(request, "/v1/contracts/{contract}/amendments", key, actor, file),
        lambda keyed: use.amend_contract(ledger, contract, file, media_type, actor, keyed),
        _registered,
    )
    return sent_as(answer)
