"""What no statement tells, by whatever recipient or section it is read; and what each tells in full."""

from typing import Any

from service.core.statement.explain import explain
from tests.book import Book, document, lines
from tests.builders import EXAM, a_contract
from tests.builders_shares import a_shared_contract, passed, weights

PAYERS = {"payers": [{"party": "city", "weight": 1}, {"party": "region", "weight": 1}]}
INVESTORS = {"investors": [{"party": "a", "weight": 1}, {"party": "b", "weight": 1}]}


def a_plan(*periods: str) -> list[dict[str, Any]]:
    expected = [{"metric": "exam", "period": period, "outcomes": 3} for period in periods]
    return [{"from": "2022-01-01", "reason": "as signed", "expected": expected}]


def learn(book: Book, count: int, on: str, first: int = 1) -> Book:
    for number in range(first, first + count):
        book.learn(*passed(f"P{number:02d}", on))
    return book


def test_a_party_without_lines_reads_in_the_plan_no_more_than_the_others() -> None:
    cap = {"party": "a", "amount": "1000000.00", "beyond": "provider"}
    contract = {**a_shared_contract(investors=weights("a"), return_caps=[cap]), "plans": a_plan("2022")}
    issued = learn(Book(contract), 2, "2022-05-01").issue("2022")
    assert [document(issued[who])["plan"]["metrics"][0]["achieved"] for who in ("a", "provider")] == [None, None]


def test_the_plan_of_a_metric_that_one_recipient_is_not_shown_is_told_to_none() -> None:
    contract = a_contract(EXAM, plans=a_plan("2024"))
    book = learn(Book(contract), 5, "2022-05-01")
    book.issue("2022")
    shares = {**contract["shares"], "investors": [{"party": "a", "weight": 1}]}
    book.amend({**contract, "version": 2, "effective_from": "2023-01-01", "reason": "b leaves", "shares": shares})
    book.issue("2023")
    learn(book, 1, "2023-06-01", first=6)
    issued = learn(book, 5, "2024-05-01", first=7).issue("2024")
    assert [document(issued[who])["metrics"][0]["merged"] for who in ("a", "b")] == [True, False]
    assert {document(draft)["plan"]["metrics"][0]["achieved"] for draft in issued.values()} == {None}


def test_what_two_payers_limits_took_from_one_outcome_is_added_up() -> None:
    limits = {"payers": [{"party": "city", "amount": "0.00"}, {"party": "region", "amount": "0.00"}]}
    book = learn(Book(a_contract(EXAM, shares={**PAYERS, **INVESTORS}, limits=limits)), 6, "2022-05-01")
    (shown,) = document(book.issue("2022")["a"])["metrics"][0]["clipped"]
    assert (shown["would_have_paid"], shown["clipped"]) == ("60000.00", "60000.00")


def test_a_successor_that_only_a_later_version_names_is_explained_by_its_name() -> None:
    basis = {"price_basis": "enrolled_on"}
    amended = a_contract(
        EXAM,
        version=2,
        effective_from="2023-01-01",
        reason="the state takes over",
        limits={"payers": [{"party": "city", "amount": "5000.00", "then": "state"}]},
        **basis,
    )
    amended["parties"]["state"] = {"name": "The state", "roles": ["outcome_payer"]}
    book = Book(a_contract(EXAM, **basis))
    book.amend(amended)
    book.issue("2022")
    draft = book.learn(*passed("P1", "2023-03-01")).issue("2023")["a"]
    told = [explain(line, book.terms, document(draft))["paragraphs"][2] for line in lines(draft)]
    assert "The state took over 5,000.00 above the limit of The city. The city owes 5,000.00" in told[0]
    assert "The state owes 5,000.00 of 10,000.00" in told[1]


def test_what_a_full_return_cap_leaves_with_the_payer_is_not_said_to_be_owed() -> None:
    book = Book(a_shared_contract(investors=weights("a"), return_caps=[{"party": "a", "amount": "100.00"}]))
    draft = book.learn(*passed("P1", "2022-05-01"), *passed("P2", "2022-06-01")).issue("2022")["a"]
    told = [explain(line, book.terms, document(draft))["paragraphs"][2] for line in lines(draft)]
    assert told[1].endswith("The part of The city is 100.00 of 100.00; 0.00 of it is due to Investor A.")


def test_a_negative_amount_is_owed_by_the_investor_and_not_by_the_payer() -> None:
    book = Book(a_contract({**EXAM, "tariff": {"kind": "flat", "price": "-5000.00"}}))
    draft = book.learn(*passed("P1", "2022-05-01")).issue("2022")["a"]
    told = explain(lines(draft)[0], book.terms, document(draft))["paragraphs"][2]
    assert told.endswith("The city is owed 5,000.00; Investor A owes 1/2 of it: 2,500.00.")
