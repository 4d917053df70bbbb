"""Positions over HTTP: of a contract, an investor, a payer; what is due by age; the portfolio; all contracts in one."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import Response

from service.api.audiences import FINANCE, INVESTORS
from service.api.conditional import NOT_MODIFIED, Held
from service.api.errors import problems
from service.api.forms import IN_FORMS, AskedForm, Form, sent_in
from service.api.permissions import needs
from service.api.position_documents import (
    Ageing,
    Consolidated,
    ContractPosition,
    InvestorPosition,
    PayerPosition,
    PortfolioByYear,
)
from service.api.routes.contracts import ContractId
from service.api.security import LedgerDep, guarded_router
from service.core import canonical
from service.core.canonical import Document
from service.render import Workbook
from service.render.position_sheets import (
    ageing_workbook,
    consolidated_workbook,
    portfolio_workbook,
    position_workbook,
)
from service.workflows import positions as use
from service.workflows.consolidated import consolidated_statement

router = guarded_router()
Investor = Annotated[str, Path(max_length=60, description="the investor's id in the contracts", examples=["council"])]
Payer = Annotated[
    str, Path(max_length=60, description="the id of an outcome payer or guarantor in the contracts", examples=["sfb"])
]
AsOf = Annotated[
    date | None,
    Query(description="only transactions dated up to this day; without it up to today", examples=["2023-12-31"]),
]
Effect = Annotated[
    str,
    Query(
        pattern=use.SHARE,
        description="the share of full effect at which coming periods are expected",
        examples=[use.BUDGETED],
    ),
]
_PARTY_PROBLEMS = {**IN_FORMS, **NOT_MODIFIED, **problems("party-not-found")}


async def _sent(
    form: Form, held: frozenset[str], document: Document, workbook: Callable[[Document], Workbook], name: str
) -> Response:
    return await sent_in(form, held, canonical.to_bytes(document), lambda: workbook(document), name)


@router.get(
    "/contracts/{contract}/position",
    summary="See where everybody in a contract stands",
    tags=[FINANCE],
    response_model=ContractPosition,
    responses={**IN_FORMS, **NOT_MODIFIED, **problems("contract-not-found")},
)
@needs("ledger:read")
async def contract_position(
    contract: ContractId,
    ledger: LedgerDep,
    form: AskedForm,
    held: Held,
    as_of: AsOf = None,
    known_at: Annotated[
        int | None,
        Query(
            ge=1,
            le=2**63 - 1,
            description="only what the contract's log held at this sequence number",
            examples=[50],
        ),
    ] = None,
    effect: Effect = use.BUDGETED,
    pending: Annotated[
        bool,
        Query(
            description="evaluate anew for what pending outcomes would pay; it takes as long as a preview",
            examples=[True],
        ),
    ] = False,
) -> Response:
    """What each investor has committed, drawn, been stated and paid, what is outstanding and expected, and the same of
    each payer; what is left of the contract's limit and of the guarantee. Every amount is a sum of postings, save what
    is committed, agreed, planned, expected or pending."""
    document = await use.contract_position(
        ledger, contract, as_of=as_of, known_at=known_at, effect=effect, pending=pending
    )
    return await _sent(form, held, document, position_workbook, f"{contract}.position")


@router.get(
    "/investors/{party}/position",
    summary="See where an investor stands",
    tags=[INVESTORS],
    response_model=InvestorPosition,
    responses=_PARTY_PROBLEMS,
)
@needs("investors:read")
async def investor_position(
    party: Investor, ledger: LedgerDep, form: AskedForm, held: Held, as_of: AsOf = None, effect: Effect = use.BUDGETED
) -> Response:
    """The investor's position in each of its contracts, and the sum by currency. Nothing is told of participants that
    statements do not tell: what is pending is shown by each statement, where the groups are large enough."""
    document = await use.party_position(ledger, party, "investors", as_of=as_of, effect=effect)
    return await _sent(form, held, document, position_workbook, f"{party}.position")


@router.get(
    "/payers/{party}/position",
    summary="See where a payer stands",
    tags=[FINANCE],
    response_model=PayerPosition,
    responses=_PARTY_PROBLEMS,
)
@needs("payers:read")
async def payer_position(
    party: Payer, ledger: LedgerDep, form: AskedForm, held: Held, as_of: AsOf = None, effect: Effect = use.BUDGETED
) -> Response:
    """The position of an outcome payer or guarantor in each of its contracts, and the sum by currency."""
    document = await use.party_position(ledger, party, "payers", as_of=as_of, effect=effect)
    return await _sent(form, held, document, position_workbook, f"{party}.position")


@router.get(
    "/investors/{party}/ageing",
    summary="See what is due to an investor, and overdue",
    tags=[INVESTORS],
    response_model=Ageing,
    responses=_PARTY_PROBLEMS,
)
@needs("investors:read")
async def investor_ageing(
    party: Investor, ledger: LedgerDep, form: AskedForm, held: Held, as_of: AsOf = None
) -> Response:
    """Each statement to the investor by who pays: its due date, what was paid, what is outstanding and since when."""
    document = await use.party_ageing(ledger, party, "investors", as_of=as_of)
    return await _sent(form, held, document, ageing_workbook, f"{party}.ageing")


@router.get(
    "/payers/{party}/ageing",
    summary="See what a payer has to pay, and is late with",
    tags=[FINANCE],
    response_model=Ageing,
    responses=_PARTY_PROBLEMS,
)
@needs("payers:read")
async def payer_ageing(party: Payer, ledger: LedgerDep, form: AskedForm, held: Held, as_of: AsOf = None) -> Response:
    """Each statement that the payer pays on: its due date, what was paid, what is outstanding and since when."""
    document = await use.party_ageing(ledger, party, "payers", as_of=as_of)
    return await _sent(form, held, document, ageing_workbook, f"{party}.ageing")


@router.get(
    "/investors/{party}/portfolio",
    summary="See an investor's portfolio by year",
    tags=[INVESTORS],
    response_model=PortfolioByYear,
    responses=_PARTY_PROBLEMS,
)
@needs("investors:read")
async def portfolio(
    party: Investor, ledger: LedgerDep, form: AskedForm, held: Held, as_of: AsOf = None, effect: Effect = use.BUDGETED
) -> Response:
    """Drawn, repaid and paid by year over all contracts: accounts of years whose periods are all issued, and of coming
    ones what the contracts' plans expect at the share of full effect."""
    document = await use.portfolio_by_year(ledger, party, as_of=as_of, effect=effect)
    return await _sent(form, held, document, portfolio_workbook, f"{party}.portfolio")


@router.get(
    "/investors/{party}/statements/{period}/consolidated",
    summary="Read an investor's consolidated statement",
    tags=[INVESTORS],
    response_model=Consolidated,
    responses={**IN_FORMS, **NOT_MODIFIED, **problems("period-not-found", "statement-not-found")},
)
@needs("investors:read")
async def consolidated(
    party: Investor,
    period: Annotated[str, Path(max_length=10, description="2023, 2023-H1, 2023-Q4 or 2023-12", examples=["2023"])],
    ledger: LedgerDep,
    form: AskedForm,
    held: Held,
) -> Response:
    """The investor's statements of the period, and of shorter periods inside it, over all its contracts: one section an
    issued statement, with its digest, and a total a currency."""
    document = await consolidated_statement(ledger, party, period)
    return await _sent(form, held, document, consolidated_workbook, f"{party}.{period}.consolidated")
