"""Capital that investors pay out to the programme, recorded as it happens."""

from collections.abc import Sequence

from service.core.errors import Fault, InvalidInput
from service.core.life.acts import postings_document
from service.core.life.requests import NewDrawdown, minor_of
from service.core.money import to_text
from service.core.post import post_drawdown
from service.workflows.acting import Done, NewAct, Standing, do, refuse_personal_data
from service.workflows.idempotency import Keyed
from service.workflows.ledger import Ledger


async def draw(
    ledger: Ledger,
    contract: str,
    request: NewDrawdown,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Record a drawdown; InvalidInput where the party is no investor, or the day has not come."""
    refuse_personal_data(request.model_dump())

    def decide(standing: Standing) -> Sequence[NewAct]:
        minor, faults = minor_of(request, standing.life.currency)
        investors = [name for name, party in standing.terms.latest.parties.items() if "investor" in party.roles]
        if request.investor not in investors:
            told = f"is no investor of the contract; its investors: {', '.join(investors)}"
            faults += (Fault("/investor", "unknown-party", told),)
        if request.value_date > standing.today:
            faults += (Fault("/value_date", "in-the-future", "lies in the future; record it when it has been paid"),)
        if faults:
            raise InvalidInput("The drawdown is not valid; nothing was stored.", faults)
        currency = standing.life.currency
        body = {
            "about": f"drawdown of {request.investor}",
            "investor": request.investor,
            "amount": to_text(minor, currency),
            "currency": currency,
            "value_date": request.value_date.isoformat(),
            "bank_reference": request.bank_reference,
            "postings": postings_document(post_drawdown("drawdown", currency, request.investor, minor)),
        }
        return [NewAct("drawdown", body)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)
