"""A fund's portfolio: sums of its rows by year, what is calculated and what is printed, and what does not add up."""

from functools import lru_cache

import pytest

from service.core.errors import InvalidInput
from service.core.portfolio import (
    ContractMoney,
    Difference,
    Fund,
    Portfolio,
    differences_from_print,
    drawn_by_year,
    portfolio_of,
    stated_by_year,
)
from service.storage.portfolio_files import read_fund
from service.workflows.portfolio import portfolio_from_files
from tests.builders import a_contract, a_timeline
from tests.write_statements import CONTRACTS

THOUSAND = 100_000  # 1,000 DKK in øre
PRINTED = {
    "fund": "a-fund",
    "title": "A fund",
    "investor": "a",
    "currency": "DKK",
    "unit": 1_000,
    "capital": 1_000,
    "budget_effect": "0.80",
    "source": "a report",
    "columns": [
        {"label": "R2022", "first_year": 2022, "last_year": 2022, "holds": "accounts"},
        {"label": "B2023", "first_year": 2023, "last_year": 2023, "holds": "budget"},
        {"label": "2024-26", "first_year": 2024, "last_year": 2026, "holds": "budget"},
    ],
    "costs": [{"title": "Secretariat", "amounts": [10, 10, 30]}],
    "programmes": [
        {"title": "W", "contract": "w", "drawn": [100, 50, 70], "repaid": [-20, -40, -200]},
        {"title": "A donation", "drawn": [5, 0, 0], "repaid": [0, 0, 0]},
    ],
    "printed": {"totals": [95, 20, -100], "balances": [905, 885, 985]},
}
W = ContractMoney(
    {2022: 100 * THOUSAND, 2023: 50 * THOUSAND, 2024: 30 * THOUSAND, 2026: 40 * THOUSAND}, {2022: 20 * THOUSAND}
)


def a_portfolio(w: ContractMoney = W, **changes: object) -> Portfolio:
    """The portfolio of the small fund, with some top-level fields of its file changed."""
    return portfolio_of(Fund.model_validate({**PRINTED, **changes}), {"w": w})


def thousands(amounts: tuple[int, ...]) -> list[int]:
    """Whole thousands of kroner; an amount that is not whole fails."""
    assert all(minor % THOUSAND == 0 for minor in amounts)
    return [minor // THOUSAND for minor in amounts]


@lru_cache
def aarhus() -> Portfolio:
    """The portfolio of the Aarhus fund, with every contract calculated from its facts."""
    return portfolio_from_files(CONTRACTS / "aarhus-fund.toml")


def row(title: str, kind: str) -> list[int]:
    """A row of the Aarhus fund in thousands."""
    return next(thousands(tuple(c.minor for c in r.cells)) for r in aarhus().rows if (r.title, r.kind) == (title, kind))


def off_by(differences: tuple[Difference, ...], what: str) -> dict[str, int]:
    """By how many thousands each column is off."""
    return {each.column: each.off_by_minor // THOUSAND for each in differences if each.what == what}


def test_a_column_sums_costs_drawdowns_and_repayments_and_the_balance_is_what_is_left_of_the_capital() -> None:
    portfolio = a_portfolio()
    assert thousands(portfolio.totals_minor) == [95, 20, -100]
    assert thousands(portfolio.balances_minor) == [905, 885, 985]
    assert differences_from_print(portfolio) == ()


def test_every_amount_says_where_it_is_from() -> None:
    origins = [[cell.origin for cell in each.cells] for each in a_portfolio().rows]
    assert origins == [
        ["as printed"] * 3,
        ["terms"] * 3,
        ["statements", "expected as printed", "expected as printed"],
        ["as printed"] * 3,
        ["as printed"] * 3,
    ]


def test_a_repayment_that_is_not_the_statements_is_named_and_changes_the_total() -> None:
    found = differences_from_print(a_portfolio(W._replace(stated_by_year={2022: 25 * THOUSAND, 2023: 9 * THOUSAND})))
    assert [(each.what, each.column, each.title, each.off_by_minor // THOUSAND) for each in found] == [
        ("row", "R2022", "W, repaid", 5),
        ("total", "R2022", "total", 5),
    ]


def test_a_printed_total_that_is_not_the_sum_is_named_and_so_is_a_balance_that_does_not_follow_from_it() -> None:
    found = differences_from_print(a_portfolio(printed={"totals": [90, 20, 100], "balances": [905, 885, 985]}))
    assert off_by(found, "total") == {"R2022": -5, "2024-26": 200}
    assert off_by(found, "balance") == {"R2022": -5, "2024-26": 200}
    assert [each.implied_minor for each in found if each.what == "balance"] == [95 * THOUSAND, -100 * THOUSAND]


def test_drawdowns_of_the_latest_terms_count_for_their_party_and_year() -> None:
    drawdowns = [
        {"party": "a", "on": "2022-03-01", "amount": "10.50"},
        {"party": "b", "on": "2022-03-01", "amount": "99.00"},
        {"party": "a", "on": "2022-12-31", "amount": "1.00"},
        {"party": "a", "on": "2023-01-01", "amount": "2.00"},
    ]
    amended = a_contract(version=2, effective_from="2023-01-01", drawdowns=drawdowns[:3])
    assert drawn_by_year(a_timeline(a_contract(drawdowns=drawdowns)), "a") == {2022: 1150, 2023: 200}
    assert drawn_by_year(a_timeline(a_contract(drawdowns=drawdowns), amended), "a") == {2022: 1150}


def test_what_quarters_state_adds_up_to_their_year() -> None:
    statements = [
        {"period": {"from": start}, "currency": "DKK", "totals": {"lines": lines}}
        for start, lines in (("2022-10-01", "10.00"), ("2023-01-01", "5.00"), ("2023-04-01", "-1.50"))
    ]
    assert stated_by_year(statements) == {2022: 1000, 2023: 350}


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ('currency = "DKK"', 'currency = "ABC"', "/currency"),
        ("[100, 150, 144, 150, 150, 150, 1350]", "[100, 150]", "/costs/0/amounts"),
        ("capital  = 40_000", "capital  = 40_000.000001", "/capital"),
        ("[ 800, 0, 0, 0, 0, 0, 0]", "[800.000001, 0, 0, 0, 0, 0, 0]", "/programmes/0/drawn"),
        ('label = "R2021",   first_year = 2021', 'label = "R2021",   first_year = 2020', "/columns/1"),
        ('label = "R2021"', 'label = "R2020"', "/columns"),
        ('contract = "ips-plus"', 'contract = "ungi-fokus"', "/programmes"),
        ("unit     = 1_000", "unit     = 12", "/unit"),
        ("[printed]", "[printed]\nsurplus = 1", "/printed"),
    ],
)
def test_the_file_of_a_fund_that_cannot_be_right_is_refused_with_the_place(
    tmp_path_factory: pytest.TempPathFactory, old: str, new: str, pointer: str
) -> None:
    text = (CONTRACTS / "aarhus-fund.toml").read_text("utf-8")
    assert text.count(old) == 1
    file = tmp_path_factory.mktemp("fund") / "fund.toml"
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_fund(file)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_aarhus_result_payments_of_2020_to_2023_arise_from_the_programmes_own_outcomes() -> None:
    assert {each.title: row(each.title, "repaid")[:4] for each in aarhus().rows if each.kind == "repaid"} == {
        "Job BootCamp": [-900, 0, 0, 0],
        "2 Housing First programmes": [0, 0, -45, -1313],
        "Dialog mod Vold": [0, 0, 0, -230],
        "UngiFokus": [0, 0, 0, -700],
        "Diabetes": [0, 0, 0, 0],
        "Hygiene nudging": [0, 0, 0, 0],
        "Lær for Livet": [0, 0, 0, -169],
        "Din vej i job": [0, 0, 0, 0],
        "IPS+": [0, 0, 0, 0],
        "Fundamentet": [0, 0, 0, 0],
        "Flere kloge hænder": [0, 0, 0, 0],
    }


def test_aarhus_the_portfolio_by_year_equals_the_sums_of_the_printed_rows_to_the_krone() -> None:
    assert thousands(aarhus().totals_minor) == [322, 3725, 12885, 15104, 6462, -1645, -19330]
    assert thousands(aarhus().balances_minor) == [39678, 35953, 23068, 7964, 1502, 3147, 22477]
    assert off_by(differences_from_print(aarhus()), "row") == {}


def test_aarhus_each_year_whose_printed_total_is_not_the_sum_of_its_rows_is_named_with_by_how_much() -> None:
    found = off_by(differences_from_print(aarhus()), "total")
    assert found == {"R2021": -1, "R2022": -41, "R2023": -301, "B2024": -50, "B2025": -1, "2026-34": 36966}


def test_aarhus_each_printed_balance_that_does_not_follow_from_the_printed_total_is_named() -> None:
    differences = differences_from_print(aarhus())
    assert off_by(differences, "balance") == {"R2021": -1, "R2022": 39, "B2025": 1, "2026-34": 36417}
    implied = {each.column: (each.implied_minor or 0) // THOUSAND for each in differences if each.what == "balance"}
    assert (implied["R2022"], implied["2026-34"]) == (12805, -18781)


def test_money_of_a_year_that_no_column_holds_is_refused_and_not_left_out() -> None:
    for moved in (ContractMoney({2021: THOUSAND}, {}), ContractMoney({}, {2021: THOUSAND})):
        with pytest.raises(InvalidInput) as error:
            a_portfolio(moved)
        assert [(fault.pointer, fault.code) for fault in error.value.faults] == [("/columns", "year-missing")]
        assert "2021" in error.value.faults[0].detail
