"""Proofs over HTTP: signed checkpoints, the proof of a statement, consistency, keys, and the end of a chain."""

from collections.abc import Iterator
from typing import IO, Annotated, Any

from fastapi import Query, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from service.api.audiences import AUDITORS, INVESTORS
from service.api.body import read_nothing
from service.api.errors import problems
from service.api.examples import NO_BODY
from service.api.permissions import needs
from service.api.proof_documents import AS_TEXT, CheckpointKeyOut, CheckpointKeys, ConsistencyOut, HeadOut
from service.api.recorded import RecordingDep
from service.api.routes.contracts import ContractId
from service.api.routes.statements import StatementId
from service.api.security import LedgerDep, guarded_router
from service.workflows import bundles, checkpoints, proving

router = guarded_router()
_LARGEST_SIZE = 2**53 - 1
Since = Annotated[
    int | None,
    Query(alias="from", ge=0, le=_LARGEST_SIZE, description="the size in a checkpoint you kept", examples=[1]),
]
_PIECE_BYTES = 65_536
_BUNDLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The zip, equal to the byte as long as nothing it holds changes",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_NOTE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The signed note, as programs for c2sp.org/tlog-checkpoint read it", "content": AS_TEXT}
}
_PROOF: dict[int | str, dict[str, Any]] = {
    200: {"description": "The proof, as programs for c2sp.org/tlog-proof read it", "content": AS_TEXT}
}


def _text(body: bytes, file: str | None = None) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file}"'} if file else {}
    return Response(body, media_type="text/plain", headers=headers)


@router.get(
    "/checkpoint",
    summary="Fetch the latest checkpoint",
    tags=[AUDITORS],
    response_class=PlainTextResponse,
    responses={**_NOTE, **problems("checkpoint-not-found")},
)
@needs("proofs:read")
async def read_checkpoint(ledger: LedgerDep) -> Response:
    """The signed size and root of the tree of all issued statements. Keep a copy outside: whatever the ledger shows
    later has to continue it. An issue signs one by itself."""
    return _text((await checkpoints.last_checkpoint(ledger)).note)


@router.post(
    "/checkpoints",
    summary="Sign a checkpoint now",
    tags=[AUDITORS],
    response_class=PlainTextResponse,
    responses={**_NOTE, **problems("malformed", 408, 413, 415, "invalid-input", "signing-key-unusable")},
    openapi_extra={"requestBody": NO_BODY},
)
@needs("proofs:sign")
async def make_checkpoint(request: Request, ledger: LedgerDep) -> Response:
    """Sign the tree as it stands. Where nothing was issued since, the answer is the last checkpoint again, so that it
    needs no key. Nothing is signed that does not continue the checkpoint that was signed last."""
    await read_nothing(request)
    return _text((await checkpoints.make_checkpoint(ledger)).note)


@router.get("/checkpoint-keys", summary="List the keys of checkpoints", tags=[AUDITORS], responses=problems())
@needs("proofs:read")
async def list_keys(ledger: LedgerDep) -> CheckpointKeys:
    """Every public key that signs or has signed checkpoints. Take them once over a way you trust and keep them: a key
    that comes with what it is to verify proves nothing."""
    found = await checkpoints.checkpoint_keys(ledger)
    return CheckpointKeys(data=[CheckpointKeyOut(vkey=one.vkey, made_at=one.made_at) for one in found])


@router.get(
    "/statements/{statement}/proof",
    summary="Fetch the proof of a statement",
    tags=[INVESTORS],
    response_class=PlainTextResponse,
    responses={**_PROOF, **problems("statement-not-found", "checkpoint-not-found")},
)
@needs("proofs:read")
async def read_proof(statement: StatementId, ledger: LedgerDep) -> Response:
    """That the statement stands in the tree of the latest checkpoint: a file to keep beside the statement, with which
    and with the ledger's public key it is proved without the ledger. It names no other statement."""
    return _text((await proving.statement_proof(ledger, statement)).stored, f"{statement}.tlog-proof")


@router.get(
    "/statements/{statement}/bundle",
    summary="Fetch a statement with all it takes to check it",
    tags=[INVESTORS],
    response_class=Response,
    responses={**_BUNDLE, **problems("statement-not-found", "checkpoint-not-found")},
)
@needs("proofs:read")
async def read_bundle(statement: StatementId, ledger: LedgerDep, since: Since = None) -> Response:
    """One zip: the statement, its terms, its proof and a program in one file that checks everything without the ledger.
    Nothing in it is about a participant."""
    bundle = await bundles.bundle_of(ledger, statement, is_whole=False, since=since)
    return _zip(bundle.stream, statement)


@router.get(
    "/statements/{statement}/bundle/whole",
    summary="Fetch a statement with everything it rests on",
    tags=[AUDITORS],
    response_class=Response,
    responses={**_BUNDLE, **problems("statement-not-found", "checkpoint-not-found")},
)
@needs("details:read")
async def read_whole_bundle(
    statement: StatementId, ledger: LedgerDep, recording: RecordingDep, since: Since = None
) -> Response:
    """The same with what is about participants: the detail, the events, the log behind them and the statements before,
    with the salts of their commitments."""
    bundle = await bundles.bundle_of(ledger, statement, is_whole=True, since=since)
    try:
        await recording.of(bundle.contract, bundle.rows, statement=statement)
    except BaseException:
        bundle.stream.close()
        raise
    return _zip(bundle.stream, statement)


def _zip(stream: IO[bytes], statement: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{statement}.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(_pieces(stream), media_type="application/zip", headers=headers)


def _pieces(bundle: IO[bytes]) -> Iterator[bytes]:
    with bundle:
        yield from iter(lambda: bundle.read(_PIECE_BYTES), b"")


@router.get(
    "/checkpoints/consistency",
    summary="Prove that checkpoints continue each other",
    tags=[AUDITORS],
    responses=problems("checkpoint-not-found"),
)
@needs("proofs:read")
async def read_consistency(
    ledger: LedgerDep,
    old: Annotated[
        int,
        Query(
            alias="from", ge=0, le=_LARGEST_SIZE, description="the size of the tree in your checkpoint", examples=[1]
        ),
    ],
    new: Annotated[
        int | None,
        Query(
            alias="to", ge=0, le=_LARGEST_SIZE, description="that of the later one; else the latest one's", examples=[2]
        ),
    ] = None,
) -> ConsistencyOut:
    """That the later tree begins with the earlier one, so that no statement was taken out or changed in between."""
    return ConsistencyOut(**(await proving.prove_consistency(ledger, old, new)).document)


@router.get(
    "/contracts/{contract}/head",
    summary="See where a contract's log ends",
    tags=[AUDITORS],
    responses=problems("contract-not-found"),
)
@needs("ledger:read")
async def read_head(contract: ContractId, ledger: LedgerDep) -> HeadOut:
    """The number and the digest of the last entry. Keep both: the log read later has to hold the same entry there."""
    head = await proving.contract_head(ledger, contract)
    return HeadOut(contract=contract, sequence=head.sequence, digest=head.digest.hex())
