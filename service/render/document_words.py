"""How the fields of statements and details are headed in a table, and what stands in them: one list for all of them."""

from typing import NamedTuple

from service.render.sheets import Kind


class Word(NamedTuple):
    """The title of a column or a row, and the kind of what it holds."""

    title: str
    kind: Kind = "text"


_AMOUNTS = (
    "agreed",
    "amount",
    "balance",
    "cap",
    "carried",
    "carried_forward",
    "carried_in",
    "clipped",
    "committed",
    "drawn",
    "due",
    "expected",
    "gross",
    "left",
    "limit",
    "lines",
    "net",
    "outcomes",
    "outstanding",
    "paid",
    "payable",
    "payer_part",
    "planned_amount",
    "pending",
    "quantity",
    "set_off",
    "shortfall",
    "stated",
    "stated_before",
    "stated_to_date",
    "tariff",
    "total",
    "unit_price",
    "used",
    "would_be_due",
    "would_cover",
    "would_have_paid",
    "would_pay",
)
_COUNTS = (
    "achieved",
    "contracts",
    "days_overdue",
    "expected_not_known",
    "format",
    "layer",
    "not_known",
    "participants",
    "people",
    "planned",
    "planned_not_known",
    "position",
    "sequence",
    "terms_in_force",
    "version",
    "without_amount",
)
_DATES = ("achieved_on", "as_of", "due_on", "effective_from", "from", "issued_on", "on", "through")
# A field is named by where it stands (from the outermost), else by itself; one that is not here is named by its words.
_WORDS: dict[str, Word] = {
    **{name: Word(name.replace("_", " ").capitalize(), "amount") for name in _AMOUNTS},
    **{name: Word(name.replace("_", " ").capitalize(), "count") for name in _COUNTS},
    **{name: Word(name.replace("_", " ").capitalize(), "date") for name in _DATES},
    "balance": Word("Stated to date less drawn", "amount"),
    "beside": Word("Beside outcomes", "amount"),
    "beyond": Word("What lies above is due to"),
    "carried_forward": Word("Carried to the next statement", "amount"),
    "carried_in": Word("Carried from the statement before", "amount"),
    "cause.code": Word("Cause"),
    "cause.facts": Word("Events behind the cause"),
    "cause.sentence": Word("Cause in words"),
    "clipped": Word("Clipped", "amount"),
    "clipped.limit": Word("Limit"),
    "contract.id": Word("Contract"),
    "contract.participant": Word("A participant is a"),
    "detail_digest": Word("Digest of the detail"),
    "due_from": Word("Due from"),
    "facts": Word("Events"),
    "in": Word("In"),
    "in_words": Word("Waits for"),
    "investor.id": Word("Investor"),
    "investor_name": Word("Investor in words"),
    "lines": Word("This statement's lines", "amount"),
    "metric_title": Word("Metric in words"),
    "owed": Word("Owed by metric"),
    "payer.id": Word("Payer"),
    "pending.outcomes": Word("Outcomes", "count"),
    "period.label": Word("Period"),
    "position.planned": Word("Planned", "amount"),
    "price.clipped": Word("Clipped"),
    "price.clipped.limit": Word("Limit"),
    "price.steps": Word("Price steps"),
    "price.steps.amount": Word("Amount after this step", "amount"),
    "price.taken_over": Word("Taken over"),
    "price.taken_over.from": Word("In the place of"),
    "price.value": Word("Value", "amount"),
    "set_off": Word("Set off against what others are owed back", "amount"),
    "sentence": Word("In words"),
    "sha256": Word("SHA-256"),
    "share.investor": Word("Investor's share of the payer's part"),
    "share.payer": Word("Payer's share of the price"),
    "share.pieces": Word("Pieces"),
    "tariff": Word("Price of one", "amount"),
    "statements": Word("By statement"),
    "terms": Word("Terms"),
    "told": Word("How"),
    "without_amount": Word("Of them without an amount", "count"),
}


def word_of(path: str) -> Word:
    """The heading of a field by its path, as "price.gross"."""
    last = path.rpartition(".")[2]
    return _WORDS.get(path) or _WORDS.get(last) or Word(last.replace("_", " ").capitalize())
