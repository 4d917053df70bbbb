"""An investor's portfolio by year: the Aarhus fund as its report has it, and what is expected of coming years."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

import pytest

from service.core import canonical
from service.core.life.acts import Act, issue_body
from service.core.life.by_year import Year, years_of
from service.core.life.by_year_documents import portfolio_document
from service.core.life.contract_life import ContractLife, life_of
from service.core.life.rounds import draft_body
from service.workflows.from_files import drafts_through, read_folder
from tests.book import Book, day
from tests.builders_shares import a_shared_contract, drawdown, passed
from tests.lived import Lived
from tests.write_statements import folders

THOUSAND = 100_000  # in minor units
TODAY = day("2024-03-01")

# Section 6 of the report: what the council drew and was repaid, 1,000 DKK, by the years of accounts 2020 to 2023.
DRAWN = {
    "job-bootcamp": [800, 0, 0, 0],
    "housing-first-aarhus": [0, 1945, 3494, 3744],
    "dialog-mod-vold": [0, 506, 474, 803],
    "ungi-fokus": [0, 900, 3600, 3600],
    "sammen-om-diabetes": [0, 0, 2221, 2221],
    "hygiejne-nudging": [0, 0, 1450, 1450],
    "laer-for-livet": [0, 0, 907, 1205],
    "din-vej-i-job": [0, 0, 123, 1496],
    "ips-plus": [0, 0, 0, 750],
    "flere-kloge-haender": [0, 0, 0, 1718],
}
REPAID = {
    "job-bootcamp": [900, 0, 0, 0],
    "housing-first-aarhus": [0, 0, 45, 1313],
    "dialog-mod-vold": [0, 0, 0, 230],
    "ungi-fokus": [0, 0, 0, 700],
    "sammen-om-diabetes": [0, 0, 0, 0],
    "hygiejne-nudging": [0, 0, 0, 0],
    "laer-for-livet": [0, 0, 0, 169],
    "din-vej-i-job": [0, 0, 0, 0],
    "ips-plus": [0, 0, 0, 0],
    "flere-kloge-haender": [0, 0, 0, 0],
}
# The same table's budgets at 80 % of full effect, where the contract has a plan in money.
BUDGETED = {"din-vej-i-job": {2024: 261, 2025: 392}, "ungi-fokus": {2024: 1332, 2025: 1361}, "ips-plus": {2025: 48}}


@cache
def lives() -> Mapping[str, ContractLife]:
    """The contracts of the fund, their statements through 2023 issued in February 2024, nothing paid."""
    known = {folder.path.name: read_folder(folder) for folder in folders() if folder.path.name in DRAWN}
    lived = {}
    for name, contract in known.items():
        acts: list[Act] = []
        for stated in drafts_through(contract, contract.terms.period_of(day("2023-12-31")), None):
            body = draft_body(stated.period.label, 1, False, 1, ())
            acts.append(Act(1_000 + len(acts), "draft", "finance", day("2024-02-01"), None, body))
            for draft in stated.drafts:
                issued = issue_body(canonical.from_bytes(draft.stored))
                acts.append(Act(1_000 + len(acts), "statement", "finance", day("2024-02-01"), None, issued))
        lived[name] = life_of(acts, contract.terms)
    return lived


def thousands(contract: str, effect: str = "0.80") -> dict[int, tuple[int, int | None]]:
    """By year what the council draws and is repaid of a contract, in 1,000 DKK."""
    told = years_of(lives()[contract], "council", TODAY, Fraction(effect)).years
    return {year: (_thousand(one.drawn_minor), _thousand(one.stated_minor)) for year, one in told.items()}


def _thousand(minor: int | None) -> int:
    assert minor is None or minor % THOUSAND == 0
    return -1 if minor is None else minor // THOUSAND


@pytest.mark.parametrize("contract", DRAWN)
def test_aarhus_what_the_council_drew_and_was_repaid_in_2020_to_2023_is_what_its_report_says(contract: str) -> None:
    told = thousands(contract)
    assert [told.get(year, (0, 0))[0] for year in range(2020, 2024)] == DRAWN[contract]
    assert [told.get(year, (0, 0))[1] for year in range(2020, 2024)] == REPAID[contract]


def test_aarhus_the_years_of_accounts_add_up_to_the_rows_of_the_report() -> None:
    told = [years_of(life, "council", TODAY) for life in lives().values()]
    table = portfolio_document("council", "0.80", told)
    (total,) = table["totals"]
    by_year = {one["year"]: one for one in total["years"]}
    drawn = [by_year[year]["drawn"] for year in range(2020, 2024)]
    assert drawn == ["800000.00", "3351000.00", "12269000.00", "16987000.00"]
    assert [by_year[year]["stated"] for year in range(2020, 2024)] == ["900000.00", "0.00", "45000.00", "2412000.00"]
    assert {by_year[year]["not_known"] for year in range(2020, 2024)} == {0}
    assert by_year[2024]["not_known"] > 0
    assert table["years"] == list(range(2020, max(table["years"]) + 1))


@pytest.mark.parametrize("contract", BUDGETED)
def test_aarhus_budgets_in_money_at_80_percent_are_expected_as_printed_and_more_at_full_effect(contract: str) -> None:
    told = years_of(lives()[contract], "council", TODAY).years
    assert {year: _thousand(told[year].stated_minor) for year in BUDGETED[contract]} == BUDGETED[contract]
    assert {told[year].holds for year in BUDGETED[contract]} == {"expectation"}
    at_full = years_of(lives()[contract], "council", TODAY, Fraction(1)).years
    for year, printed in BUDGETED[contract].items():
        assert at_full[year].stated_minor == printed * THOUSAND * 5 // 4


def test_a_coming_year_of_which_the_plan_says_nothing_is_not_known_and_none_of_it_counts() -> None:
    told = years_of(lives()["dialog-mod-vold"], "council", day("2022-06-30")).years
    assert told[2023] == Year("not known", 803 * THOUSAND, None, 0)


QUARTERS = {
    "periods": "quarter",
    "plans": [
        {
            "from": "2022-01-01",
            "reason": "as signed",
            "expected": [
                {"metric": "exam", "period": f"2022-Q{quarter}", "outcomes": quarter} for quarter in range(1, 5)
            ],
        }
    ],
}


def test_of_a_year_that_is_half_stated_the_rest_is_expected() -> None:
    lived = Lived(Book(a_shared_contract() | QUARTERS).learn(*passed("P1", "2022-01-15")))
    for period in ("2022-Q1", "2022-Q2"):
        lived.issue(period, "2022-07-10")
    told = years_of(lived.life(), "a", day("2022-07-10"))
    assert told.years == {2022: Year("expectation", 0, 5_000 + 12_000 + 16_000, 0)}
    for period in ("2022-Q3", "2022-Q4"):
        lived.issue(period, "2023-01-10")
    assert years_of(lived.life(), "a", day("2023-01-10")).years == {2022: Year("accounts", 0, 5_000, 0)}


def test_what_is_paid_counts_in_the_year_of_its_value_date_and_a_reversal_in_its_own() -> None:
    lived = Lived(Book(a_shared_contract()).learn(*passed("P1", "2022-05-01")))
    lived.issue("2022", "2023-02-01")
    payment = lived.pay("w.2022.a.1", "city", "20.00", "2023-03-10")
    lived.take_back(payment, "2024-01-05")
    told = years_of(lived.life(), "a", day("2024-06-30")).years
    assert {year: (one.stated_minor, one.paid_minor) for year, one in told.items()} == {
        2022: (5_000, 0),
        2023: (None, 2_000),
        2024: (None, -2_000),
    }
    assert years_of(lived.life(), "a", day("2023-06-30")).years[2023].paid_minor == 2_000
    assert 2024 not in years_of(lived.life(), "a", day("2023-06-30")).years


def test_recorded_drawdowns_stand_in_the_place_of_agreed_ones_and_those_still_to_come_follow() -> None:
    listed = [drawdown("a", "2022-02-01", "150.00"), drawdown("a", "2024-06-01", "70.00")]
    lived = Lived(Book(a_shared_contract(drawdowns=listed)))
    before = years_of(lived.life(), "a", day("2023-01-01"))
    assert (before.drawn_from, {year: one.drawn_minor for year, one in before.years.items()}) == (
        "terms",
        {2022: 15_000, 2024: 7_000},
    )
    lived.draw("a", "140.00", "2022-02-03")
    after = years_of(lived.life(), "a", day("2023-01-01"))
    assert (after.drawn_from, {year: one.drawn_minor for year, one in after.years.items()}) == (
        "recorded",
        {2022: 14_000, 2024: 7_000},
    )


def test_currencies_are_never_added_up() -> None:
    kroner = Lived(Book(a_shared_contract(drawdowns=[drawdown("a", "2022-02-01", "150.00")]))).life()
    pounds = Lived(Book(a_shared_contract(drawdowns=[drawdown("a", "2023-02-01", "10.00")]) | {"currency": "GBP"}))
    told = [years_of(life, "a", TODAY) for life in (kroner, pounds.life())]
    totals = {one["currency"]: one for one in portfolio_document("a", "0.80", told)["totals"]}
    assert {currency: one["total"]["drawn"] for currency, one in totals.items()} == {"DKK": "150.00", "GBP": "10.00"}
    assert [one["drawn"] for one in totals["GBP"]["years"]] == ["0.00", "10.00"]


def test_a_year_between_those_in_which_anything_moves_is_known_only_once_it_is_stated() -> None:
    ends = {"outcomes_until": "2024-12-31", "evidence_until": "2025-06-30"}
    lived = Lived(Book(a_shared_contract(drawdowns=[drawdown("a", "2022-02-01", "150.00")]) | ends))
    lived.issue("2022", "2023-02-01")
    told = years_of(lived.life(), "a", day("2023-02-01"))
    holds = [told.of(year).holds for year in range(2021, 2027)]
    assert holds == ["accounts", "accounts", "not known", "not known", "not known", "accounts"]
    assert told.of(2026) == Year("accounts", 0, 0, 0)
