"""The statement an investor receives: amounts, counts and causes, and no participant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.core import money
from service.core.canonical import Document
from service.core.evaluate import Finding
from service.core.money import to_text
from service.core.period import Period
from service.core.post import Transaction
from service.core.price import LimitUse
from service.core.statement.beside import Beside, beside_document, closing_document
from service.core.statement.capital import Stand, capital_sections
from service.core.statement.detail import PendingShare
from service.core.statement.groups import metric_section
from service.core.statement.lines import StatementLine, party_name
from service.core.statement.moved import due_by_party, settle_up
from service.core.statement.netting import Netted
from service.core.statement.plans import plan_document
from service.core.statement.prior import Prior
from service.core.terms import Terms, TermsTimeline, TermsVersion
from service.core.units import to_four_decimals


@dataclass(frozen=True, slots=True)
class Content:
    """All that goes into one statement."""

    terms: TermsTimeline
    period: Period
    investor: str
    number: str
    sequence: int
    lines: tuple[StatementLine, ...]
    pending: tuple[PendingShare, ...]
    limits: tuple[LimitUse, ...]
    transaction: Transaction
    prior: Prior | None
    detail_digest: str | None
    findings: tuple[Finding, ...]
    stand: Stand
    sections: tuple[Document, ...]  # of its metrics
    merged: frozenset[str]  # the metrics that any statement of this issue shows the total of only
    deferred: frozenset[str]  # the metrics that no statement of this issue tells of
    beside: Beside


def statement_document(content: Content) -> Document:
    """The statement as a document; `canonical.to_bytes` of it are the bytes that are issued."""
    timeline, period = content.terms, content.period
    terms = timeline.in_force(period.last_day)
    due = settle_up(content.prior, content.lines, content.beside)
    document: Document = {
        "document": "payment statement",
        "format": 1,
        "number": content.number,
        "contract": {"id": terms.contract, "title": terms.title, "participant": terms.participant},
        "period": {"label": period.label, "from": str(period.start), "through": str(period.last_day)},
        "investor": {"id": content.investor, "name": party_name(timeline, content.investor)},
        "currency": terms.currency,
        "terms": [_version_document(version) for version in timeline.versions],
        "terms_in_force": terms.version,
        "illustrative": list(terms.illustrative),
        "edition": terms.edition,
        "sequence": content.sequence,
        "totals": _totals(content, due, terms.currency),
        "metrics": list(content.sections),
        "limits": list(_limit_documents(content.limits, content.merged, terms)),
        "due_from": _due_from(content, terms.currency),
        "postings": [
            {"account": posting.account, "amount": to_text(posting.amount_minor, terms.currency)}
            for posting in content.transaction.postings
        ],
    }
    document |= _who_pays(content, due, terms.currency)
    document |= _beside_sections(content.beside, terms)
    document |= capital_sections(
        timeline, period, content.investor, content.stand, is_final=content.beside.closing is not None
    )
    plan = plan_document(timeline, content.findings, period, content.merged | content.deferred)
    if plan is not None:
        document["plan"] = plan
    if content.prior is not None:
        document["previous"] = {"number": content.prior.number, "sha256": content.prior.sha256}
    if content.detail_digest is not None:
        document["detail_digest"] = content.detail_digest
    return document


def _version_document(version: TermsVersion) -> Document:
    return {
        "version": version.terms.version,
        "effective_from": str(version.terms.effective_from),
        "sha256": version.sha256,
    }


def _totals(content: Content, due: Netted, currency: str) -> Document:
    """Negative totals are carried to the next statement and netted first; what was stated never counts them."""
    lines = sum(line.amount_minor for line in content.lines) + content.beside.total_minor
    carried = content.prior.carried_forward_minor if content.prior else 0
    stated_before = content.prior.stated_to_date_minor if content.prior else 0
    amounts = {
        "lines": lines,
        "carried_in": carried,
        "payable": due.payable_minor,
        "carried_forward": due.carried_minor,
        "stated_before": stated_before,
        "stated_to_date": stated_before + lines,
    }
    return {name: to_text(amount, currency) for name, amount in amounts.items()}


def metric_sections(
    terms: TermsTimeline, period: Period, lines: Sequence[StatementLine], pending: Sequence[PendingShare]
) -> tuple[Document, ...]:
    """What one statement shows of every metric."""
    currency, smallest_group = terms.latest.currency, terms.in_force(period.last_day).smallest_group
    return tuple(
        metric_section(
            heading,
            [line for line in lines if line.key.outcome.metric == metric_id],
            [share for share in pending if share.finding.metric == metric_id],
            currency,
            smallest_group,
        )
        for metric_id, heading in _headings(terms).items()
    )


def _headings(terms: TermsTimeline) -> Mapping[str, Mapping[str, str]]:
    """Every metric of any version in order of first appearance, with the words of the latest version that holds it."""
    headings: dict[str, Mapping[str, str]] = {}
    for version in terms.versions:
        for metric in version.terms.metrics:
            headings[metric.id] = {"id": metric.id, "title": metric.title, "clause": metric.clause}
    return headings


def merged_metrics(sections: Iterable[Document]) -> frozenset[str]:
    """The metrics that show their total only, because one of their groups is too small."""
    return frozenset(section["id"] for section in sections if section["merged"])


def _limit_documents(uses: Sequence[LimitUse], merged: frozenset[str], terms: Terms) -> Iterable[Document]:
    """Each limit's use: amounts to date, and a period's own use where it tells neither about a merged metric nor about
    a few people. A period's own amount sets its outcomes apart from those that came late; two counts to date, one after
    the other, would tell what the period between them hid."""
    for use in uses:
        few = 0 < use.participants < terms.smallest_group
        is_told = not (merged or few) if use.scope == "period" else use.limit.amount is not None
        entry: Document = {"scope": use.scope, "metric": use.metric}
        if use.payer is not None:
            entry["payer"] = use.payer
        yield {**entry, **_limit(use, terms.currency), **(_used(use, terms.currency) if is_told else {})}


def _limit(use: LimitUse, currency: str) -> Document:
    if use.limit.amount is not None:
        return {"in": currency, "limit": to_text(money.to_minor(use.limit.amount, currency), currency)}
    if use.limit.count is not None:
        return {"in": "achievements", "limit": str(use.limit.count)}
    return {"in": "units", "limit": format(use.limit.units, "f")}


def _used(use: LimitUse, currency: str) -> Document:
    if use.limit.amount is not None:
        left = max(money.to_minor(use.limit.amount, currency) - use.used_minor, 0)
        return {"used": to_text(use.used_minor, currency), "left": to_text(left, currency)}
    if use.limit.count is not None:
        return {"used": str(use.used_count), "left": str(max(use.limit.count - use.used_count, 0))}
    return {"used": to_four_decimals(use.used_units)}


def _due_from(content: Content, currency: str) -> list[Document]:
    return _by_party(content, due_by_party(content.lines, content.beside), currency)


def _by_party(content: Content, minor_by_party: Mapping[str, int], currency: str) -> list[Document]:
    return [
        {"party": party, "name": party_name(content.terms, party), "amount": to_text(minor, currency)}
        for party, minor in sorted(minor_by_party.items())
    ]


def _who_pays(content: Content, due: Netted, currency: str) -> Document:
    """Who pays what, and what is carried from whom, where that is not what each owes by this statement's lines."""
    owed = {party: minor for party, minor in due_by_party(content.lines, content.beside).items() if minor}
    sections: Document = {}
    if due.payable != owed:
        sections["payable_from"] = _by_party(content, due.payable, currency)
    if due.carried:
        sections["carried_from"] = _by_party(content, due.carried, currency)
    return sections


def _beside_sections(beside: Beside, terms: Terms) -> Document:
    """What stands beside outcomes, final settlement, and that one person may approve; each where there is any."""
    document: Document = {}
    if beside.lines:
        document["beside"] = [beside_document(line, terms.currency) for line in beside.lines]
    if beside.closing is not None:
        document["final_settlement"] = closing_document(beside.closing, terms.currency)
    if terms.approval == "one-person":
        document["approval"] = "one person may prepare and approve this statement"
    return document
