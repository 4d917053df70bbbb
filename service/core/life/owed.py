"""What each payer owes each investor as of a date: stated, paid, outstanding, carried; in minor units."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from service.core.life.contract_life import ContractLife
from service.core.life.statements import StatementLife


class Owed(NamedTuple):
    """What statements state, what of it is to be paid, and what was paid.

    Always stated = paid + outstanding + carried. Outstanding is negative where too much was paid. Carried is what is
    not to be paid by these statements: a negative balance that goes on to the next one, or what was set off against
    another payer.
    """

    stated_minor: int = 0
    payable_minor: int = 0
    paid_minor: int = 0

    @property
    def outstanding_minor(self) -> int:
        """What is still to be paid; negative: paid too much."""
        return self.payable_minor - self.paid_minor

    @property
    def carried_minor(self) -> int:
        """What is stated and not to be paid by these statements."""
        return self.stated_minor - self.payable_minor

    def plus(self, other: "Owed") -> "Owed":
        """Both together."""
        return Owed(*(mine + its for mine, its in zip(self, other, strict=True)))


NOTHING_OWED = Owed()
Pair = tuple[str, str]  # payer, investor


def in_all(parts: Iterable[Owed]) -> Owed:
    """The sum."""
    total = NOTHING_OWED
    for part in parts:
        total = total.plus(part)
    return total


def counted(life: ContractLife, as_of: date) -> list[StatementLife]:
    """The statements of periods that ended by a date, in the order of issue."""
    return [statement for statement in life.statements.values() if statement.through <= as_of]


def paid_on(life: ContractLife, statement: StatementLife, as_of: date) -> dict[str, int]:
    """What was paid on a statement by value date, less what was taken back by then, by payer."""
    paid: dict[str, int] = {}
    for one in statement.settlements:
        if one.value_date <= as_of:
            paid[one.payer] = paid.get(one.payer, 0) + one.minor
        if life.reversed_on.get(one.number, date.max) <= as_of:
            paid[one.payer] = paid.get(one.payer, 0) - one.minor
    return paid


def owed_between(life: ContractLife, as_of: date) -> dict[Pair, Owed]:
    """By payer and investor, from every transaction dated up to `as_of`, in the order in which they first appear."""
    owed: dict[Pair, Owed] = {}
    for statement in life.statements.values():
        is_counted = statement.through <= as_of
        due, payable = (statement.due, statement.payable) if is_counted else ({}, {})
        paid = paid_on(life, statement, as_of)
        for payer in dict.fromkeys([*due, *payable, *paid]):
            pair = (payer, statement.investor)
            more = Owed(due.get(payer, 0), payable.get(payer, 0), paid.get(payer, 0))
            owed[pair] = owed.get(pair, NOTHING_OWED).plus(more)
    return owed


def drawn(life: ContractLife, investor: str, as_of: date) -> int:
    """Capital drawn by recorded drawdowns, less those taken back, in minor units."""
    own = [one for one in life.drawdowns.values() if one.investor == investor]
    paid_out = sum(one.minor for one in own if one.value_date <= as_of)
    return paid_out - sum(one.minor for one in own if life.reversed_on.get(one.number, date.max) <= as_of)
