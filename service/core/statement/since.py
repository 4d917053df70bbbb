"""What changed between two statements of an investor, in sentences: for the investor from issued statements alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from service.core import canonical, money
from service.core.canonical import Document
from service.core.money import readable
from service.core.statement.amendments import amendment_document, amendments_in_words, amendments_learned
from service.core.statement.explain import KINDS_IN_WORDS, capital
from service.core.statement.lines import CauseCode, LineKind
from service.core.terms import TermsTimeline, TermsVersion
from service.core.terms.describe.told import plural

# How an investor is told a group of lines: what happened, never to whom.
KINDS_TOLD: Mapping[LineKind, str] = {
    "new": "New",
    "late": "Stated late",
    "change": "Changed",
    "reversal": "Taken back",
    "amendment": "Amended",
    "displaced": "Displaced",
}
CAUSES_TOLD: Mapping[CauseCode, str] = {
    "outcome": "achieved in the period",
    "first-statement": "the first statement states outcomes of earlier periods too",
    "late-fact": "what proves it became known only after the statement before",
    "later-fact": "a fact that became known later decides otherwise",
    "correction": "a fact was corrected",
    "retraction": "a fact was withdrawn",
    "terms-version": "the terms were amended",
    "limit-filled": "outcomes that come before it have filled a limit",
    "limit-freed": "a limit has room again",
    "count-moved": "its price follows a number of outcomes or enrolments, which has moved",
    "period-ended": "the end of a period decided it, and nothing that was learned",
    "outcome-stated": "it waited until what it requires stood on a statement",
    "waited": "it became known late, or waited until every group was large enough to be told of",
}


@dataclass(frozen=True)
class IssuedStatement:
    """A statement's bytes as issued, the terms known to it, and the n of the contract's statements before it (or 0)."""

    stored: bytes
    terms: TermsTimeline
    previous_sequence: int = 0

    @cached_property
    def document(self) -> Document:
        """The statement as it was sent."""
        return canonical.from_bytes(self.stored)

    @cached_property
    def learned(self) -> tuple[TermsVersion, ...]:
        """The amendments learned since the contract's statements before it: only they change what was stated."""
        return amendments_learned(self.terms, self.previous_sequence) if self.previous_sequence else ()

    @cached_property
    def amendments(self) -> tuple[TermsVersion, ...]:
        """Those learned, and those known before that came into force in its period, by their first days."""
        period = self.document["period"]
        return tuple(
            version
            for version in self.terms.versions
            if version in self.learned
            or (version is not self.terms.versions[0] and period["from"] <= _first_day(version) <= period["through"])
        )

    @property
    def named(self) -> Document:
        """How it is cited: its number, its period and the digest of its bytes."""
        document = self.document
        digest = canonical.sha256_hex(self.stored)
        return {"number": document["number"], "period": document["period"]["label"], "sha256": digest}


def _first_day(version: TermsVersion) -> str:
    return version.terms.effective_from.isoformat()


def changes_between(before: IssuedStatement | None, since: Sequence[IssuedStatement]) -> Document:
    """What an investor is told of everything stated after `before` (None: from the beginning), through the last.

    `since` holds every statement to the investor after `before`, oldest first, never empty. Nothing is read but the
    statements themselves and the terms they name, and what is told stays told by statement: counts of participants are
    never joined, and where a statement shows only a metric's total, so does this.
    """
    now = since[-1].document
    currency = now["currency"]
    then_minor = money.from_text(before.document["totals"]["stated_to_date"], currency) if before else 0
    more_minor = money.from_text(now["totals"]["stated_to_date"], currency) - then_minor
    return {
        "title": _title(before, now),
        "contract": now["contract"],
        "investor": now["investor"],
        "currency": currency,
        "illustrative": now["illustrative"],
        "since": before.named if before else None,
        "until": since[-1].named,
        "totals_then": before.document["totals"] if before else None,
        "totals_now": now["totals"],
        "stated_between": money.to_text(more_minor, currency),
        "summary": _summary(before, now, money.to_text(more_minor, currency)),
        "amendments": list(map(amendment_document, _once(since))),
        "metrics": [_metric(heading, since, currency) for heading in now["metrics"]],
    }


def _once(since: Sequence[IssuedStatement]) -> Iterable[TermsVersion]:
    """Every amendment of the statements: one can be learned with one statement and come into force with a later one."""
    return {version.terms.version: version for one in since for version in one.amendments}.values()


def _title(before: IssuedStatement | None, now: Document) -> str:
    since = f"since the statement for {before.document['period']['label']}" if before else "since the beginning"
    return (
        f"{now['contract']['title']}: what the statement for {now['period']['label']} changed for "
        f"{now['investor']['name']} {since}"
    )


def _summary(before: IssuedStatement | None, now: Document, more: str) -> str:
    currency, total = now["currency"], readable(now["totals"]["stated_to_date"])
    if before is None:
        return f"{total} {currency} stated to date; this is the first statement."
    then = readable(before.document["totals"]["stated_to_date"])
    return f"{total} {currency} stated to date, {then} then: a difference of {readable(more)}."


def _metric(heading: Mapping[str, Any], since: Sequence[IssuedStatement], currency: str) -> Document:
    sections = [
        (one, section) for one in since for section in one.document["metrics"] if section["id"] == heading["id"]
    ]
    total_minor = sum(money.from_text(section["total"], currency) for _, section in sections)
    changes = (
        change
        for one, section in sections
        for change in _changes(one, section, f", stated for {one.named['period']}" if len(since) > 1 else "")
    )
    return {
        **{name: heading[name] for name in ("id", "title", "clause")},
        "total": money.to_text(total_minor, currency),
        "changes": list(changes),
    }


def _changes(one: IssuedStatement, section: Mapping[str, Any], stated_for: str) -> Iterator[Document]:
    number, currency, what = one.document["number"], one.document["currency"], capital(section["clause"])
    if section["merged"]:
        total = f"{readable(section['total'])} {currency} in all"
        told = f"{what}{stated_for}: {total}; a group is too small to be shown by itself."
        yield {"statement": number, "merged": True, "amount": section["total"], "sentence": told}
        return
    for cell in section["lines"]:
        is_amended = cell["cause"] == "terms-version"
        amount, people = readable(cell["amount"]), plural(cell["participants"], "participant")
        yield {
            "statement": number,
            "merged": False,
            **{name: cell[name] for name in ("kind", "cause", "step", "outcome_period", "participants", "amount")},
            "amendments": list(map(amendment_document, one.learned)) if is_amended else [],
            "sentence": f"{what}, {_cell(cell)}{stated_for}: {amount} {currency}, {people}. {_why(cell, one.learned)}.",
        }


def _cell(cell: Mapping[str, Any]) -> str:
    step = f"{cell['step']} {price_in_words(cell['tariff'])}" if cell["tariff"] else cell["step"]
    return f"{step}, outcomes of {cell['outcome_period']}"


def _why(cell: Mapping[str, Any], amendments: Sequence[TermsVersion]) -> str:
    is_amended = cell["cause"] == "terms-version" and amendments
    why = amendments_in_words(amendments) if is_amended else CAUSES_TOLD[cell["cause"]]
    return f"{KINDS_TOLD[cell['kind']]}: {why}"


def price_in_words(tariff: str) -> str:
    """One price, or the kind of the tariff where no single price makes the amount."""
    return f"at {readable(tariff)}" if tariff.strip("-.0123456789") == "" else f"by {tariff.replace('_', ' ')}"


def line_change(item: Mapping[str, Any], one: IssuedStatement) -> Document:
    """What finance and auditors are told of a line in a statement's detail: its difference, its cause and what brought
    that about, the facts of the cause or the amendments learned since the contract's statements before."""
    statement = one.document
    who = f"{statement['contract']['participant']} {item['participant']}" if item["participant"] else "the group"
    amount = f"{readable(item['amount'])} {statement['currency']}"
    heading = f"{capital(item['clause'])}, {item['step']}, {who}, outcome of {item['outcome_period']}: {amount}"
    names = ("kind", "metric", "step", "participant", "outcome_period", "payer", "amount", "stated_before", "due")
    is_amended = item["cause"]["code"] == "terms-version"
    return {
        "statement": statement["number"],
        "line": item["position"],
        **{name: item[name] for name in (*names, "cause")},
        "amendments": list(map(amendment_document, one.learned)) if is_amended else [],
        "sentence": f"{heading}, {KINDS_IN_WORDS[item['kind']]}. Why: {item['cause']['sentence']}.",
    }
