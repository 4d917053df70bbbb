"""The promises to payers: what all of them owe is what the statements say, on vouchers too, and nobody is named."""

from decimal import Decimal
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core import canonical
from service.core.bookkeeping.payer_statement import payer_statement, payers_of
from service.core.bookkeeping.stated import Stated, stated_by
from service.core.bookkeeping.vouchers import vouchers_of
from service.core.canonical import Document
from service.core.pipeline import Draft, Occasion
from tests.book import Book, document, pending
from tests.laws.facts import MARK
from tests.laws.test_laws import PERIODS, Story, stories

AMOUNTS = st.integers(-3_000_000, 3_000_000).filter(bool)


def stated(draft: Draft, before: dict[str, bytes]) -> Stated:
    """A draft as its payers see it."""
    return stated_by(draft.stored, [item.stored for item in draft.items], before.get(draft.investor))


def faults_of(book: Book, label: str, drafts: dict[str, Draft], before: dict[str, bytes]) -> list[str]:
    """Where what payers read is not what the statements say."""
    told = [stated(draft, before) for draft in drafts.values()]
    statements = [document(draft) for draft in drafts.values()]
    payers = payers_of(book.terms)
    seen = {payer: payer_statement(book.terms, book.period(label), payer, told) for payer in payers}
    faults = [payer for payer in payers if MARK in canonical.to_bytes(seen[payer]).decode()]
    for payer, shown in seen.items():
        due = sum(Decimal(row["amount"]) for one in statements for row in one["due_from"] if row["party"] == payer)
        parts = [Decimal(row["amount"]) for name in ("owed", "beside") for row in shown[name]]
        if not due == Decimal(shown["totals"]["due"]) == sum(parts):
            faults.append(f"{label}: {payer} owes {due}, is shown {shown['totals']['due']}, made of {parts}")
    faults += [
        f"{label}: {payer} owes by a statement and is no payer"
        for one in statements
        for payer in [row["party"] for row in one["due_from"]]
        if payer not in seen
    ]
    return [*faults, *_by_statement(statements, seen), *_by_metric(statements, seen), *_waiting(drafts, seen)]


def _by_statement(statements: list[Document], seen: dict[str, Document]) -> list[str]:
    faults = []
    for one in statements:
        rows = [row for shown in seen.values() for row in shown["statements"] if row["statement"] == one["number"]]
        sums = {name: sum(Decimal(row[name]) for row in rows) for name in ("due", "carried_in", "set_off", "payable")}
        totals = {name: Decimal(one["totals"][word]) for name, word in (("due", "lines"), ("payable", "payable"))}
        wanted = {**totals, "carried_in": Decimal(one["totals"]["carried_in"]), "set_off": 0}
        faults += [f"{one['number']}: {sums} instead of {wanted}"] if sums != wanted else []
    return faults


def _by_metric(statements: list[Document], seen: dict[str, Document]) -> list[str]:
    owed = [row for shown in seen.values() for row in shown["owed"]]
    faults = []
    for one in statements:
        for metric in one["metrics"]:
            mine = [row for row in owed if (row["statement"], row["metric"]) == (one["number"], metric["id"])]
            if sum(Decimal(row["amount"]) for row in mine) != Decimal(metric["total"]):
                faults.append(f"{one['number']}: {metric['id']} is not {metric['total']}")
    return faults


def _waiting(drafts: dict[str, Draft], seen: dict[str, Document]) -> list[str]:
    """What payers would owe of what waits is what the details say, as far as it is known."""
    items = [item for draft in drafts.values() for item in pending(draft)]
    parts = [part for item in items for part in item["would_be_due_from"] if part["amount"] is not None]
    known = [item for item in items if item["would_be_due"] is not None]
    faults = [
        f"{item['position']}: {item['would_be_due']} is not the sum of its parts"
        for item in known
        if Decimal(item["would_be_due"]) != sum(Decimal(part["amount"]) for part in item["would_be_due_from"])
    ]
    told = sum(Decimal(shown["totals"]["pending"]) for shown in seen.values())
    rows = sum(Decimal(row["would_be_due"]) for shown in seen.values() for row in shown["pending"])
    wanted = sum(Decimal(part["amount"]) for part in parts)
    return faults + ([] if told == rows == wanted else [f"pending: {told} and {rows} instead of {wanted}"])


def unbalanced(book: Book, label: str, drafts: dict[str, Draft], before: dict[str, bytes]) -> list[str]:
    """Vouchers whose debits are not their credits, or whose debt is not what the statement says."""
    told = [stated(draft, before) for draft in drafts.values()]
    rows = vouchers_of(book.terms, book.period(label), told)
    faults = []
    due = {(one.document["number"], payer): amount for one in told for payer, amount in one.due.items()}
    for key, group in groupby(rows, key=lambda row: (row.number, row.payer)):
        legs = list(group)
        if sum(row.debit_minor - row.credit_minor for row in legs):
            faults.append(f"{key}: debits are not credits")
        debt = sum(row.credit_minor - row.debit_minor for row in legs if row.kind == "debt")
        if debt != due.pop(key):
            faults.append(f"{key}: a debt of {debt}")
    return faults + [f"{key}: no voucher of {amount}" for key, amount in due.items() if amount]


@given(stories(), st.lists(st.tuples(st.integers(0, 3), AMOUNTS), max_size=3), st.booleans())
@settings(max_examples=60)
def test_what_payers_read_and_book_is_what_the_statements_say(
    story: Story, by_hand: list[tuple[int, int]], is_settled: bool
) -> None:
    book, before = story.opened(), dict[str, bytes]()
    for turn, label in enumerate(PERIODS):
        story.learn(book, turn)
        for at, amount in by_hand:
            if at == turn:
                share = book.terms.latest.shares
                book.adjust(share.investors[0].party, share.payers[0].party, amount)
        occasion = Occasion(is_final=is_settled and label == PERIODS[-1])
        drafts = book.issue(label, occasion)
        faults = faults_of(book, label, drafts, before) + unbalanced(book, label, drafts, before)
        assert not faults, "\n".join(faults)
        before = {investor: draft.stored for investor, draft in drafts.items()}
