"""Statements as workbooks: the head and every single value first, then a sheet a list, whatever lists they hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from service.core import canonical
from service.core.canonical import Document
from service.render.document_words import word_of
from service.render.documents import facts_sheet, parts_of, table_sheet
from service.render.sheets import Sheet, Workbook, stacked

# The single values in the order in which they are read; what is in neither list stands between the two.
_FIRST = (
    *("number", "contract.title", "contract.id", "contract.participant", "investor.name", "investor.id"),
    *("period.label", "period.from", "period.through", "currency"),
    *("totals.lines", "totals.carried_in", "totals.payable", "totals.carried_forward"),
    *("totals.stated_before", "totals.stated_to_date"),
    *("capital.committed", "capital.drawn", "capital.balance"),
    *("return_cap.amount", "return_cap.stated_to_date", "return_cap.left", "return_cap.beyond"),
    *("guarantee.name", "guarantee.party", "guarantee.amount", "guarantee.shortfall", "guarantee.would_cover"),
    *("plan.from", "plan.reason"),
)
_LAST = (
    *("document", "format", "edition", "sequence", "terms_in_force", "illustrative"),
    *("previous.number", "previous.sha256", "detail_digest", "sha256"),
)
# Each list with the fields of its entries in the order in which they are read; other lists follow with what they hold.
_LISTS: dict[str, tuple[str, ...]] = {
    "adjustments": ("id", "payer", "amount", "reason"),
    "beside": ("kind", "party", "amount", "sentence"),
    "due_from": ("party", "name", "amount"),
    "limits": ("scope", "metric", "payer", "in", "limit", "used", "left"),
    "tranches": ("id", "stated_to_date", "cap", "left"),
    "plan.metrics": ("metric", "planned", "achieved", "planned_amount"),
    "terms": ("version", "effective_from", "sha256"),
    "postings": ("account", "amount"),
}
_ALWAYS = ("due_from", "limits", "terms", "postings")
_TITLES = {"plan.metrics": "Plan"}
_METRIC = ("metric", "metric_title", "clause")
_METRICS = (*_METRIC, "total", "merged")
_GROUPS: dict[str, tuple[str, ...]] = {
    "lines": ("step", "kind", "cause", "outcome_period", "tariff", "participants", "amount"),
    "clipped": ("limit", "step", "outcome_period", "participants", "would_have_paid", "clipped"),
    "pending": ("step", "in_words", "why", "participants", "would_be_due"),
}


def statement_workbook(stored: bytes) -> Workbook:
    """A statement from its issued bytes; every amount, count and date of it stands in one of the sheets."""
    document = canonical.from_bytes(stored)
    return Workbook(f"Payment statement {document['number']}", tuple(_sheets(document, stored)))


def statements_workbook(title: str, stored: Iterable[bytes]) -> Workbook:
    """Several statements in one workbook: a sheet with a row each, then their sheets one below the other, each row led
    by the number of its statement."""
    known = [(canonical.from_bytes(one), one) for one in stored]
    by_title: dict[str, list[Sheet]] = {}
    for document, one in known:
        for sheet in _sheets(document, one):
            by_title.setdefault(sheet.title, []).append(sheet.led_by("Statement", document["number"]))
    overview = _overview([document for document, _ in known])
    return Workbook(title, (overview, *(stacked(name, sheets) for name, sheets in by_title.items())))


def _overview(documents: Sequence[Document]) -> Sheet:
    """A row a statement, with its totals; nothing is added up here, because currencies may differ."""
    rows = [
        {"statement": one["number"], "contract": one["contract"]["title"], "investor": one["investor"]["name"]}
        | {"period": one["period"]["label"], "currency": one["currency"]}
        | one["totals"]
        for one in documents
    ]
    return table_sheet("Statements", rows)


def _sheets(document: Document, stored: bytes) -> Iterator[Sheet]:
    parts = parts_of(document)
    yield facts_sheet("Statement", _in_order({**parts.singles, "sha256": canonical.sha256_hex(stored)}))
    metrics = parts.tables.pop("metrics")
    yield table_sheet("Metrics", map(_metric, metrics), _METRICS)
    for name, keys in _GROUPS.items():
        yield table_sheet(name.capitalize(), _groups(metrics, name), (*_METRIC, *keys), name)
    for name in dict.fromkeys([*_LISTS, *parts.tables]):
        if parts.tables.get(name) or name in _ALWAYS:
            title = _TITLES.get(name, word_of(name).title)
            yield table_sheet(title, parts.tables.get(name, ()), _LISTS.get(name, ()), name)


def _in_order(singles: Mapping[str, Any]) -> dict[str, Any]:
    between = [name for name in singles if name not in _FIRST and name not in _LAST]
    return {name: singles[name] for name in (*_FIRST, *between, *_LAST) if name in singles}


def _metric(metric: Document) -> Document:
    """A metric without its groups, which have sheets of their own."""
    named = {"metric": metric["id"], "metric_title": metric["title"]}
    return named | {name: value for name, value in metric.items() if name not in ("id", "title", *_GROUPS)}


def _groups(metrics: Sequence[Document], name: str) -> Iterator[dict[str, Any]]:
    """The groups of all metrics, each with its metric."""
    for metric in metrics:
        named = {"metric": metric["id"], "metric_title": metric["title"], "clause": metric["clause"]}
        yield from (named | group for group in metric.get(name, ()))
