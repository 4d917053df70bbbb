"""What is due, overdue and paid as a document: a row a statement and payer, and sums by age and currency."""

from collections.abc import Iterable

from service.core.canonical import Document
from service.core.life.ageing import Aged, by_bucket
from service.core.life.contract_life import ContractLife
from service.core.money import to_text
from service.core.statement.lines import party_name


def ageing_document(party: str, aged: Iterable[tuple[ContractLife, Iterable[Aged]]]) -> Document:
    """What concerns one party, contract by contract; `aged` holds its rows only."""
    by_currency: dict[str, list[Aged]] = {}
    rows = []
    for life, found in aged:
        for one in found:
            rows.append(_row(life, one))
            by_currency.setdefault(life.currency, []).append(one)
    return {
        "party": party,
        "statements": rows,
        "totals": [_total(currency, same) for currency, same in by_currency.items()],
    }


def _row(life: ContractLife, one: Aged) -> Document:
    statement, currency = one.statement, life.currency
    return {
        "statement": statement.id,
        "contract": statement.contract,
        "period": statement.period,
        "investor": statement.investor,
        "payer": one.payer,
        "payer_name": party_name(life.terms, one.payer),
        "currency": currency,
        "state": statement.state,
        "issued_on": str(statement.issued_on),
        "due_on": str(statement.due_on),
        "days_overdue": one.days_overdue if one.outstanding_minor > 0 else 0,
        "payable": to_text(one.payable_minor, currency),
        "paid": to_text(one.paid_minor, currency),
        "outstanding": to_text(one.outstanding_minor, currency),
        "age": one.bucket,
    }


def _total(currency: str, same: Iterable[Aged]) -> Document:
    sums = by_bucket(same)
    return {
        "currency": currency,
        "outstanding": to_text(sum(sums.values()), currency),
        "ages": [{"age": bucket, "outstanding": to_text(minor, currency)} for bucket, minor in sums.items()],
    }
