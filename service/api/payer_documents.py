"""The shapes that payers' finance staff read: what a payer owes and what is pending, and its vouchers."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from service.api.statement_documents import Amount, BesideLine, Sha256, Shape, StatementPeriod
from service.core.bookkeeping.vouchers import VoucherKind
from service.core.life.statements import State


class NamedContract(Shape):
    """A contract by its id and title."""

    id: str
    title: str


class Payer(Shape):
    """Who owes."""

    id: str
    name: str


class PayerSums(Shape):
    """What a payer owes by statements: outcomes and what stands beside them are due; payable is what is to be paid once
    negative balances are netted. Always: due + carried in = payable + carried forward + set off."""

    outcomes: Amount
    beside: Amount = Field(description="adjustments, the guarantee, what is let go")
    due: Amount = Field(description="outcomes and beside: what the statements' due_from rows say of this payer")
    carried_in: Amount
    set_off: Amount = Field(
        description="what it pays less because others are owed back; negative: what it is owed and others were spared"
    )
    payable: Amount
    carried_forward: Amount
    paid: Amount | None = Field(None, description="absent before the statements are issued")
    outstanding: Amount | None = Field(None, description="absent before the statements are issued")


class PayerTotals(PayerSums):
    """The sums over all investors, and what is pending."""

    pending: Amount = Field(description="before limits; what has no amount yet is not in it")


class PayerStatementRow(PayerSums):
    """What a payer owes by one investor's statement."""

    statement: str = Field(description="its number")
    investor: str
    investor_name: str
    state: State | None = None
    issued_on: date | None = None
    due_on: date | None = None
    sha256: Sha256 | None = None


class OwedRow(Shape):
    """What a payer owes an investor of one metric by one statement."""

    statement: str
    investor: str
    investor_name: str
    metric: str | None = Field(description="null: outcomes of participants who were erased since")
    title: str
    amount: Amount


class BesideRow(BesideLine):
    """A line beside outcomes that this payer owes, or is owed back."""

    statement: str
    investor: str
    investor_name: str
    party: str | None = Field(None, exclude=True)  # type: ignore[assignment]


class PendingRow(Shape):
    """Outcomes of a metric and step that wait for one reason, and what the payer would owe of them to all investors."""

    metric: str
    title: str
    step: str
    why: str
    in_words: str
    outcomes: int = Field(description="how many wait")
    without_amount: int = Field(description="of how many of them the amount is not known yet")
    would_be_due: Amount = Field(description="of the others, before limits")


class PayerStatementDocument(Shape):
    """What one payer owes for a period, by the lines of the statements to all investors; it names no participant."""

    document: Literal["payer's statement"]
    format: int
    state: Literal["issued", "preview"] = Field(description="preview: what it would owe if the period were issued now")
    contract: NamedContract
    period: StatementPeriod
    payer: Payer
    currency: str
    illustrative: list[str]
    totals: PayerTotals
    statements: list[PayerStatementRow]
    owed: list[OwedRow]
    beside: list[BesideRow]
    pending: list[PendingRow]


class VoucherOut(BaseModel):
    """One row of a voucher; what stands on neither side is 0."""

    voucher: str = Field(description="the statement's number")
    date: date
    payer: str
    investor: str
    kind: VoucherKind
    metric: str | None
    account: str | None = Field(description="as agreed in the contract's bookkeeping; null where nothing is")
    cost_centre: str | None
    debit: Amount
    credit: Amount
    currency: str
    text: str
    note: str = Field(description="says so where no account is agreed")


class Vouchers(BaseModel):
    """The rows of a period's vouchers."""

    data: list[VoucherOut]
