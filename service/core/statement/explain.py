"""Explains a detail entry in sentences: what was found, what it pays by which terms, who owes it to whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.core.canonical import Document
from service.core.money import readable
from service.core.statement.lines import refs_from_document
from service.core.terms import Terms, TermsTimeline

_KINDS = {
    "new": "a new outcome of the period",
    "late": "an outcome of an earlier period, stated now",
    "change": "a change of what was stated",
    "reversal": "a reversal of what was stated",
    "amendment": "a difference brought about by amended terms",
    "displaced": "an outcome displaced from a full limit",
}


def explain(item: Mapping[str, Any], terms: TermsTimeline, statement: Mapping[str, Any]) -> Document:
    """The explanation of one line or pending finding of a statement's detail, as a title and paragraphs."""
    governing = next(v.terms for v in terms.versions if v.terms.version == item["version"])
    metric = governing.metric(item["metric"])
    words = metric.title if metric else item["metric"]
    heading = (
        f"{statement['contract']['title']}, detail of statement {statement['period']['label']} for "
        f"{statement['investor']['name']}, entry {item['position']}"
    )
    subject = f"{_capital(item['clause'])}, {words}, {item['step']}"
    if item["item"] == "pending":
        paragraphs = [f"{subject}: pending.", _finding(item, governing), _would_be(item, statement["currency"])]
    else:
        amount = f"{readable(item['amount'])} {statement['currency']}"
        paragraphs = [f"{subject}: {amount}, {_KINDS[item['kind']]}.", _finding(item, governing)]
        paragraphs += [*_price(item, governing, statement), _cause(item)]
    return {"title": heading, "paragraphs": paragraphs, "facts": item["facts"]}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _finding(item: Mapping[str, Any], terms: Terms) -> str:
    cited = _cited(item["facts"])
    who = f"{_capital(terms.participant)} {item['participant']}"
    return f"{who}: {item['sentence']}. It rests on {cited}." if cited else f"{who}: {item['sentence']}."


def _cited(facts: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(f"event {ref.id} of {ref.source}" for ref in refs_from_document(facts))


def _would_be(item: Mapping[str, Any], currency: str) -> str:
    if item["would_be_due"] is None:
        return "What it would pay is not known yet."
    return f"Achieved, it would be due with up to {readable(item['would_be_due'])} {currency}, before limits."


def _price(item: Mapping[str, Any], terms: Terms, statement: Mapping[str, Any]) -> list[str]:
    price, currency = item.get("price"), statement["currency"]
    if price is None:
        return [f"Nothing is due under it any more; {readable(item['stated_before'])} {currency} had been stated."]
    reached = f" for {price['value']}" if price["value"] else ""
    quantity = f" times {price['quantity']}" if price["tariff"] == "per_unit" else ""
    clipped = "; ".join(f"the limit per {clip['limit']} took {readable(clip['amount'])}" for clip in price["clipped"])
    mark = " (illustrative)" if any("tariff" in mark for mark in terms.illustrative) else ""
    investor, payer = statement["investor"]["name"], terms.parties[item["payer"]].name
    terms_named = f"by terms version {terms.version}, {item['clause']}"
    told = (
        f"Price {readable(price['unit_price'])}{mark}{reached}{quantity} {terms_named}: {readable(price['gross'])}. "
        f"{_capital(clipped) or 'No limit took anything'}. "
        f"{payer} owes {readable(price['payer_part'])} of {readable(price['net'])}; "
        f"{item['share']['investor']} of it is due to {investor}: {readable(item['due'])}."
    )
    if item["stated_before"].strip("-0.") == "":
        return [told]
    return [
        told,
        f"{readable(item['stated_before'])} {currency} had been stated before; the difference is stated here.",
    ]


def _cause(item: Mapping[str, Any]) -> str:
    return f"Why it stands here: {item['cause']['sentence']}."
