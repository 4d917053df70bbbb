"""Vouchers: what each payer books of a period's issued statements, cost against debt, so that debits equal credits."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from service.core.bookkeeping.payer_statement import ERASED
from service.core.bookkeeping.stated import Stated
from service.core.money import from_text
from service.core.period import Period
from service.core.statement.beside import BesideKind
from service.core.statement.lines import party_name
from service.core.terms import Terms, TermsTimeline

VoucherKind = Literal["outcomes", "debt"] | BesideKind
NO_ACCOUNT = "no account is agreed for this in the contract's bookkeeping"
NO_DEBT_ACCOUNT = "no debt_account is agreed for this payer in the contract's bookkeeping"


class Voucher(NamedTuple):
    """One row of a voucher in minor units, on the debit or the credit side; account and cost centre as agreed, and a
    note where no account is."""

    number: str
    on: date
    payer: str
    investor: str
    kind: VoucherKind
    metric: str | None
    account: str | None
    cost_centre: str | None
    debit_minor: int
    credit_minor: int
    text: str
    note: str


def vouchers_of(terms: TermsTimeline, period: Period, stated: Iterable[Stated]) -> tuple[Voucher, ...]:
    """The vouchers of a period: a voucher a statement, with a row a payer and metric or line beside outcomes, and a row
    for the payer's debt to the investor. What is nothing has no row."""
    return tuple(row for one in stated for row in _Booker(terms, period, one).rows())


class _Booker:
    """Books one statement, under the bookkeeping that is agreed on the period's last day."""

    def __init__(self, terms: TermsTimeline, period: Period, stated: Stated) -> None:
        self._terms, self._period, self._stated = terms, period, stated
        self._agreed: Terms = terms.in_force(period.last_day)
        self._investor = stated.document["investor"]

    def rows(self) -> Iterator[Voucher]:
        """Payer by payer, what it owes and then the debt."""
        titles = {metric.id: metric.title for version in self._terms.versions for metric in version.terms.metrics}
        for payer, due in self._stated.due.items():
            for (owing, metric), minor in self._stated.owed.items():
                if owing == payer and minor:
                    title = ERASED if metric is None else titles[metric]
                    told = f"{title}, {self._period.label}, owed to {self._investor['name']}"
                    yield self._cost(payer, "outcomes", metric, minor, told)
            for line in self._stated.beside:
                if line["party"] == payer:
                    minor = from_text(line["amount"], self._agreed.currency)
                    yield self._cost(payer, line["kind"], None, minor, f"{line['kind']}: {line['sentence']}")
            if due:
                yield self._debt(payer, due)

    def _cost(self, payer: str, kind: VoucherKind, metric: str | None, minor: int, text: str) -> Voucher:
        booking = self._agreed.booking_of(payer, metric)
        account, centre = (booking.account, booking.cost_centre) if booking else (None, None)
        note = "" if booking else NO_ACCOUNT
        return self._row(payer, kind, metric, account, centre, minor, text, note)

    def _debt(self, payer: str, due: int) -> Voucher:
        booking = self._agreed.booking_of(payer, None)
        account = booking.debt_account if booking else None
        name = party_name(self._terms, payer)
        text = f"Debt of {name} to {self._investor['name']}, statement {self._stated.document['number']}"
        return self._row(payer, "debt", None, account, None, -due, text, "" if account else NO_DEBT_ACCOUNT)

    def _row(
        self,
        payer: str,
        kind: VoucherKind,
        metric: str | None,
        account: str | None,
        cost_centre: str | None,
        minor: int,
        text: str,
        note: str,
    ) -> Voucher:
        """What is positive stands on the debit side."""
        return Voucher(
            self._stated.document["number"],
            self._period.last_day,
            payer,
            self._investor["id"],
            kind,
            metric,
            account,
            cost_centre,
            max(minor, 0),
            max(-minor, 0),
            text,
            note,
        )
