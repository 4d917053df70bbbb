"""What payers' finance staff fetch: what a payer owes for a period, and the vouchers for its finance system."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from service.api.audiences import FINANCE
from service.api.conditional import NOT_MODIFIED, Held
from service.api.errors import problems
from service.api.forms import IN_FORMS, AskedForm, AskedTable, sent_in
from service.api.payer_documents import PayerStatementDocument, VoucherOut, Vouchers
from service.api.permissions import needs
from service.api.routes.contracts import ContractId
from service.api.routes.statements import IssuedPeriod
from service.api.security import LedgerDep, guarded_router
from service.core import canonical
from service.core.bookkeeping.vouchers import Voucher
from service.core.money import to_text
from service.render.payer_sheets import payer_workbook, voucher_workbook
from service.workflows.payers import read_payer_statement, read_vouchers

router = guarded_router(FINANCE)
PayerId = Annotated[str, Path(max_length=60, description="the payer's id in the contract", examples=["sfb"])]


@router.get(
    "/contracts/{contract}/payers/{party}/statements/{period}",
    summary="See what a payer owes for a period",
    response_model=PayerStatementDocument,
    responses={
        **IN_FORMS,
        **NOT_MODIFIED,
        **problems(
            "contract-not-found", "payer-not-found", "period-not-found", "not-the-next-period", "contract-closed"
        ),
    },
)
@needs("payers:read")
async def payer_statement(
    contract: ContractId, party: PayerId, period: IssuedPeriod, ledger: LedgerDep, form: AskedForm, held: Held
) -> Response:
    """What a payer owes to whom, by the same lines as the statements to the investors: by investor and metric, what
    stands beside outcomes, what is payable, carried, paid and outstanding, and what is pending. Of the next period that
    is not issued it is a preview, for the accrual at the end of a year."""
    shown = await read_payer_statement(ledger, contract, party, period)
    name = f"{contract}.{period}.{party}.owes"
    return await sent_in(form, held, canonical.to_bytes(shown), lambda: payer_workbook(shown), name)


@router.get(
    "/contracts/{contract}/vouchers/{period}",
    summary="Export the vouchers of a period",
    response_model=Vouchers,
    responses={
        **IN_FORMS,
        **NOT_MODIFIED,
        **problems("contract-not-found", "period-not-found", "period-not-issued"),
    },
)
@needs("ledger:read")
async def vouchers(
    contract: ContractId, period: IssuedPeriod, ledger: LedgerDep, form: AskedTable, held: Held
) -> Response:
    """What every payer books of an issued period: a row a payer, investor and metric, adjustment or guarantee, and one
    for the debt, so that debits equal credits on every voucher. CSV unless another form is asked for. Accounts and cost
    centres are those of the contract's bookkeeping; where none is agreed they are empty and the note says so."""
    found = await read_vouchers(ledger, contract, period)
    body = Vouchers(data=[_voucher(row, found.currency) for row in found.rows]).model_dump_json().encode()
    title = f"Vouchers of {contract}, {period}"
    return await sent_in(
        form,
        held,
        body,
        lambda: voucher_workbook(title, found.rows, found.currency),
        f"{contract}.{period}.vouchers",
    )


def _voucher(row: Voucher, currency: str) -> VoucherOut:
    return VoucherOut(
        voucher=row.number,
        date=row.on,
        payer=row.payer,
        investor=row.investor,
        kind=row.kind,
        metric=row.metric,
        account=row.account,
        cost_centre=row.cost_centre,
        debit=to_text(row.debit_minor, currency),
        credit=to_text(row.credit_minor, currency),
        currency=currency,
        text=row.text,
        note=row.note,
    )
