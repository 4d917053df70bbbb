"""Explains a detail entry in sentences: what was found, what it pays by which terms, who owes it to whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.core.canonical import Document
from service.core.money import readable
from service.core.statement.lines import party_name, refs_from_document
from service.core.terms import Terms, TermsTimeline

KINDS_IN_WORDS: Mapping[str, str] = {
    "new": "a new outcome of the period",
    "late": "an outcome of an earlier period, stated now",
    "change": "a change of what was stated",
    "reversal": "a reversal of what was stated",
    "amendment": "a difference brought about by amended terms",
    "displaced": "an outcome displaced from a full limit",
}


def explain(item: Mapping[str, Any], terms: TermsTimeline, statement: Mapping[str, Any]) -> Document:
    """The explanation of one line or pending finding of a statement's detail, as a title and paragraphs."""
    if item["item"] == "beside":
        return _explain_beside(item, terms, statement)
    if item["item"] == "deferral":
        return _explain_deferral(item, terms, statement)
    governing = next(v.terms for v in terms.versions if v.terms.version == item["version"])
    metric = governing.metric(item["metric"])
    words = metric.title if metric else item["metric"]
    subject = f"{capital(item['clause'])}, {words}, {item['step']}"
    if item["item"] == "pending":
        paragraphs = [f"{subject}: pending.", _finding(item, governing), _would_be(item, statement["currency"])]
    else:
        amount = f"{readable(item['amount'])} {statement['currency']}"
        paragraphs = [f"{subject}: {amount}, {KINDS_IN_WORDS[item['kind']]}.", _finding(item, governing)]
        paragraphs += [*_price(item, governing, terms, statement), _cause(item)]
        if item["item"] == "deferred":
            paragraphs.insert(0, "Not stated yet: its metric waits for larger groups. This is what it would state.")
    return {"title": _heading(item, statement), "paragraphs": paragraphs, "facts": item["facts"]}


def _heading(item: Mapping[str, Any], statement: Mapping[str, Any]) -> str:
    return (
        f"{statement['contract']['title']}, detail of statement {statement['period']['label']} for "
        f"{statement['investor']['name']}, entry {item['position']}"
    )


def _explain_beside(item: Mapping[str, Any], terms: TermsTimeline, statement: Mapping[str, Any]) -> Document:
    """A line that no outcome stands behind: an adjustment, the guarantee, what is let go."""
    amount = f"{readable(item['amount'])} {statement['currency']}"
    owes = f"{party_name(terms, item['party'])} owes it to {statement['investor']['name']}."
    paragraphs = [f"{capital(item['kind'])}: {amount}.", f"{capital(item['sentence'])}.", owes]
    return {"title": _heading(item, statement), "paragraphs": paragraphs, "facts": []}


def _explain_deferral(item: Mapping[str, Any], terms: TermsTimeline, statement: Mapping[str, Any]) -> Document:
    """Why nothing of a metric is stated."""
    found = (version.terms.metric(item["metric"]) for version in reversed(terms.versions))
    title = next((metric.title for metric in found if metric), item["metric"])
    amount = f"{readable(item['amount'])} {statement['currency']}"
    told = f"{title}: nothing is stated of it yet, {amount} waits. Why: {item['sentence']}."
    until = "It is stated once every group of it is large enough, at the latest at final settlement."
    return {"title": _heading(item, statement), "paragraphs": [told, until], "facts": []}


def capital(text: str) -> str:
    """The text with its first letter large, for the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _finding(item: Mapping[str, Any], terms: Terms) -> str:
    cited = _cited(item["facts"])
    who = f"{capital(terms.participant)} {item['participant']}" if item["participant"] else "The group"
    return f"{who}: {item['sentence']}. It rests on {cited}." if cited else f"{who}: {item['sentence']}."


def _cited(facts: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(f"event {ref.id} of {ref.source}" for ref in refs_from_document(facts))


def _would_be(item: Mapping[str, Any], currency: str) -> str:
    if item["would_be_due"] is None:
        return "What it would pay is not known yet."
    return f"Achieved, it would be due with up to {readable(item['would_be_due'])} {currency}, before limits."


def _price(item: Mapping[str, Any], terms: Terms, timeline: TermsTimeline, statement: Mapping[str, Any]) -> list[str]:
    price, currency = item.get("price"), statement["currency"]
    if price is None:
        return [f"Nothing is due under it any more; {readable(item['stated_before'])} {currency} had been stated."]
    investor, payer = statement["investor"]["name"], party_name(timeline, item["payer"])
    told = f"{_gross(item, terms)} {_limits(price, timeline)} {_owed(item, payer, investor)}."
    if item["stated_before"].strip("-0.") == "":
        return [told]
    return [
        told,
        f"{readable(item['stated_before'])} {currency} had been stated before; the difference is stated here.",
    ]


def _gross(item: Mapping[str, Any], terms: Terms) -> str:
    """How the gross amount came about: by one price, or step by step."""
    price = item["price"]
    mark = " (illustrative)" if any("tariff" in mark for mark in terms.illustrative) else ""
    terms_named = f"by terms version {terms.version}, {item['clause']}"
    if price.get("steps"):
        steps = "; ".join(f"{step['step']}: {step['told']}: {readable(step['amount'])}" for step in price["steps"])
        return f"Price{mark} {terms_named}, step by step: {steps}. Before limits: {readable(price['gross'])}."
    reached = f" for {price['value']}" if price["value"] else ""
    quantity = f" times {price['quantity']}" if price["tariff"] == "per_unit" else ""
    return f"Price {readable(price['unit_price'])}{mark}{reached}{quantity} {terms_named}: {readable(price['gross'])}."


def _limits(price: Mapping[str, Any], terms: TermsTimeline) -> str:
    told = [
        f"the limit per {clip['limit']}{_whose(clip, terms)} took {readable(clip['amount'])}"
        for clip in price["clipped"]
    ]
    told += [
        f"{party_name(terms, one['by'])} took over {readable(one['amount'])} above the limit of "
        f"{party_name(terms, one['from'])}"
        for one in price.get("taken_over", ())
    ]
    return f"{capital('; '.join(told)) or 'No limit took anything'}."


def _whose(clip: Mapping[str, str], terms: TermsTimeline) -> str:
    return f", that of {party_name(terms, clip['payer'])}," if "payer" in clip else ""


def _owed(item: Mapping[str, Any], payer: str, investor: str) -> str:
    """The payer's part and the investor's of it: by its share where the terms name one, else by the pieces given when
    it was stated, which may leave some with the payer. A negative amount is owed the other way."""
    price, share, due = item["price"], item["share"], item["due"]
    is_backwards, fraction = price["payer_part"].startswith("-"), share["investor"]
    part, net = readable(price["payer_part"].removeprefix("-")), readable(price["net"])
    mine = readable(due.removeprefix("-") if is_backwards else due)
    if fraction is not None:
        whose = f"{investor} owes {fraction} of it" if is_backwards else f"{fraction} of it is due to {investor}"
        told = f"{payer} is owed {part}" if is_backwards else f"{payer} owes {part} of {net}"
        return f"{told}; {whose}: {mine}"
    pieces = ", ".join(f"{readable(one['amount'])} by {one['given_by']}" for one in share.get("pieces", ()))
    whose = f"{investor} owes {mine} of it" if is_backwards else f"{mine} of it is due to {investor}"
    told = f"The part owed to {payer} is {part}" if is_backwards else f"The part of {payer} is {part} of {net}"
    return f"{told}; {whose}" + (f"; stated here: {pieces}" if pieces else "")


def _cause(item: Mapping[str, Any]) -> str:
    return f"Why it stands here: {item['cause']['sentence']}."
