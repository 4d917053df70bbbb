"""The payer's statement: what one payer owes to whom by a period's statements, what is paid, and what is pending."""

from collections.abc import Iterable, Iterator, Sequence

from service.core.bookkeeping.stated import Stated, Waiting
from service.core.canonical import Document
from service.core.evaluate import WHY_IN_WORDS, Why
from service.core.money import to_text
from service.core.period import Period
from service.core.statement.lines import party_name
from service.core.terms import TermsTimeline

ERASED = "Outcomes of participants who were erased"
_OF_ISSUED = ("paid", "outstanding")
_SUMS = ("outcomes", "beside", "due", "carried_in", "set_off", "payable", "carried_forward", *_OF_ISSUED)


def payers_of(terms: TermsTimeline) -> tuple[str, ...]:
    """Everybody who can owe by a statement: outcome payers and guarantors of any version, in the contract's order."""
    roles = {"outcome_payer", "guarantor"}
    named = (entry for version in terms.versions for entry in version.terms.parties.items())
    return tuple(dict.fromkeys(name for name, party in named if roles & {*party.roles}))


def payer_statement(terms: TermsTimeline, period: Period, payer: str, stated: Sequence[Stated]) -> Document:
    """A payer's statement from the statements of a period, all issued or all drafted, in the order of their issue.

    It names no participant. Its sums are the statements' own: `due` of all investors is what their `due_from` rows say.
    """
    in_force = terms.in_force(period.last_day)
    currency, is_issued = in_force.currency, all(one.life is not None for one in stated)
    rows = [_row(one, payer) for one in stated]
    waiting = [list(_mine(one.pending, payer)) for one in _last_of_each(stated)]
    known = [part.minor for parts in waiting for part in parts if part.minor is not None]
    titles = {metric.id: metric.title for version in terms.versions for metric in version.terms.metrics}
    sums = _SUMS if is_issued else _SUMS[: -len(_OF_ISSUED)]
    totals = {name: sum(row[name] for row in rows) for name in sums}
    return {
        "document": "payer's statement",
        "format": 1,
        "state": "issued" if is_issued else "preview",
        "contract": {"id": in_force.contract, "title": in_force.title},
        "period": {"label": period.label, "from": str(period.start), "through": str(period.last_day)},
        "payer": {"id": payer, "name": party_name(terms, payer)},
        "currency": currency,
        "illustrative": list(in_force.illustrative),
        "totals": {name: to_text(minor, currency) for name, minor in {**totals, "pending": sum(known)}.items()},
        "statements": [
            {**_head(one), **{name: to_text(row[name], currency) for name in totals}}
            for one, row in zip(stated, rows, strict=True)
        ],
        "owed": [entry for one in stated for entry in _owed(one, payer, titles, currency)],
        "beside": [entry for one in stated for entry in _beside(one, payer)],
        "pending": list(_pending(waiting, titles, currency)),
    }


def _row(one: Stated, payer: str) -> dict[str, int]:
    """The sums of one statement for the payer. `set_off`: by how much it pays less because others are owed back, or
    (negative) how much of what it is owed back others were spared."""
    due, payable = one.due.get(payer, 0), one.payable.get(payer, 0)
    carried_in, carried_forward = one.carried_in.get(payer, 0), one.carried_forward.get(payer, 0)
    outcomes = sum(minor for (owing, _), minor in one.owed.items() if owing == payer)
    return {
        "outcomes": outcomes,
        "beside": due - outcomes,
        "due": due,
        "carried_in": carried_in,
        "set_off": due + carried_in - payable - carried_forward,
        "payable": payable,
        "carried_forward": carried_forward,
        "paid": one.life.settled.get(payer, 0) if one.life else 0,
        "outstanding": one.life.outstanding.get(payer, 0) if one.life else 0,
    }


def _head(one: Stated) -> Document:
    head: Document = {"statement": one.document["number"], **_investor(one)}
    if one.life is not None:
        dates = {"issued_on": str(one.life.issued_on), "due_on": str(one.life.due_on)}
        head |= {"state": one.life.state, **dates, "sha256": one.life.sha256}
    return head


def _investor(one: Stated) -> Document:
    return {"investor": one.document["investor"]["id"], "investor_name": one.document["investor"]["name"]}


def _owed(one: Stated, payer: str, titles: dict[str, str], currency: str) -> Iterator[Document]:
    for (owing, metric), minor in one.owed.items():
        if owing == payer:
            title = ERASED if metric is None else titles[metric]
            amount = to_text(minor, currency)
            yield {
                "statement": one.document["number"],
                **_investor(one),
                "metric": metric,
                "title": title,
                "amount": amount,
            }


def _beside(one: Stated, payer: str) -> Iterator[Document]:
    for line in one.beside:
        if line["party"] == payer:
            told = {name: value for name, value in line.items() if name != "party"}
            yield {"statement": one.document["number"], **_investor(one), **told}


def _mine(pending: Iterable[Waiting], payer: str) -> Iterator[Waiting]:
    return (one for one in pending if one.payer == payer)


def _last_of_each(stated: Iterable[Stated]) -> Iterable[Stated]:
    """What waits is what the last statement to each investor says, where a period has several revisions."""
    return {one.document["investor"]["id"]: one for one in stated}.values()


def _pending(waiting: Iterable[Iterable[Waiting]], titles: dict[str, str], currency: str) -> Iterator[Document]:
    """A row a metric, step and reason. The statements of all investors hold the same pending outcomes: they are counted
    in one of them, and what the payer would owe is the sum over all."""
    cells: dict[tuple[str, str, str], list[list[int | None]]] = {}
    for parts in waiting:
        to_one: dict[tuple[str, str, str], list[int | None]] = {}
        for part in parts:
            to_one.setdefault((part.metric, part.step, part.why), []).append(part.minor)
        for cell, minors in to_one.items():
            cells.setdefault(cell, []).append(minors)
    for (metric, step, why), to_each in cells.items():
        yield {
            "metric": metric,
            "title": titles[metric],
            "step": step,
            "why": why,
            "in_words": WHY_IN_WORDS[Why(why)],
            "outcomes": max(map(len, to_each)),
            "without_amount": max(minors.count(None) for minors in to_each),
            "would_be_due": to_text(sum(minor or 0 for minors in to_each for minor in minors), currency),
        }
