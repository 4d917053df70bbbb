"""Adjustments by hand: proposed by one person, approved or refused by another, stated with the next statement."""

from collections.abc import Sequence

from service.core.allocate import recipients_of
from service.core.errors import Fault, InvalidInput, NotAllowed, NotFound, WrongState
from service.core.life.acts import ActKind
from service.core.life.contract_life import ContractLife
from service.core.life.recorded import Proposed
from service.core.life.requests import NewAdjustment, minor_of
from service.core.money import to_text
from service.core.terms import TermsTimeline
from service.workflows.acting import Done, NewAct, Standing, do, refuse_personal_data
from service.workflows.idempotency import Keyed
from service.workflows.ledger import Ledger


async def propose(
    ledger: Ledger,
    contract: str,
    request: NewAdjustment,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Propose an adjustment; it counts once a second person has approved it."""
    refuse_personal_data(request.model_dump())

    def decide(standing: Standing) -> Sequence[NewAct]:
        refuse_closed(standing.life)
        minor, faults = minor_of(request, standing.life.currency)
        faults += _party_faults(standing.terms, request)
        if faults:
            raise InvalidInput("The adjustment is not valid; nothing was stored.", faults)
        evidence = request.evidence.model_dump()
        body = _body(request.investor, request.payer, minor, standing.life.currency, evidence, None)
        return [NewAct("adjustment", body, request.reason)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


def refuse_closed(life: ContractLife) -> None:
    """WrongState where nothing more is stated of the contract."""
    if life.is_closed:
        told = "The contract is settled for good; only a reopening, approved by a second person, states more."
        raise WrongState(told, "contract-closed", ("reopen",))


def _party_faults(terms: TermsTimeline, request: NewAdjustment) -> tuple[Fault, ...]:
    investors, latest = recipients_of(terms), terms.latest
    shares = [share for metric in latest.metrics for share in latest.payers_of(metric)]
    payers = dict.fromkeys(share.party for share in (*latest.shares.payers, *shares))
    faults = []
    if request.investor not in investors:
        told = f"is sent no statements of this contract; who is: {', '.join(investors)}"
        faults.append(Fault("/investor", "unknown-party", told))
    if request.payer not in payers:
        faults.append(Fault("/payer", "unknown-party", f"is no payer of the contract; its payers: {', '.join(payers)}"))
    return tuple(faults)


def _body(
    investor: str, payer: str, minor: int, currency: str, evidence: dict[str, object], reverses: int | None
) -> dict[str, object]:
    takes_back = "" if reverses is None else f", takes back adjustment {reverses}"
    return {
        "about": f"adjustment for {investor}, owed by {payer}{takes_back}",
        "investor": investor,
        "payer": payer,
        "amount": to_text(minor, currency),
        "currency": currency,
        "evidence": evidence,
        "reverses": reverses,
    }


async def take_back(
    ledger: Ledger,
    contract: str,
    number: int,
    reason: str,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Propose to take back an approved adjustment, once; that too is approved by a second person."""
    refuse_personal_data({"reason": reason})

    def decide(standing: Standing) -> Sequence[NewAct]:
        refuse_closed(standing.life)
        known = adjustment_in(standing.life, number)
        if known.approved is None:
            raise WrongState("Only an approved adjustment is taken back.", "wrong-state", actions_of(known))
        others = standing.life.adjustments.values()
        if any(one.reverses == number and one.refused is None for one in others):
            raise WrongState("The adjustment is taken back already.", "reversed-already", ())
        currency = standing.life.currency
        evidence: dict[str, object] = {"kind": "adjustment", "ref": str(number)}
        body = _body(known.investor, known.payer, -known.minor, currency, evidence, number)
        return [NewAct("adjustment", body, reason)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


async def decide_on(
    ledger: Ledger,
    contract: str,
    number: int,
    *,
    approved: bool,
    actor: str,
    reason: str | None = None,
    keyed: Keyed[Done] | None = None,
    preview: bool = False,
) -> Done:
    """Approve or refuse a proposed adjustment. NotAllowed for whoever proposed it."""
    refuse_personal_data({"reason": reason})
    kind: ActKind = "adjustment_approval" if approved else "adjustment_refusal"

    def decide(standing: Standing) -> Sequence[NewAct]:
        refuse_closed(standing.life)
        known = adjustment_in(standing.life, number)
        if "approve" not in actions_of(known):
            state = "approved" if known.approved else "refused"
            raise WrongState(f"The adjustment is {state} already.", "wrong-state", actions_of(known))
        if approved and known.proposed_by == actor:
            raise NotAllowed("Whoever proposed an adjustment cannot approve it; a second person has to.")
        return [NewAct(kind, {"about": f"adjustment {number}", "adjustment": number}, reason)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


def adjustment_in(life: ContractLife, number: int) -> Proposed:
    """An adjustment by its number; NotFound."""
    if number not in life.adjustments:
        raise NotFound("The contract has no adjustment of that number.", "adjustment-not-found")
    return life.adjustments[number]


def actions_of(known: Proposed) -> tuple[str, ...]:
    """What can be done with an adjustment now."""
    if known.refused is not None:
        return ()
    return ("take-back",) if known.approved is not None else ("approve", "refuse")
