"""Details as workbooks: the lines, what waits, and what makes the amounts up, each row with its entry's number."""

from collections.abc import Iterable, Iterator
from typing import Any

from service.core import canonical
from service.core.canonical import Document
from service.render.document_words import word_of
from service.render.documents import facts_sheet, parts_of, table_sheet
from service.render.sheets import Sheet, Workbook

_OF_ANY = ("position", "metric", "step", "participant")
_LINE = (
    *_OF_ANY,
    *("kind", "achieved_on", "outcome_period", "payer", "investor", "amount", "stated_before", "due", "sentence"),
    *("cause.code", "cause.sentence", "price.tariff", "price.unit_price", "price.quantity", "price.value"),
    *("price.gross", "price.net", "price.payer_part", "share.payer", "share.investor", "people"),
    *("version", "clause", "facts", "cause.facts"),
)
_PENDING = (*_OF_ANY, "why", "would_be_due", "sentence", "version", "clause", "facts")
_DEFERRAL = ("position", "metric", "amount", "sentence")
_BESIDE = ("position", "kind", "party", "amount", "sentence", "adjustment", "reverses")
_LISTS: dict[str, tuple[str, ...]] = {
    "would_be_due_from": ("position", "payer", "amount"),
    "price.clipped": ("position", "limit", "payer", "amount"),
    "price.steps": ("position", "step", "told", "amount"),
    "price.taken_over": ("position", "from", "by", "amount"),
    "share.pieces": ("position", "layer", "given_by", "amount"),
}
# A proof is made with the bytes of the JSON; a salt must not live on in a file when it is deleted here.
_LEFT_OUT = frozenset({"item", "salt", "commitment"})


def detail_workbook(stored: bytes) -> Workbook:
    """A detail from its JSON; every amount, count and date of it stands in one of the sheets."""
    document = canonical.from_bytes(stored)
    head = {name: value for name, value in document.items() if name != "items"}
    return Workbook(f"Detail of payment statement {document['statement']}", tuple(_sheets(document["items"], head)))


def _sheets(items: Iterable[Document], head: Document) -> Iterator[Sheet]:
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("line", "pending", "beside", "deferral", "deferred", "erased")
    }
    lists: dict[str, list[Document]] = {name: [] for name in _LISTS}
    for item in items:
        parts = parts_of(item)
        rows[item["item"]].append({name: value for name, value in parts.singles.items() if name not in _LEFT_OUT})
        for name, members in parts.tables.items():
            lists.setdefault(name, []).extend({"position": item["position"], **member} for member in members)
    yield table_sheet("Lines", rows["line"], _LINE)
    yield table_sheet("Pending", rows["pending"], _PENDING)
    if rows["beside"]:
        yield table_sheet("Beside outcomes", rows["beside"], _BESIDE)
    if rows["deferral"]:
        yield table_sheet("Metrics that wait", rows["deferral"], _DEFERRAL)
        yield table_sheet("Lines that wait", rows["deferred"], _LINE)
    if rows["erased"]:
        yield table_sheet("Erased", rows["erased"], ("position",))
    for name, members in lists.items():
        if members:
            yield table_sheet(word_of(name).title, members, _LISTS.get(name, ("position",)), name)
    yield facts_sheet("Detail", head)
