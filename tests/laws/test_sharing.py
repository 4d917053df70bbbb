"""What holds for every waterfall, capital-weighted share and return cap, tried on generated lives of contracts."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from hypothesis import given

from service.core.allocate import capital_drawn, standing_of
from service.core.books import NOTHING_RECORDED
from service.core.events import Fact
from service.core.money import from_text, split, to_minor
from service.core.pipeline import Draft, Inputs, calculate, draft_statements
from service.core.statement import due_by_key, issued_of
from tests.book import AnyKey, Book, document, lines
from tests.laws.sharing import Document, sharing_contracts, told_in_turn

PERIODS = ("2022", "2023", "2024", "2025")


def minor(amount: str) -> int:
    return from_text(amount, "DKK")


def without_negative_payments(contract: Document) -> None:
    """A negative payment that is withdrawn gives back what it took, though caps may have filled up meanwhile."""
    contract["metrics"] = [metric for metric in contract["metrics"] if metric["id"] != "fine"]


def stated_by_key(drafts: dict[str, Draft], stated: dict[Any, int]) -> None:
    """Add what the statements state to the sums by investor and line."""
    for investor, draft in drafts.items():
        for line in lines(draft):
            key = tuple(line[name] for name in ("metric", "step", "participant", "achieved_on", "payer"))
            stated[investor, key] += minor(line["amount"])


@given(sharing_contracts(), told_in_turn())
def test_what_is_issued_sums_to_what_is_due_and_a_line_to_no_more_than_its_payers_part(
    contract: Document, told: list[list[Fact]]
) -> None:
    book, stated = Book(contract), defaultdict[Any, int](int)
    for label, facts in zip(PERIODS, told, strict=True):
        book.learn(*facts)
        drafts = book.issue(label)
        stated_by_key(drafts, stated)
        histories = {
            name: replace(history, statements=history.statements[:-1]) for name, history in book.histories.items()
        }
        calculation = _as_issued(book, label, histories)
        due: dict[Any, int] = {}
        for investor in drafts:
            for key, one in due_by_key(calculation.allocations, investor, book.period(label)).items():
                outcome = key.outcome
                told_key = (
                    outcome.metric,
                    outcome.step,
                    outcome.participant,
                    outcome.achieved_on.isoformat(),
                    key.payer,
                )
                due[investor, told_key] = one.due_minor
        assert {key: sum_ for key, sum_ in stated.items() if sum_} == {key: sum_ for key, sum_ in due.items() if sum_}
        _check_parts(calculation.allocations)


def _as_issued(book: Book, label: str, histories: Any) -> Any:
    """The calculation the statements of that period were drawn from."""
    return calculate(replace(book.inputs(), issued=issued_of(histories)), book.period(label))


def _check_parts(allocations: Any) -> None:
    due: dict[Any, int] = defaultdict(int)
    part: dict[Any, int] = {}
    for one in allocations:
        due[one.key] += one.due_minor
        part[one.key] = one.payer_minor
    for key, owed in part.items():
        assert 0 <= due[key] <= owed or owed <= due[key] <= 0


@given(sharing_contracts(("tranches",)), told_in_turn())
def test_no_tranche_is_given_more_than_its_cap(contract: Document, told: list[list[Fact]]) -> None:
    without_negative_payments(contract)
    book = Book(contract)
    for label, facts in zip(PERIODS, told, strict=True):
        drafts = book.learn(*facts).issue(label)
        for shown in document(drafts["a"])["tranches"]:
            assert "cap" not in shown or minor(shown["stated_to_date"]) <= minor(shown["cap"])


@given(sharing_contracts(("tranches",)), told_in_turn(with_changes=False))
def test_while_nothing_is_taken_back_tranches_hold_what_the_total_fills_them_with(
    contract: Document, told: list[list[Fact]]
) -> None:
    without_negative_payments(contract)
    book, total = Book(contract), 0
    for label, facts in zip(PERIODS, told, strict=True):
        drafts = book.learn(*facts).issue(label)
        total += sum(minor(document(draft)["totals"]["lines"]) for draft in drafts.values())
        left = total
        for shown, tranche in zip(document(drafts["a"])["tranches"], book.terms.latest.shares.tranches, strict=True):
            full = left if tranche.cap is None else min(left, to_minor(tranche.cap, "DKK"))
            assert minor(shown["stated_to_date"]) == full
            left -= full
        assert left == 0


@given(sharing_contracts(("drawn",)), told_in_turn(with_changes=False))
def test_a_line_is_split_by_the_capital_drawn_in_the_period_that_states_it(
    contract: Document, told: list[list[Fact]]
) -> None:
    contract["shares"].pop("return_caps", None)
    contract["parties"].pop("provider", None)
    book = Book(contract)
    for label, facts in zip(PERIODS, told, strict=True):
        drafts = book.learn(*facts).issue(label)
        drawn = capital_drawn(book.terms, book.period(label).end, NOTHING_RECORDED)
        given_now: dict[Any, dict[str, int]] = defaultdict(dict)
        for investor, draft in drafts.items():
            for line in lines(draft):
                key = tuple(line[name] for name in ("metric", "participant", "payer"))
                given_now[key][investor] = minor(line["amount"])
        owners = [party for party in ("a", "b", "c") if drawn.get(party)]
        for parts in given_now.values() if owners else ():
            shares = [share.party for share in book.terms.latest.shares.investors if share.party in owners]
            assert [parts[party] for party in shares] == list(
                split(sum(parts.values()), [drawn[party] for party in shares])
            )


@given(sharing_contracts(), told_in_turn())
def test_nobody_is_stated_more_than_its_return_cap(contract: Document, told: list[list[Fact]]) -> None:
    without_negative_payments(contract)
    book = Book(contract)
    for label, facts in zip(PERIODS, told, strict=True):
        drafts = book.learn(*facts).issue(label)
        for cap in book.terms.latest.shares.return_caps:
            stated = minor(document(drafts[cap.party])["totals"]["stated_to_date"])
            assert stated <= to_minor(cap.amount, "DKK")


@given(sharing_contracts(), told_in_turn())
def test_issued_bytes_stay_the_same_whatever_is_learned_later(contract: Document, told: list[list[Fact]]) -> None:
    book, issued = Book(contract), []
    for label, facts in zip(PERIODS, told, strict=True):
        book.learn(*facts)
        before = (book.sequence, dict(book.histories))
        issued.append((label, *before, book.issue(label)))
    for label, sequence, histories, drafts in issued:
        again = draft_statements(
            Inputs(book.terms, tuple(book.facts), sequence), book.period(label), histories, AnyKey()
        )
        assert list(again) == list(drafts.values())


@given(sharing_contracts(), told_in_turn())
def test_what_was_stated_stands_until_its_own_line_changes(contract: Document, told: list[list[Fact]]) -> None:
    book = Book(contract)
    for label, facts in zip(PERIODS, told, strict=True):
        book.learn(*facts).issue(label)
    for label in ("2026", "2027"):
        assert all(lines(draft) == [] for draft in book.issue(label).values())


@given(sharing_contracts(), told_in_turn())
def test_layers_hold_no_amounts_against_each_other(contract: Document, told: list[list[Fact]]) -> None:
    book = Book(contract)
    for label, facts in zip(PERIODS, told, strict=True):
        book.learn(*facts).issue(label)
        for standing in standing_of(book.terms, issued_of(book.histories)).values():
            held = [amount for _, parts in standing.layers.values() for amount in parts.values()]
            assert all(amount >= 0 for amount in held) or all(amount <= 0 for amount in held)
