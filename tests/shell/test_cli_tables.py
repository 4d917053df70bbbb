"""Statements as tables for people: capital, tranches, guarantee and plan stand below the totals where there are any."""

from io import StringIO

from rich.console import Console

from service.cli.tables import statement_table
from tests.book import Book, document
from tests.builders_shares import a_shared_contract, drawdown, passed, tranche


def shown(book: Book, investor: str = "a") -> str:
    console = Console(width=160, file=StringIO())
    with console.capture() as capture:
        console.print(statement_table(document(book.issue("2022")[investor])))
    return capture.get()


def test_a_statement_shows_capital_tranches_guarantee_and_plan_where_the_contract_has_them() -> None:
    served = [tranche("senior", "a", cap="60.00"), tranche("junior", "b")]
    contract = a_shared_contract(by="tranches", tranches=served, drawdowns=[drawdown("a", "2022-02-01", "1150.00")])
    contract["parties"]["fund"] = {"name": "The foundation", "roles": ["guarantor"]}
    contract["guarantee"] = {"party": "fund", "amount": "200.00"}
    planned = [{"metric": "exam", "period": "2022", "outcomes": 8}]
    contract["plans"] = [{"from": "2022-01-01", "reason": "as signed", "expected": planned}]
    text = shown(Book(contract).learn(*passed("P1", "2022-05-01")))
    for told in (
        "capital drawn",
        "1,150.00",
        "-1,090.00",
        "tranche senior, up to 60.00",
        "tranche junior",
        "The foundation would cover, settled now",
        "exam: 8 planned, achieved",
        "too few to show",
    ):
        assert told in text


def test_a_return_cap_shows_what_is_left_below_it() -> None:
    book = Book(a_shared_contract(return_caps=[{"party": "a", "amount": "70.00"}]))
    text = shown(book.learn(*passed("P1", "2022-05-01")))
    assert "left below the return cap" in text
    assert "20.00" in text


def test_a_contract_without_any_of_these_shows_none() -> None:
    text = shown(Book(a_shared_contract()).learn(*passed("P1", "2022-05-01")))
    assert not any(word in text for word in ("capital", "tranche", "planned", "return cap"))


def test_an_outcome_priced_by_bands_names_the_kind_of_its_tariff() -> None:
    bands = {
        "kind": "bands",
        "over": "quantity",
        "how": "marginal",
        "bands": [{"up_to": 7, "price": "100"}, {"price": "90"}],
    }
    contract = a_shared_contract()
    contract["metrics"][0]["tariff"] = bands
    book = Book(contract)
    for number in range(14):
        book.learn(*passed(f"P{number}", "2022-05-01"))
    assert "new, reached, outcomes of 2022, by bands" in shown(book)
