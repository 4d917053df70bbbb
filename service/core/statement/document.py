"""The statement an investor receives: amounts, counts and causes, and no participant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.core import canonical, money
from service.core.canonical import Document
from service.core.money import to_text
from service.core.period import Period
from service.core.post import Transaction
from service.core.price import LimitUse
from service.core.statement.detail import PendingShare
from service.core.statement.groups import metric_section
from service.core.statement.lines import StatementLine
from service.core.terms import Terms, TermsTimeline, TermsVersion
from service.core.units import to_four_decimals


@dataclass(frozen=True, slots=True)
class Prior:
    """What the statement before this one left behind: its number, the digest of its bytes, what it carried on."""

    number: str
    sequence: int
    sha256: str
    carried_forward_minor: int
    stated_to_date_minor: int


def prior_of(stored: bytes) -> Prior:
    """Read from the bytes of an issued statement what the next one needs of it."""
    document = canonical.from_bytes(stored)
    currency, totals = document["currency"], document["totals"]
    return Prior(
        document["number"],
        document["sequence"],
        canonical.sha256_hex(stored),
        money.from_text(totals["carried_forward"], currency),
        money.from_text(totals["stated_to_date"], currency),
    )


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


def statement_document(content: Content) -> Document:
    """The statement as a document; `canonical.to_bytes` of it are the bytes that are issued."""
    timeline, period = content.terms, content.period
    terms = timeline.in_force(period.last_day)
    sections = tuple(_metric_sections(content, terms.smallest_group))
    document: Document = {
        "document": "payment statement",
        "format": 1,
        "number": content.number,
        "contract": {"id": terms.contract, "title": terms.title, "participant": terms.participant},
        "period": {"label": period.label, "from": str(period.start), "through": str(period.last_day)},
        "investor": {"id": content.investor, "name": _party_name(timeline, content.investor)},
        "currency": terms.currency,
        "terms": [_version_document(version) for version in timeline.versions],
        "terms_in_force": terms.version,
        "illustrative": list(terms.illustrative),
        "edition": terms.edition,
        "sequence": content.sequence,
        "totals": _totals(content, terms.currency),
        "metrics": list(sections),
        "limits": list(_limit_documents(content.limits, sections, terms)),
        "due_from": _due_from(content, terms.currency),
        "postings": [
            {"account": posting.account, "amount": to_text(posting.amount_minor, terms.currency)}
            for posting in content.transaction.postings
        ],
    }
    committed_minor = _committed_minor(content)
    if committed_minor is not None:
        document["capital"] = {"committed": to_text(committed_minor, terms.currency)}
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


def _totals(content: Content, currency: str) -> Document:
    """Negative totals are carried to the next statement and netted first; what was stated never counts them."""
    lines = sum(line.amount_minor for line in content.lines)
    carried = content.prior.carried_forward_minor if content.prior else 0
    stated_before = content.prior.stated_to_date_minor if content.prior else 0
    balance = lines + carried
    amounts = {
        "lines": lines,
        "carried_in": carried,
        "payable": max(balance, 0),
        "carried_forward": min(balance, 0),
        "stated_before": stated_before,
        "stated_to_date": stated_before + lines,
    }
    return {name: to_text(amount, currency) for name, amount in amounts.items()}


def _metric_sections(content: Content, smallest_group: int) -> Iterable[Document]:
    headings = _headings(content.terms)
    for metric_id, heading in headings.items():
        lines = [line for line in content.lines if line.key.outcome.metric == metric_id]
        pending = [share for share in content.pending if share.finding.metric == metric_id]
        currency = content.terms.latest.currency
        yield metric_section(heading, lines, pending, currency, smallest_group)


def _headings(terms: TermsTimeline) -> Mapping[str, Mapping[str, str]]:
    """Every metric of any version in order of first appearance, with the words of the latest version that holds it."""
    headings: dict[str, Mapping[str, str]] = {}
    for version in terms.versions:
        for metric in version.terms.metrics:
            headings[metric.id] = {"id": metric.id, "title": metric.title, "clause": metric.clause}
    return headings


def _limit_documents(uses: Sequence[LimitUse], sections: Sequence[Document], terms: Terms) -> Iterable[Document]:
    """Each limit's use; counts and units only where they tell neither about a merged metric nor about a few people."""
    merged = {section["id"] for section in sections if section["merged"]}
    currency = terms.currency
    for use in uses:
        hidden = bool(merged) if use.metric is None else use.metric in merged
        hidden = hidden or 0 < use.participants < terms.smallest_group
        entry: Document = {"scope": use.scope, "metric": use.metric}
        if use.limit.amount is not None:
            limit = money.to_minor(use.limit.amount, currency)
            left = max(limit - use.used_minor, 0)
            amounts = {"limit": limit, "used": use.used_minor, "left": left}
            yield {**entry, "in": currency, **{name: to_text(minor, currency) for name, minor in amounts.items()}}
        elif not hidden and use.limit.count is not None:
            left = max(use.limit.count - use.used_count, 0)
            yield {
                **entry,
                "in": "achievements",
                "limit": str(use.limit.count),
                "used": str(use.used_count),
                "left": str(left),
            }
        elif not hidden and use.limit.units is not None:
            used = to_four_decimals(use.used_units)
            yield {**entry, "in": "units", "limit": format(use.limit.units, "f"), "used": used}


def _due_from(content: Content, currency: str) -> list[Document]:
    return [
        {
            "party": payer,
            "name": _party_name(content.terms, payer),
            "amount": to_text(amount, currency),
        }
        for payer, amount in sorted(due_by_payer(content.lines).items())
    ]


def due_by_payer(lines: Iterable[StatementLine]) -> dict[str, int]:
    """What each payer owes the investor by these lines, in minor units."""
    due: dict[str, int] = {}
    for line in lines:
        due[line.key.payer] = due.get(line.key.payer, 0) + line.amount_minor
    return due


def _party_name(terms: TermsTimeline, party: str) -> str:
    for version in reversed(terms.versions):
        if party in version.terms.parties:
            return version.terms.parties[party].name
    return party


def _committed_minor(content: Content) -> int | None:
    shares = content.terms.in_force(content.period.last_day).shares.investors
    committed = next((share.committed for share in shares if share.party == content.investor), None)
    return None if committed is None else money.to_minor(committed, content.terms.latest.currency)
