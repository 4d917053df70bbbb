"""Accounts over HTTP: the trial balance, the postings, and the journal of a contract."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import StreamingResponse

from service.api.audiences import AUDITORS
from service.api.errors import problems
from service.api.pages import LARGEST_POSITION, Limit, Page, after_query, cursor, page_of, parts_of, whole
from service.api.permissions import needs
from service.api.routes.contracts import ContractId
from service.api.schemas import AccountBalance, Accounts, PostingOut
from service.api.security import LedgerDep, guarded_router
from service.core.money import to_text
from service.render.journal_text import JOURNAL_FORMS, JournalFormName
from service.workflows.accounts import read_postings, trial_balance
from service.workflows.transactions import money_journal, written

router = guarded_router(AUDITORS)


@router.get("/contracts/{contract}/accounts", summary="See the trial balance", responses=problems("contract-not-found"))
@needs("ledger:read")
async def accounts(contract: ContractId, ledger: LedgerDep) -> Accounts:
    """Every account of the contract with the sum of its postings, and the total, which is zero."""
    found = await trial_balance(ledger, contract)
    return Accounts(
        contract=contract,
        currency=found.currency,
        accounts=[
            AccountBalance(account=one.account, balance=to_text(one.amount_minor, one.currency))
            for one in found.balances
        ],
        total=to_text(found.total_minor, found.currency),
    )


@router.get("/contracts/{contract}/postings", summary="List the postings", responses=problems("contract-not-found"))
@needs("ledger:read")
async def postings(
    contract: ContractId,
    ledger: LedgerDep,
    after: Annotated[str | None, after_query(0, 0)] = None,
    limit: Limit = 100,
) -> Page[PostingOut]:
    """The legs of every transaction, in the order in which they were made."""
    place = parts_of(after, 2)
    behind = (whole(place[0]), whole(place[1], LARGEST_POSITION)) if place else None
    rows = await read_postings(ledger, contract, behind, limit + 1)
    entries = [
        PostingOut(
            transaction=row.transaction_id,
            account=row.account,
            amount=to_text(row.amount_minor, row.currency),
            currency=row.currency,
        )
        for row in rows
    ]
    following = cursor(rows[limit - 1].sequence, rows[limit - 1].position) if len(rows) > limit else None
    return page_of(entries, limit, following)


@router.get(
    "/contracts/{contract}/journal",
    summary="Fetch the journal for an accounting program",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Every transaction in the order in which they were made",
            "content": {"text/plain": {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}},
        },
        **problems("contract-not-found"),
    },
)
@needs("ledger:read")
async def journal(
    contract: ContractId,
    ledger: LedgerDep,
    format: Annotated[
        JournalFormName, Query(description="for hledger, for beancount, or as a table", examples=["hledger"])
    ] = "hledger",
) -> StreamingResponse:
    """Statements, payments, drawdowns and reversals, each with its date, number, words and postings. The program that
    reads it adds up the balances of the trial balance here."""
    begun, form = await money_journal(ledger, contract), JOURNAL_FORMS[format]
    headers = {"Content-Disposition": f'attachment; filename="{contract}.{form.suffix}"'}
    media_type = f"{form.media_type}; charset=utf-8"
    return StreamingResponse(written(ledger, begun, form), media_type=media_type, headers=headers)
