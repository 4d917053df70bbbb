"""An issued statement as it lives: what is due on it and paid, what is disputed, and what can be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple

from service.core.canonical import Document
from service.core.post import Posting

State = Literal["draft", "submitted", "approved", "discarded", "issued", "disputed", "resolved", "settled"]
Action = Literal["draft", "submit", "approve", "issue", "discard", "dispute", "resolve", "settle"]

ACTIONS: Mapping[State, tuple[Action, ...]] = {
    "draft": ("submit", "discard"),
    "submitted": ("approve", "discard"),
    "approved": ("issue", "discard"),
    "discarded": ("draft",),
    "issued": ("dispute", "settle"),
    "disputed": ("dispute", "resolve", "settle"),
    "resolved": ("dispute", "settle"),
    "settled": ("dispute",),
}


Postings = tuple[Posting, ...]


class Settlement(NamedTuple):
    """Money that one payer paid an investor on a statement, in minor units; negative: paid back by the investor."""

    number: int  # its sequence in the log
    statement: str
    payer: str
    investor: str
    minor: int
    value_date: date
    bank_reference: str
    postings: Postings
    reversed_by: int | None = None


class Dispute(NamedTuple):
    """What somebody contests of a statement: a line of its detail, or a metric; `outcome` once it is resolved."""

    number: int
    statement: str
    line: int | None
    metric: str | None
    actor: str
    on: date
    reason: str
    evidence: Document
    outcome: Literal["upheld", "rejected"] | None = None
    resolved_by: int | None = None


@dataclass(frozen=True)
class StatementLife:
    """One issued statement; amounts in minor units, `payable` and `due` by who pays and who owes."""

    id: str
    number: str
    sequence: int
    contract: str
    period: str
    through: date
    investor: str
    revision: int
    currency: str
    sha256: str
    issued_on: date
    issued_by: str
    payment_days: int
    lines_minor: int
    carried_in_minor: int
    carried_forward_minor: int
    due: Mapping[str, int]
    payable: Mapping[str, int]
    is_final: bool
    limit_used_minor: int | None = None  # of the contract's limit, where that is an amount
    guaranteed_minor: int = 0
    settlements: tuple[Settlement, ...] = ()
    disputes: tuple[Dispute, ...] = field(default=())

    @property
    def payable_minor(self) -> int:
        """What is to be paid on it in all; negative where the investor has to pay back."""
        return sum(self.payable.values())

    @property
    def settled(self) -> dict[str, int]:
        """What was paid and not reversed, by payer."""
        paid: dict[str, int] = {}
        for one in self.settlements:
            if one.reversed_by is None:
                paid[one.payer] = paid.get(one.payer, 0) + one.minor
        return paid

    @property
    def outstanding(self) -> dict[str, int]:
        """What is still to be paid by each party that was to pay or has paid; negative: paid too much."""
        paid = self.settled
        return {party: self.payable.get(party, 0) - paid.get(party, 0) for party in {**self.payable, **paid}}

    @property
    def settled_minor(self) -> int:
        """What was paid in all."""
        return sum(self.settled.values())

    @property
    def outstanding_minor(self) -> int:
        """What is still to be paid in all."""
        return self.payable_minor - self.settled_minor

    @property
    def due_on(self) -> date:
        """The day until which it is to be paid."""
        return self.issued_on + timedelta(days=self.payment_days)

    @property
    def state(self) -> State:
        """A dispute that is open comes before all; a statement with nothing left to pay is settled."""
        if any(dispute.outcome is None for dispute in self.disputes):
            return "disputed"
        if not any(self.outstanding.values()):
            return "settled"
        return "resolved" if self.disputes else "issued"

    @property
    def available_actions(self) -> tuple[Action, ...]:
        """What can be done with it now."""
        return ACTIONS[self.state]

    def with_settlement(self, settlement: Settlement) -> "StatementLife":
        """Once more was paid on it."""
        return replace(self, settlements=(*self.settlements, settlement))

    def with_reversal(self, number: int, by: int) -> "StatementLife":
        """Once one of its settlements is reversed."""
        told = (one._replace(reversed_by=by) if one.number == number else one for one in self.settlements)
        return replace(self, settlements=tuple(told))

    def with_dispute(self, dispute: Dispute) -> "StatementLife":
        """Once somebody contests it."""
        return replace(self, disputes=(*self.disputes, dispute))

    def with_resolution(self, number: int, outcome: Literal["upheld", "rejected"], by: int) -> "StatementLife":
        """Once one of its disputes is resolved."""
        told = (one._replace(outcome=outcome, resolved_by=by) if one.number == number else one for one in self.disputes)
        return replace(self, disputes=tuple(told))
