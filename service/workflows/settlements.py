"""Payments on issued statements: in part, in full, too much by agreement, paid back; and their reversal."""

from collections.abc import Iterator, Sequence

from service.core.errors import Fault, InvalidInput, NotFound, WrongState
from service.core.life.acts import postings_document
from service.core.life.requests import NewReversal, NewSettlement, minor_of
from service.core.life.statements import StatementLife
from service.core.money import readable, to_text
from service.core.post import Posting, Transaction, post_payment, reversal_of
from service.core.terms import TermsTimeline
from service.workflows.acting import Done, NewAct, Standing, do, refuse_personal_data
from service.workflows.idempotency import Keyed
from service.workflows.ledger import Ledger
from service.workflows.standing import read_issued


async def settle(
    ledger: Ledger,
    statement: str,
    request: NewSettlement,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Record a payment on an issued statement; NotFound, WrongState, or InvalidInput where it cannot be one."""
    refuse_personal_data(request.model_dump())
    row = await read_issued(ledger, statement)

    def decide(standing: Standing) -> Sequence[NewAct]:
        paid_on = standing.life.statements[row.id]
        minor, faults = minor_of(request, standing.life.currency)
        faults += tuple(_faults(paid_on, request, standing))
        if not faults:
            _refuse_settled(paid_on)
            faults += tuple(_excess(paid_on, request, minor))
        if faults:
            raise InvalidInput("The payment does not fit the statement; nothing was stored.", faults)
        return [NewAct("settlement", _body(paid_on, request, minor, standing.terms))]

    return await do(ledger, row.contract, actor, decide, keyed, preview=preview)


def _refuse_settled(paid_on: StatementLife) -> None:
    if "settle" not in paid_on.available_actions:
        raise WrongState(
            f"The statement is {paid_on.state}: nothing is left to pay on it.",
            "wrong-state",
            paid_on.available_actions,
        )


def _faults(paid_on: StatementLife, request: NewSettlement, standing: Standing) -> Iterator[Fault]:
    if request.payer not in paid_on.outstanding:
        named = ", ".join(sorted(paid_on.outstanding)) or "nobody"
        yield Fault("/payer", "unknown-party", f"owes nothing on this statement; who pays on it: {named}")
    if request.value_date > standing.today:
        yield Fault("/value_date", "in-the-future", "lies in the future; record a payment when it has been made")


def _excess(paid_on: StatementLife, request: NewSettlement, minor: int) -> Iterator[Fault]:
    """More than is left to pay, or in the other direction; with `allow_credit` a payer may pay too much."""
    left = paid_on.outstanding[request.payer]
    if minor > 0 and request.allow_credit:
        return
    if left * minor <= 0 or abs(minor) > abs(left):
        shown = readable(to_text(left, paid_on.currency))
        told = f"what is left to pay by this payer is {shown}; pay that at most"
        yield Fault("/amount", "more-than-due", f"{told}, or set allow_credit" if minor > 0 else told)


def _body(paid_on: StatementLife, request: NewSettlement, minor: int, terms: TermsTimeline) -> dict[str, object]:
    transaction = post_payment("payment", terms, request.payer, paid_on.investor, minor)
    return {
        "about": f"payment on statement {paid_on.number}",
        "statement": paid_on.id,
        "payer": request.payer,
        "investor": paid_on.investor,
        "amount": to_text(minor, paid_on.currency),
        "currency": paid_on.currency,
        "value_date": request.value_date.isoformat(),
        "bank_reference": request.bank_reference,
        "allow_credit": request.allow_credit,
        "postings": postings_document(transaction),
    }


async def reverse_payment(
    ledger: Ledger,
    contract: str,
    kind: str,
    number: int,
    request: NewReversal,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Take back a payment (`kind` settlement) or a drawdown, once: its own amounts with the other sign."""
    refuse_personal_data(request.model_dump())

    def decide(standing: Standing) -> Sequence[NewAct]:
        life = standing.life
        found = life.settlement(number) if kind == "settlement" else life.drawdowns.get(number)
        if found is None:
            raise NotFound(
                f"The contract has no {kind} of that number.",
                "settlement-not-found" if kind == "settlement" else "drawdown-not-found",
            )
        if found.reversed_by is not None:
            raise WrongState(f"The {kind} is reversed already, by entry {found.reversed_by}.", "reversed-already", ())
        if request.value_date > standing.today:
            fault = Fault("/value_date", "in-the-future", "lies in the future; reverse when it has happened")
            raise InvalidInput("The reversal is not valid; nothing was stored.", [fault])
        return [NewAct("reversal", _reversal(kind, number, request, found.postings, life.currency), request.reason)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


def _reversal(
    kind: str, number: int, request: NewReversal, postings: tuple[Posting, ...], currency: str
) -> dict[str, object]:
    mirrored = reversal_of("reversal", Transaction("payment", currency, postings))
    return {
        "about": f"reversal of {kind} {number}",
        "reverses": number,
        "of": kind,
        "currency": currency,
        "value_date": request.value_date.isoformat(),
        "postings": postings_document(mirrored),
    }
