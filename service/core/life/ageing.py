"""What is due, overdue and paid on each statement as of a date, and how old what is outstanding is."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from service.core.life.contract_life import ContractLife
from service.core.life.owed import paid_on
from service.core.life.statements import StatementLife

Bucket = Literal["not yet due", "1-30 days", "31-60 days", "61-90 days", "over 90 days", "owed back"]
BUCKETS: tuple[Bucket, ...] = ("not yet due", "1-30 days", "31-60 days", "61-90 days", "over 90 days", "owed back")
_LAST_DAYS: tuple[tuple[int, Bucket], ...] = (
    (0, "not yet due"),
    (30, "1-30 days"),
    (60, "31-60 days"),
    (90, "61-90 days"),
)


class Aged(NamedTuple):
    """What one payer has to pay on a statement, in minor units; `days_overdue` is 0 on its due date and before."""

    statement: StatementLife
    payer: str
    payable_minor: int
    paid_minor: int
    days_overdue: int

    @property
    def outstanding_minor(self) -> int:
        """What is still to be paid; negative: paid too much, or owed back by the investor."""
        return self.payable_minor - self.paid_minor

    @property
    def bucket(self) -> Bucket | None:
        """How old what is outstanding is; None where nothing is."""
        if not self.outstanding_minor:
            return None
        if self.outstanding_minor < 0:
            return "owed back"
        return next((bucket for last, bucket in _LAST_DAYS if self.days_overdue <= last), "over 90 days")


def ageing(life: ContractLife, on: date) -> tuple[Aged, ...]:
    """Every statement and payer with anything to pay or paid by transactions dated up to the day, in order of issue.

    What is carried to a later statement is not due, and so in none of them.
    """
    return tuple(aged for statement in life.statements.values() for aged in _of_statement(life, statement, on))


def _of_statement(life: ContractLife, statement: StatementLife, on: date) -> Iterable[Aged]:
    payable = statement.payable if statement.through <= on else {}
    paid = paid_on(life, statement, on)
    overdue = max((on - statement.due_on).days, 0)
    for payer in dict.fromkeys([*payable, *paid]):
        yield Aged(statement, payer, payable.get(payer, 0), paid.get(payer, 0), overdue)


def by_bucket(aged: Iterable[Aged]) -> dict[Bucket, int]:
    """What is outstanding by age, in minor units; it adds up to all that is outstanding."""
    sums: dict[Bucket, int] = dict.fromkeys(BUCKETS, 0)
    for one in aged:
        if one.bucket is not None:
            sums[one.bucket] += one.outstanding_minor
    return sums
