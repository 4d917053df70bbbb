"""Reopens a contract that is settled for good: asked for with a reason, approved by a second person."""

from collections.abc import Sequence

from service.core.errors import NotAllowed, WrongState
from service.workflows.acting import Done, NewAct, Standing, do, refuse_personal_data
from service.workflows.idempotency import Keyed
from service.workflows.ledger import Ledger


async def ask_to_reopen(
    ledger: Ledger, contract: str, reason: str, actor: str, keyed: Keyed[Done] | None = None, *, preview: bool = False
) -> Done:
    """Ask for a further statement of a settled contract."""
    refuse_personal_data({"reason": reason})

    def decide(standing: Standing) -> Sequence[NewAct]:
        if not standing.life.is_closed:
            raise WrongState("The contract is not settled for good; state its next period.", "wrong-state", ("draft",))
        if standing.life.open_reopening is not None:
            raise WrongState("A reopening waits for its approval already.", "wrong-state", ("approve-reopening",))
        return [NewAct("reopening", {"about": "reopening of the contract"}, reason)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


async def approve_reopening(
    ledger: Ledger, contract: str, actor: str, keyed: Keyed[Done] | None = None, *, preview: bool = False
) -> Done:
    """Approve it; always a second person, whatever the terms say of statements."""

    def decide(standing: Standing) -> Sequence[NewAct]:
        asked = standing.life.open_reopening
        if asked is None:
            allowed = ("reopen",) if standing.life.is_closed else ("draft",)
            raise WrongState("No reopening waits for its approval.", "wrong-state", allowed)
        if asked.proposed_by == actor:
            raise NotAllowed("Whoever asked for the reopening cannot approve it; a second person has to.")
        return [NewAct("reopening_approval", {"about": "reopening of the contract", "reopening": asked.number})]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)
